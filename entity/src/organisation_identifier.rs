//! A number under which a register knows an organisation. One number belongs to one organisation.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_identifier")]
pub struct Model {
    /// Code of the register after org-id.guide, such as `GB-COH`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scheme: String,
    /// The number in its register's own form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
    pub organisation_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
