//! Stub.
pub mod row;
use crate::kit::{Resource, Viewer, partial::Partial};
use entity::organisation;
use sea_orm::Condition;
use uuid::Uuid;
impl Resource for organisation::Entity {
    const NAME: &'static str = "organisation";
    const ID: organisation::Column = organisation::Column::Id;
    fn id(row: &organisation::Model) -> Uuid {
        row.id
    }
    fn visible_to(_: &Viewer) -> Condition {
        Condition::all()
    }
}
pub struct Organisation(Partial<organisation::Entity>);
impl From<Partial<organisation::Entity>> for Organisation {
    fn from(p: Partial<organisation::Entity>) -> Self {
        Self(p)
    }
}
impl From<organisation::Model> for Organisation {
    fn from(p: organisation::Model) -> Self {
        Self(Partial::whole(p))
    }
}
#[async_graphql::Object]
impl Organisation {
    async fn name(&self) -> &str {
        &self.0.known().name
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Sector {
    A,
    B,
}
impl Sector {
    pub fn kinds(self) -> Vec<organisation::OrganisationKind> {
        vec![]
    }
}
