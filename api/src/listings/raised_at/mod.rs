//! Outcomes of events: the listings that were raised at one, and their matches.
//!
//! A listing is raised at one event at most, which its organisation sets. A listing made from an intake of an event is
//! raised at that event automatically. The figures of an event are those of [`crate::statistics`]: quantities offered,
//! requested, agreed, claimed and confirmed, each unit separately. A match is an outcome of an event if its offer or
//! its request was raised there.

pub mod mutation;
pub mod rules;
pub mod service;

use entity::listing_event;
use uuid::Uuid;

pub use mutation::ListingEventMutation;

use crate::kit::Child;

impl Child for listing_event::Entity {
    const PARENT: listing_event::Column = listing_event::Column::ListingId;

    fn parent(row: &listing_event::Model) -> Uuid {
        row.listing_id
    }
}
