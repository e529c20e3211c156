//! Fulfilments: what was really delivered of what was agreed, at once or in parts.
//!
//! One side records a delivery, the other says the same or something else. What both say counts; where they differ a
//! broker decides. A match whose deliveries reach what was agreed is fulfilled; whatever way it ends, it gives
//! back exactly what was not delivered.
//!
//! A delivery is seen by whoever sees its match.

pub mod deliveries;
pub mod ending;
mod inputs;
mod mutation;
pub mod rules;
pub mod service;
mod types;

use entity::{
    fulfilment::{self, Column},
    matching,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

pub use mutation::FulfilmentMutation;
pub use types::Fulfilment;

use crate::kit::{Resource, Viewer};

impl Resource for fulfilment::Entity {
    const NAME: &'static str = "fulfilment";
    const ID: Column = Column::Id;

    fn id(row: &fulfilment::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_staff() {
            return Condition::all();
        }
        let seen = matching::Entity::find()
            .select_only()
            .column(matching::Column::Id)
            .filter(matching::Entity::visible_to(viewer))
            .into_query();
        Condition::all().add(Column::MatchId.in_subquery(seen))
    }
}
