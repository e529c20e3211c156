//! Part of a merger of two organisations that keeps external references unique.

use entity::listing::{Column, Entity};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, Query},
};

use crate::{feature::Merger, kit::Error};

/// Removes the external references of the source's listings that a listing of its successor already has.
pub async fn merge(merger: Merger<'_>) -> Result<(), Error> {
    let (transaction, source, into) = (merger.transaction, merger.source.id, merger.into.id);
    let used = Query::select()
        .column(Column::ExternalReference)
        .from(Entity)
        .and_where(Column::OrganisationId.eq(into))
        .and_where(Column::ExternalReference.is_not_null())
        .to_owned();
    Entity::update_many()
        .col_expr(Column::ExternalReference, Expr::val(None::<String>))
        .filter(Column::OrganisationId.eq(source))
        .filter(Column::ExternalReference.in_subquery(used))
        .exec(transaction)
        .await?;
    Ok(())
}
