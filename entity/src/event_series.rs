//! Series of events that recur by a rule. The rule only generates events: each occurrence is an event of its own.

use sea_orm::entity::prelude::*;

use crate::json::Texts;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_series")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub organisation_id: Uuid,
    pub created_by: Uuid,
    pub title: String,
    /// RFC 5545 rule without `RRULE:`.
    pub rule: String,
    /// Days without an event, such as `2027-04-05`.
    #[sea_orm(column_type = "JsonBinary")]
    pub exceptions: Texts,
    /// First start, from which the rule generates the others.
    pub starts_at: DateTimeUtc,
    pub time_zone: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
