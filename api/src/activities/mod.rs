//! Activities: the record of every committed act. It contains ids and names of fields, never personal data.
//!
//! Staff see all activities. Other people see their own acts, acts that affect them, and acts that concern
//! organisations of which they are a member. Anonymous callers see none.

mod feature;
pub use feature::FEATURE;
pub mod live;
pub mod outbox;
mod query;
pub mod rules;
pub mod service;
mod subscription;
mod types;

use entity::activity;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use query::ActivityQuery;
pub use subscription::ActivitySubscription;
pub use types::Activity;

use crate::kit::{Resource, Viewer};

impl Resource for activity::Entity {
    const NAME: &'static str = "activity";
    const ID: activity::Column = activity::Column::Id;

    fn id(row: &activity::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_staff() {
            return Condition::all();
        }
        let Some(me) = viewer.person() else {
            return Condition::all().add(Expr::val(false));
        };
        Condition::any()
            .add(activity::Column::ActorId.eq(me.id))
            .add(activity::Column::PersonId.eq(me.id))
            .add(activity::Column::OrganisationId.is_in(viewer.organisations()))
            .add(activity::Column::OtherOrganisationId.is_in(viewer.organisations()))
    }
}
