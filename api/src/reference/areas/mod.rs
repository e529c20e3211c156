//! Areas: the places that organisations, listings and events name, and by which a search filters. Reference data, read
//! from memory.
//!
//! Councils are abolished and replaced: an area keeps its code for good and gets a last day, and a filter by its
//! successor still finds listings that name the old area.

mod mutation;
mod query;
pub mod rules;
pub mod service;
mod types;

use entity::area;
use sea_orm::Condition;
use uuid::Uuid;

pub use mutation::AreaMutation;
pub use query::AreaQuery;
pub use types::Area;

use crate::kit::{Resource, Viewer};

impl Resource for area::Entity {
    const NAME: &'static str = "area";
    const ID: area::Column = area::Column::Id;

    fn id(row: &area::Model) -> Uuid {
        row.id
    }

    fn visible_to(_: &Viewer) -> Condition {
        Condition::all()
    }
}
