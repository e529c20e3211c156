//! Reference data: areas, resource types and the priority areas, each a dated row with a code.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, boolean, date, date_null, double_null, integer, json_binary, text, text_null,
        uuid,
    },
};

use crate::{drop_tables, references};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    #[expect(clippy::too_many_lines, reason = "tables read best in one piece")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("area")
                    .col(uuid("id").primary_key())
                    .col(text("code").unique_key())
                    .col(text("name"))
                    .col(text("kind"))
                    .col(text_null("gss"))
                    .col(text_null("parent"))
                    .col(double_null("latitude"))
                    .col(double_null("longitude"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("area_successor")
                    .col(text("area"))
                    .col(text("successor"))
                    .col(date("from_date"))
                    .primary_key(Index::create().col("area").col("successor"))
                    .foreign_key(&mut references(
                        ("area_successor", "area"),
                        ("area", "code"),
                    ))
                    .foreign_key(&mut references(
                        ("area_successor", "successor"),
                        ("area", "code"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("resource_type")
                    .col(uuid("id").primary_key())
                    .col(text("code").unique_key())
                    .col(text("kind"))
                    .col(text("label"))
                    .col(text_null("parent"))
                    .col(json_binary("synonyms"))
                    .col(text("default_unit"))
                    .col(json_binary("allowed_units"))
                    .col(json_binary("allowed_modes"))
                    .col(boolean("safeguarding_default"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .col(json_binary("replaced_by"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("priority_edition")
                    .col(uuid("id").primary_key())
                    .col(text("code").unique_key())
                    .col(text("title"))
                    .col(text("state"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .col(text_null("follows"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("priority_area")
                    .col(uuid("id").primary_key())
                    .col(text("edition"))
                    .col(text("code"))
                    .col(text("title"))
                    .col(text("description"))
                    .col(text_null("parent"))
                    .col(text_null("predecessor"))
                    .foreign_key(&mut references(
                        ("priority_area", "edition"),
                        ("priority_edition", "code"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("priority_area_code")
                    .table("priority_area")
                    .col("edition")
                    .col("code")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("reference_state")
                    .col(integer("id").primary_key())
                    .col(big_integer("version"))
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("INSERT INTO reference_state (id, version) VALUES (1, 0)")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "reference_state",
                "priority_area",
                "priority_edition",
                "resource_type",
                "area_successor",
                "area",
            ],
        )
        .await
    }
}
