//! Allocation of a listing's quantity to matches, and closing of listings that are fulfilled.

use entity::{
    listing::{self, CloseReason, Column, ExpiryPolicy, ListingState},
    matching,
    resource_type::LendingMode,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType, Query},
};
use uuid::Uuid;

use super::{acts, rules};
use crate::kit::{Error, UserError, UserErrorCode, Viewer, activity};

/// State that a listing must have for quantity to be allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// Published at this moment: for a new agreement.
    Published,
    /// Any state: for an agreement that already exists.
    Anything,
}

/// Changes the allocated quantity of a listing by an amount in base units, in one statement that locks the row.
///
/// # Errors
/// [`UserErrorCode::InsufficientQuantity`] if less than the amount is left, and [`UserErrorCode::InvalidState`] if the
/// listing is not published.
pub async fn change(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
    by: i64,
    required: Required,
) -> Result<(), Error> {
    if by == 0 && required == Required::Anything {
        return Ok(());
    }
    let mut update = listing::Entity::update_many()
        .col_expr(Column::Allocated, Expr::col(Column::Allocated).add(by))
        .filter(Column::Id.eq(id))
        .filter(Expr::col(Column::Allocated).add(by).gte(0));
    if by > 0 {
        let enough = Expr::col(Column::Allocated)
            .add(by)
            .lte(Expr::col(Column::Quantity));
        update = update.filter(Condition::any().add(Column::Quantity.is_null()).add(enough));
    }
    if required == Required::Published {
        update = update.filter(super::live(viewer));
    }
    if update.exec(conn).await?.rows_affected == 1 {
        return Ok(());
    }
    let row = listing::Entity::find_by_id(id).one(conn).await?;
    Err(refusal(row.as_ref(), viewer))
}

fn refusal(row: Option<&listing::Model>, viewer: &Viewer) -> Error {
    let Some(row) = row else {
        return Error::NotFound;
    };
    let open = rules::state_at(row, viewer.now) == ListingState::Published;
    if open {
        let message = format!(
            "{} does not have this much left. Agree a smaller quantity.",
            row.reference
        );
        UserError::new(UserErrorCode::InsufficientQuantity, message).into()
    } else {
        let message = format!(
            "{} is not published at the moment. Try again once its organisation has published it.",
            row.reference
        );
        UserError::new(UserErrorCode::InvalidState, message).into()
    }
}

/// Locks a listing until the transaction ends, so that two matches that end at once both see the result of the other.
pub async fn lock(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    listing::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(conn)
        .await?;
    Ok(())
}

/// Closes a listing that was made for one match.
pub async fn close(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
    reason: CloseReason,
) -> Result<(), Error> {
    close_if(conn, viewer, id, reason, Condition::all()).await
}

/// Closes a listing as fulfilled if nothing is left of it, none of these states has a match of it, and it is neither
/// standing nor lent.
pub async fn close_if_done(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
    under_way: &[matching::MatchState],
) -> Result<(), Error> {
    close_if(
        conn,
        viewer,
        id,
        CloseReason::Fulfilled,
        nothing_to_do(under_way),
    )
    .await
}

fn nothing_to_do(under_way: &[matching::MatchState]) -> Condition {
    let matched = |column: matching::Column| {
        let matches = Query::select()
            .expr(Expr::val(1))
            .from(matching::Entity)
            .and_where(Expr::col((matching::Entity, column)).equals((listing::Entity, Column::Id)))
            .and_where(matching::Column::State.is_in(under_way.iter().copied()))
            .to_owned();
        Expr::exists(matches).not()
    };
    let loans = [LendingMode::Lend, LendingMode::Share];
    Condition::all()
        .add(Column::ExpiryPolicy.eq(ExpiryPolicy::Fixed))
        .add(Expr::col(Column::Allocated).gte(Expr::col(Column::Quantity)))
        .add(
            Condition::any()
                .add(Column::LendingMode.is_null())
                .add(Column::LendingMode.is_not_in(loans)),
        )
        .add(matched(matching::Column::OfferId))
        .add(matched(matching::Column::RequestId))
}

async fn close_if(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
    reason: CloseReason,
    condition: Condition,
) -> Result<(), Error> {
    let change = listing::ActiveModel {
        state: Set(ListingState::Closed),
        close_reason: Set(Some(reason)),
        closed_at: Set(Some(viewer.now)),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    let closed = listing::Entity::update_many()
        .set(change)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in([ListingState::Published, ListingState::Paused]))
        .filter(condition)
        .exec_with_returning(conn)
        .await?;
    let Some(row) = closed.into_iter().next() else {
        return Ok(());
    };
    activity::record(conn, viewer, acts::CLOSED, &row, &["state"]).await
}
