//! Resource types: the categories of listings, in everyday words. Reference data, read from memory.
//!
//! The top level is an enum, because code branches on it. Below it are rows with a code, a period, and the words that
//! people search for. A type that is withdrawn gets a last day and names the types that replace it.

mod mutation;
mod query;
pub mod rules;
pub mod service;
mod types;

use entity::resource_type;
use sea_orm::Condition;
use uuid::Uuid;

pub use mutation::ResourceTypeMutation;
pub use query::ResourceTypeQuery;
pub use types::ResourceType;

use crate::kit::{Resource, Viewer};

impl Resource for resource_type::Entity {
    const NAME: &'static str = "resourceType";
    const ID: resource_type::Column = resource_type::Column::Id;

    fn id(row: &resource_type::Model) -> Uuid {
        row.id
    }

    fn visible_to(_: &Viewer) -> Condition {
        Condition::all()
    }
}
