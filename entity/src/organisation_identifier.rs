//! A number of an organisation in a register. Each number belongs to one organisation.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_identifier")]
pub struct Model {
    /// Code of the register in org-id.guide, such as `GB-COH`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scheme: String,
    /// Number in the register's own form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
    pub organisation_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
