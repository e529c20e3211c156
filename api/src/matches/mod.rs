//! Matches: one offer and one request, from a first proposal to agreed terms.
//!
//! [`terms`] checks proposed terms, [`rules`] defines the acts and states, and [`allocation`] allocates quantity so
//! that nothing is promised twice. Deliveries are in [`fulfilments`].
//!
//! A match is visible to the members of its two organisations and to staff.

mod feature;
pub use feature::FEATURE;
pub mod acts;
pub mod allocation;
pub mod amendments;
pub mod available_acts;
pub mod fulfilments;
mod history;
pub mod inputs;
pub mod jobs;
mod merge;
mod mutation;
pub mod negotiation;
pub mod persist;
mod query;
pub mod rules;
pub mod search;
pub mod service;
pub mod step_records;
mod subscription;
pub mod terms;
mod terms_types;
pub mod thanks;
pub(crate) mod types;

use entity::matching::{self, Column};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use inputs::key;
pub use mutation::{MatchMutation, MatchPayload};
pub use query::{MatchFilter, MatchQuery};
pub use subscription::MatchSubscription;
pub(crate) use terms_types::quantity_of;
pub use types::Match;

use crate::kit::{Resource, Viewer};

impl Resource for matching::Entity {
    const NAME: &'static str = "match";
    const ID: Column = Column::Id;

    fn id(row: &matching::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_staff() {
            return Condition::all();
        }
        let own: Vec<Uuid> = viewer.organisations().collect();
        if own.is_empty() {
            return Condition::all().add(Expr::val(false));
        }
        Condition::any()
            .add(Column::OffererId.is_in(own.clone()))
            .add(Column::RequesterId.is_in(own))
    }
}
