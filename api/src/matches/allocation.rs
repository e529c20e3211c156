//! Holding quantity: the only place where a match takes from a listing, or gives back to it.
//!
//! One atomic statement for each side, the offer first, inside the transaction that changed the match: the match's own
//! row is locked by then, so that any two transactions meet the three rows in the same order and none waits in a circle.

use entity::{
    listing::CloseReason,
    matching::{self, MatchSide},
};
use sea_orm::ConnectionTrait;

use super::rules;
use crate::{
    kit::{Error, Viewer},
    listings::allocation::{self, Required},
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

/// Brings what a match holds from one amount to another.
pub async fn set_allocation(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    (before, after): (Held, Held),
    required: Required,
) -> Result<(), Error> {
    let offer = after.offer - before.offer;
    allocation::change(conn, viewer, row.offer_id, offer, required).await?;
    let request = after.request - before.request;
    allocation::change(conn, viewer, row.request_id, request, required).await
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
        allocation::lock(conn, id).await?;
        if row.listing_made_by == Some(side) {
            let reason = if fulfilled {
                CloseReason::Fulfilled
            } else {
                CloseReason::Withdrawn
            };
            allocation::close(conn, viewer, id, reason).await?;
        } else if fulfilled {
            allocation::close_if_done(conn, viewer, id, &rules::UNDER_WAY).await?;
        }
    }
    Ok(())
}
