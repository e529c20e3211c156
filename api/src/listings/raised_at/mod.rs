//! What came of events: the listings that were raised at one, and what they led to.
//!
//! A listing is raised at one event at most, and its organisation says at which; what was told at an event's desk is
//! raised there of itself. How much that came to is told by the same figures as everything else that was shared (see
//! [`crate::statistics`]): offered and requested, agreed, claimed and confirmed, each unit apart and none mixed. A match
//! came of an event where its offer or its request was raised there.

pub mod mutation;
pub mod rules;
pub mod service;

use entity::listing_event;
use uuid::Uuid;

pub use mutation::OutcomeMutation;

use crate::kit::Part;

impl Part for listing_event::Entity {
    const WHOLE: listing_event::Column = listing_event::Column::ListingId;

    fn whole(row: &listing_event::Model) -> Uuid {
        row.listing_id
    }
}
