//! Someone who signs in.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a person may do for the whole marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlatformRole {
    /// Helps organisations find each other; sees their listings and members, and verifies organisations.
    Broker,
    /// Keeps the marketplace decent: sees what brokers see.
    Moderator,
    /// Runs the programme: reference data, roles, mergers, and all that brokers and moderators do.
    ProgrammeAdmin,
}

/// The platform roles that a person holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct PlatformRoles(pub Vec<PlatformRole>);

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In lower case; unique.
    pub email: String,
    /// When they showed that mail to that address reaches them; null while they have not.
    pub email_verified_at: Option<DateTimeUtc>,
    pub display_name: String,
    pub phone: Option<String>,
    pub password_hash: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub platform_roles: PlatformRoles,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
