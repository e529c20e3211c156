//! Thanks: what one side of a match says to the other when it is done, once each.
//!
//! Everybody may read it where both want that: those who wrote it, and those whom it praises.

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
