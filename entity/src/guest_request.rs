//! Registration that a guest requested and confirms through a link sent by email. Deleted when the link expires,
//! confirmed or not.

use sea_orm::entity::prelude::*;

use crate::registration::Answers;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_request")]
pub struct Model {
    /// Id of the registration, once there is one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub capacity_id: Uuid,
    pub name: String,
    /// Lower case.
    pub email: String,
    pub places: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Answers,
    pub access_needs: Option<String>,
    /// Key by which the server recognises a repeated request.
    pub client_key: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
