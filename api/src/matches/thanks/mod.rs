//! Thanks: one message of each side of a completed match to the other.
//!
//! Thanks are public if both sides agree: the side that wrote them and the side that they praise.

mod mutation;
pub mod service;
mod types;

use entity::{
    matching,
    thanks::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

pub use mutation::ThanksMutation;
pub use types::Thanks;

use crate::kit::{Resource, Viewer};

impl Resource for thanks::Entity {
    const NAME: &'static str = "thanks";
    const ID: Column = Column::Id;

    fn id(row: &thanks::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let public = Condition::all()
            .add(Column::OfferedToPublic.eq(true))
            .add(Column::ConsentedAt.is_not_null());
        let parties = matching::Entity::find()
            .select_only()
            .column(matching::Column::Id)
            .filter(matching::Entity::visible_to(viewer))
            .into_query();
        Condition::any()
            .add(public)
            .add(Column::MatchId.in_subquery(parties))
    }
}
