//! Record of one committed change: audit log and outbox in one table.
//!
//! A row contains ids and names of fields, never personal values, so that erasing a person rewrites nothing here.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::json::Texts;

/// Kind of caller that acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ActorKind {
    /// A person who was signed in.
    Person,
    /// The marketplace itself: its worker or its command line.
    System,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    /// The organisation that the act concerns, if any. Its members may read the activity.
    pub organisation_id: Option<Uuid>,
    /// The second organisation that the act concerns, for acts between two.
    pub other_organisation_id: Option<Uuid>,
    /// The person whom the act affects, if any. They may read the activity too.
    pub person_id: Option<Uuid>,
    pub act: String,
    /// Kind in the subject's global id, such as `listing`.
    pub subject_kind: String,
    pub subject_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Texts,
    /// Position in the order of commits, assigned after the commit; null until then. Consumers of the outbox follow it.
    pub seq: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
