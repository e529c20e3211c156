//! Consent of the partners of events: an organisation that was named as a partner accepts or declines.

use sea_orm_migration::{
    prelude::*,
    schema::{text, timestamp_with_time_zone_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Nobody asked the partners so far: they are asked now.
        let state = text("state").default("REQUESTED").take();
        let answered_at = timestamp_with_time_zone_null("answered_at");
        for column in [state, answered_at] {
            let alter = Table::alter()
                .table("event_partner")
                .add_column(column)
                .to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }

    /// Partners who declined are deleted, because they would count as partners.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let declined = Query::delete()
            .from_table("event_partner")
            .and_where(Expr::col("state").eq("DECLINED"))
            .to_owned();
        manager.execute(declined).await?;
        for column in ["answered_at", "state"] {
            let alter = Table::alter()
                .table("event_partner")
                .drop_column(column)
                .to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
