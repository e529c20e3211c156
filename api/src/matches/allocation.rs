//! Holding quantity: the only place where a match takes from a listing, or gives back to it.
//!
//! One atomic statement for each side, the offer first, inside the transaction that changed the match: the match's own
//! row is locked by then, so that any two transactions meet the three rows in the same order and none waits in a circle.

use entity::{
    listing::{self, CloseReason, Column, ExpiryPolicy, ListingState},
    matching::{self, MatchSide},
    resource_type::LendingMode,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::rules;
use crate::{
    kit::{Error, Id, UserError, UserErrorCode, Viewer, activity},
    listings,
};

/// What a match holds of its two listings, in base units of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Of the offer.
    pub offer: i64,
    /// Of the request.
    pub request: i64,
}

impl Held {
    /// Nothing of either.
    pub const NOTHING: Self = Self {
        offer: 0,
        request: 0,
    };

    /// What a match holds now.
    #[must_use]
    pub const fn by(row: &matching::Model) -> Self {
        Self {
            offer: row.offer_allocated,
            request: row.request_allocated,
        }
    }

    /// What terms ask for.
    #[must_use]
    pub const fn asked(offer: i64, request: i64) -> Self {
        Self { offer, request }
    }

    /// Of one side's listing only.
    #[must_use]
    pub const fn only(self, side: MatchSide) -> Self {
        match side {
            MatchSide::Offerer => Self { request: 0, ..self },
            MatchSide::Requester => Self { offer: 0, ..self },
        }
    }
}

/// Whether a listing must be open for what is taken from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// For a new agreement: both must be open at this moment.
    Open,
    /// For what was agreed already: whatever became of the listing.
    Any,
}

/// Brings what a match holds from one amount to another.
pub async fn hold(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    (before, after): (Held, Held),
    from: From,
) -> Result<(), Error> {
    change(conn, viewer, row.offer_id, after.offer - before.offer, from).await?;
    let request = after.request - before.request;
    change(conn, viewer, row.request_id, request, from).await
}

async fn change(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Uuid,
    by: i64,
    from: From,
) -> Result<(), Error> {
    if by == 0 && from == From::Any {
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
    if from == From::Open {
        update = update.filter(listings::live(viewer));
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
    let open = listings::rules::state_at(row, viewer.now) == ListingState::Published;
    if open {
        let message = format!("There is not so much left of {}.", row.reference);
        UserError::new(UserErrorCode::InsufficientQuantity, message).into()
    } else {
        let message = format!("{} is not open at the moment.", row.reference);
        UserError::new(UserErrorCode::InvalidState, message).into()
    }
}

/// Closes the listings of a match that has ended, where nothing remains to be done with them: what was made only to
/// answer the other side, and what is fulfilled to the last, unless it stands or comes back.
pub async fn close_done(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    fulfilled: bool,
) -> Result<(), Error> {
    for (side, id) in [
        (MatchSide::Offerer, row.offer_id),
        (MatchSide::Requester, row.request_id),
    ] {
        // Two matches of one listing may end at the same moment: the later one sees what the earlier one did.
        listing::Entity::find_by_id(id)
            .lock_exclusive()
            .one(conn)
            .await?;
        if row.listing_made_by == Some(side) {
            let reason = if fulfilled {
                CloseReason::Fulfilled
            } else {
                CloseReason::Withdrawn
            };
            close(conn, viewer, id, reason, Condition::all()).await?;
        } else if fulfilled {
            close(conn, viewer, id, CloseReason::Fulfilled, nothing_to_do()).await?;
        }
    }
    Ok(())
}

/// Everything of it is delivered: nothing is left, no match is under way, and nothing comes back to it.
fn nothing_to_do() -> Condition {
    let under_way = |column: matching::Column| {
        let matches = Query::select()
            .expr(Expr::val(1))
            .from(matching::Entity)
            .and_where(Expr::col((matching::Entity, column)).equals((listing::Entity, Column::Id)))
            .and_where(matching::Column::State.is_in(rules::UNDER_WAY))
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
        .add(under_way(matching::Column::OfferId))
        .add(under_way(matching::Column::RequestId))
}

async fn close(
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
    let act = activity::Act {
        act: "listing.closed",
        subject: Id::<listing::Entity>::new(row.id),
        organisation: Some(row.organisation_id),
        fields: &["state"],
    };
    activity::record(conn, viewer, act).await
}
