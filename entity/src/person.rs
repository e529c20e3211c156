//! A person with an account.

use async_graphql::Enum;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Role across the whole marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlatformRole {
    /// Helps organisations find matches. Sees their listings and members, and verifies organisations.
    Broker,
    /// Moderates the marketplace. Sees everything that brokers see.
    Moderator,
    /// Runs the programme: manages reference data, roles and mergers, and may do everything that brokers and moderators
    /// do.
    ProgrammeAdmin,
}

/// Platform roles of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct PlatformRoles(pub Vec<PlatformRole>);

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In lower case, with the domain in ASCII; unique.
    pub email: String,
    /// Instant at which the person verified this email address; null if they have not.
    pub email_verified_at: Option<DateTimeUtc>,
    pub display_name: String,
    /// Words of the name (`text::search::plain`), for text search.
    pub search_text: String,
    pub phone: Option<String>,
    pub password_hash: String,
    /// Increases with each new password. Sessions and private calendars of earlier versions are invalid.
    pub password_version: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub platform_roles: PlatformRoles,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
