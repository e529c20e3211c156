//! Accounts whose addresses a mail server rejected.

use sea_orm_migration::{
    prelude::*,
    schema::{timestamp_with_time_zone, uuid},
};

use super::{drop_tables, references};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("rejected_address")
            .col(uuid("person_id").primary_key())
            .col(timestamp_with_time_zone("at"))
            .foreign_key(&mut references(
                ("rejected_address", "person_id"),
                ("person", "id"),
            ))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The older program knows no rejected mail, nor a notification of it.
        let old = "UPDATE mail SET state = 'GIVEN_UP' WHERE state = 'REJECTED';
            UPDATE link SET state = 'GIVEN_UP' WHERE state = 'REJECTED';
            DELETE FROM notification WHERE kind = 'EMAIL_REJECTED';
            DELETE FROM mail_preference WHERE category = 'ACCOUNT';";
        manager.get_connection().execute_unprepared(old).await?;
        drop_tables(manager, &["rejected_address"]).await
    }
}
