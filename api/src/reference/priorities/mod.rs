//! Priorities of the social value programme: editions, each with its priority areas and their outcomes.
//!
//! An administrator writes an edition as a draft, opens it for consultation and adopts it from a day; the previous
//! edition is then superseded and ends the day before. From the first adoption on, exactly one edition is in force on
//! any day, and a listing keeps the edition under which it was tagged. The rows are reference data and are read from
//! memory.

mod mutation;
mod query;
pub mod rules;
pub mod service;
mod types;

use entity::{
    priority_area,
    priority_edition::{self},
};
use sea_orm::{ColumnTrait, Condition, sea_query::Query};
use uuid::Uuid;

pub use mutation::PriorityMutation;
pub use query::PriorityQuery;
pub use types::{PriorityArea, PriorityEdition};

use crate::kit::{Resource, Viewer};

impl Resource for priority_edition::Entity {
    const NAME: &'static str = "priorityEdition";
    const ID: priority_edition::Column = priority_edition::Column::Id;

    fn id(row: &priority_edition::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let seen = rules::seen_states(viewer);
        Condition::all().add(priority_edition::Column::State.is_in(seen))
    }
}

impl Resource for priority_area::Entity {
    const NAME: &'static str = "priorityArea";
    const ID: priority_area::Column = priority_area::Column::Id;

    fn id(row: &priority_area::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let editions = Query::select()
            .column(priority_edition::Column::Code)
            .from(priority_edition::Entity)
            .and_where(priority_edition::Column::State.is_in(rules::seen_states(viewer)))
            .to_owned();
        Condition::all().add(priority_area::Column::Edition.in_subquery(editions))
    }
}
