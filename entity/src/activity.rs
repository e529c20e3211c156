//! The record of one committed change: audit log and outbox in one.
//!
//! It holds ids and names of fields, never personal values, so that erasing a person rewrites nothing here.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::json::Texts;

/// What kind of caller acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ActorKind {
    /// Someone who signed in.
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
    /// The organisation that the act concerns, if any: its members may read it.
    pub organisation_id: Option<Uuid>,
    /// The other organisation that it concerns, where it takes two.
    pub other_organisation_id: Option<Uuid>,
    /// The person to whom it was done, where it was done to one: they may read it too.
    pub person_id: Option<Uuid>,
    pub act: String,
    /// The kind in the subject's global id, such as `listing`.
    pub subject_kind: String,
    pub subject_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Texts,
    /// Its place in the order of commits, given after the commit; null until then. Readers follow it.
    pub seq: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
