//! A person's email frequency for one category of notifications. Without a row, the default of the category applies.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::notification::NotificationCategory;

/// Frequency of notification emails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MailFrequency {
    /// Immediately, except in quiet hours.
    Instant,
    /// One email a day, at 08:00 UK time, with all notifications.
    DailyDigest,
    /// No email. Notifications still appear in the marketplace.
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_preference")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: NotificationCategory,
    pub frequency: MailFrequency,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
