//! How a person wishes to have mail about one category of notifications. No row: as is usual for the category.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

use crate::notification::NotificationCategory;

/// How somebody wishes to have mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MailWish {
    /// At once, but not in quiet hours.
    Instant,
    /// Once a day, at 08:00 in Surrey, all in one mail.
    DailyDigest,
    /// Not at all. Notifications are listed all the same.
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_wish")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: NotificationCategory,
    pub wish: MailWish,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
