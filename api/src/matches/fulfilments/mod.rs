//! Fulfilments: deliveries of the agreed terms, in full or in parts.
//!
//! One side records a delivery, the other confirms it or states another quantity. A quantity counts if both sides state
//! it; if they differ, a broker decides. A match is fulfilled when its deliveries reach the agreed quantity. However it
//! ends, the match releases exactly the undelivered quantity.
//!
//! A delivery is visible to the viewers of its match.

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
