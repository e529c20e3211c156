//! Merger of an organisation into another: moves its matches, unless the two have open ones with each other.

use entity::matching::{Column, Entity};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    feature::Merger,
    kit::{Error, UserError, UserErrorCode},
};

/// Moves the matches of the merged organisation to its successor. Refuses the merger while the two have open matches
/// with each other; ended matches between them stay as they are.
pub async fn merge(merger: Merger<'_>) -> Result<(), Error> {
    let transaction = merger.transaction;
    let (source, into) = (merger.source.id, merger.into.id);
    let each_other = Condition::any()
        .add(
            Column::OffererId
                .eq(source)
                .and(Column::RequesterId.eq(into)),
        )
        .add(
            Column::OffererId
                .eq(into)
                .and(Column::RequesterId.eq(source)),
        );
    let open = Entity::find()
        .filter(each_other)
        .filter(Column::EndedAt.is_null())
        .count(transaction)
        .await?;
    if open > 0 {
        let message =
            "The two organisations have open matches with each other. End those matches first.";
        return Err(UserError::at("intoId", UserErrorCode::InvalidState, message).into());
    }
    for (own, other) in [
        (Column::OffererId, Column::RequesterId),
        (Column::RequesterId, Column::OffererId),
    ] {
        Entity::update_many()
            .col_expr(own, Expr::val(into))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(own.eq(source))
            .filter(other.ne(into))
            .exec(transaction)
            .await?;
    }
    Ok(())
}
