//! Resource types: what can be shared, as people name it. Reference data, read from memory.
//!
//! The top level is an enum, for code branches on it; below it are rows with a code, a time, and the words
//! by which people look for them. A type that goes gets a last day and says what replaces it.

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
