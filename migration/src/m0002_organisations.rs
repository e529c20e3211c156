//! Organisations, what registers call them, their members and invitations.

use sea_orm_migration::{
    prelude::*,
    schema::{
        double_null, integer, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
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
                    .table("organisation")
                    .col(uuid("id").primary_key())
                    .col(text("name"))
                    .col(text("sort_name"))
                    .col(text("kind"))
                    .col(text_null("size"))
                    .col(text("description"))
                    .col(text_null("website"))
                    .col(text_null("public_email"))
                    .col(text_null("public_phone"))
                    .col(uuid_null("parent_id"))
                    .col(json_binary("address_lines"))
                    .col(text_null("town"))
                    .col(text_null("postcode"))
                    .col(double_null("latitude"))
                    .col(double_null("longitude"))
                    .col(json_binary("areas"))
                    .col(text("state"))
                    .col(uuid_null("merged_into"))
                    .col(text("verification"))
                    .col(text_null("verification_method"))
                    .col(timestamp_with_time_zone_null("verified_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(integer("version"))
                    .foreign_key(&mut references(
                        ("organisation", "parent_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("organisation", "merged_into"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organisation_by_name")
                    .table("organisation")
                    .col("sort_name")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organisation_parent")
                    .table("organisation")
                    .col("parent_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("organisation_area")
                    .col(uuid("organisation_id"))
                    .col(text("area"))
                    .primary_key(Index::create().col("organisation_id").col("area"))
                    .foreign_key(&mut references(
                        ("organisation_area", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organisation_area_by_area")
                    .table("organisation_area")
                    .col("area")
                    .col("organisation_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("organisation_identifier")
                    .col(text("scheme"))
                    .col(text("value"))
                    .col(uuid("organisation_id"))
                    .primary_key(Index::create().col("scheme").col("value"))
                    .foreign_key(&mut references(
                        ("organisation_identifier", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organisation_identifier_owner")
                    .table("organisation_identifier")
                    .col("organisation_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("membership")
                    .col(uuid("id").primary_key())
                    .col(uuid("person_id"))
                    .col(uuid("organisation_id"))
                    .col(text("role"))
                    .col(text("state"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(&mut references(
                        ("membership", "person_id"),
                        ("person", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("membership", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("membership_once")
                    .table("membership")
                    .col("person_id")
                    .col("organisation_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("membership_organisation")
                    .table("membership")
                    .col("organisation_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("invitation")
                    .col(uuid("id").primary_key())
                    .col(uuid("organisation_id"))
                    .col(text("role"))
                    .col(text("token_hash").unique_key())
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(uuid_null("accepted_by"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .foreign_key(&mut references(
                        ("invitation", "organisation_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("invitation", "created_by"),
                        ("person", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("invitation", "accepted_by"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("invitation_organisation")
                    .table("invitation")
                    .col("organisation_id")
                    .col("id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "invitation",
                "membership",
                "organisation_identifier",
                "organisation_area",
                "organisation",
            ],
        )
        .await
    }
}
