//! To whom an act was done, so that somebody who was declined or removed can read of it.

use sea_orm_migration::{prelude::*, schema::uuid_null};

const INDEX: &str = "activity_person";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("activity")
            .add_column(uuid_null("person_id"))
            .to_owned();
        manager.alter_table(column).await?;
        let index = Index::create()
            .name(INDEX)
            .table("activity")
            .col("person_id")
            .col("id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(INDEX).table("activity").to_owned();
        manager.drop_index(index).await?;
        let column = Table::alter()
            .table("activity")
            .drop_column("person_id")
            .to_owned();
        manager.alter_table(column).await
    }
}
