//! Membership of a person in an organisation, or their request for one.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Role of a member. From lowest to highest: OBSERVER, MEMBER, EDITOR, MANAGER, OWNER. Each includes the rights of the
/// lower ones.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MembershipRole {
    /// Reads what the organisation can read.
    Observer,
    /// Writes messages, and edits drafts of their own.
    Member,
    /// Edits and publishes the organisation's listings.
    Editor,
    /// Manages members and the organisation's profile.
    Manager,
    /// Has all rights, including the management of other owners. An organisation always has an owner.
    Owner,
}

/// State of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MembershipState {
    /// The person has asked to join, and no manager has answered.
    Requested,
    /// The membership is in force.
    Active,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    pub organisation_id: Uuid,
    pub role: MembershipRole,
    pub state: MembershipState,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
