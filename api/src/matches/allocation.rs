//! Allocation of quantity: the only place where a match takes quantity from a listing or returns it.
//!
//! Each side is one atomic statement, the offer first, inside the transaction that changed the match. That transaction
//! has already locked the row of the match, so that any two transactions lock the three rows in one order and cannot
//! deadlock.

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

/// Quantity allocated to a match, in base units of each listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Quantity of the offer.
    pub offer: i64,
    /// Quantity of the request.
    pub request: i64,
}

impl Allocation {
    /// No allocation.
    pub const NOTHING: Self = Self {
        offer: 0,
        request: 0,
    };

    /// Returns the current allocation of a match.
    #[must_use]
    pub const fn of(row: &matching::Model) -> Self {
        Self {
            offer: row.offer_allocated,
            request: row.request_allocated,
        }
    }

    /// Creates the allocation that terms need.
    #[must_use]
    pub const fn new(offer: i64, request: i64) -> Self {
        Self { offer, request }
    }

    /// Keeps the allocation of one side and drops the other.
    #[must_use]
    pub const fn only(self, side: MatchSide) -> Self {
        match side {
            MatchSide::Offerer => Self { request: 0, ..self },
            MatchSide::Requester => Self { offer: 0, ..self },
        }
    }
}

/// Changes the allocation of a match from one amount to another.
pub async fn set_allocation(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    (before, after): (Allocation, Allocation),
    required: Required,
) -> Result<(), Error> {
    let offer = after.offer - before.offer;
    allocation::change(conn, viewer, row.offer_id, offer, required).await?;
    let request = after.request - before.request;
    allocation::change(conn, viewer, row.request_id, request, required).await
}

/// Closes the listings of an ended match that have served their purpose: a listing that was created only to answer the
/// other side, and a listing that is fulfilled in full, unless it is standing or its loan has to be returned.
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
        // Two matches of one listing can end at the same time. The lock lets the later one see the changes of the
        // earlier one.
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
