//! Matches: their terms, their history, what was delivered and the thanks for it.
//!
//! One live match for each pair of listings: the states are named literally, as a partial index must.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, date, date_null, integer, integer_null,
        json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
    },
};

use crate::{drop_tables, references};

const INDEXES: &str = "
CREATE UNIQUE INDEX matching_live ON matching (offer_id, request_id)
    WHERE state IN ('PROPOSED', 'COUNTERED', 'ACCEPTED', 'IN_DELIVERY', 'AWAITING_CONFIRMATION', 'DISPUTED');
CREATE INDEX matching_offer ON matching (offer_id, updated_at, id);
CREATE INDEX matching_request ON matching (request_id, updated_at, id);
CREATE INDEX matching_offerer ON matching (offerer_id, updated_at, id);
CREATE INDEX matching_requester ON matching (requester_id, updated_at, id);
CREATE INDEX matching_updated ON matching (updated_at, id);
CREATE INDEX matching_open ON matching (answer_by) WHERE state IN ('PROPOSED', 'COUNTERED');
CREATE INDEX matching_under_way ON matching (updated_at)
    WHERE state IN ('ACCEPTED', 'IN_DELIVERY', 'AWAITING_CONFIRMATION', 'DISPUTED');
CREATE INDEX match_step_match ON match_step (match_id, id);
CREATE INDEX fulfilment_match ON fulfilment (match_id, id);
CREATE UNIQUE INDEX thanks_side ON thanks (match_id, side);
";

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
                    .table("matching")
                    .col(uuid("id").primary_key())
                    .col(text("reference").unique_key())
                    .col(uuid("offer_id"))
                    .col(uuid("request_id"))
                    .col(uuid("offerer_id"))
                    .col(uuid("requester_id"))
                    .col(text("state"))
                    .col(text("proposed_by"))
                    .col(text_null("turn"))
                    .col(integer("terms_version"))
                    .col(integer_null("agreed_version"))
                    .col(timestamp_with_time_zone("answer_by"))
                    .col(big_integer("offer_allocated"))
                    .col(big_integer("request_allocated"))
                    .col(big_integer("delivered"))
                    .col(text_null("listing_made_by"))
                    .col(timestamp_with_time_zone_null("approved_at"))
                    .col(uuid_null("approved_by"))
                    .col(timestamp_with_time_zone_null("crowded_out_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(timestamp_with_time_zone_null("agreed_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(timestamp_with_time_zone_null("returned_at"))
                    .col(integer("version"))
                    .check(Expr::cust(
                        "offer_allocated >= 0 AND request_allocated >= 0 AND delivered >= 0 AND offerer_id <> requester_id",
                    ))
                    .foreign_key(&mut references(("matching", "offer_id"), ("listing", "id")))
                    .foreign_key(&mut references(
                        ("matching", "request_id"),
                        ("listing", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("matching", "offerer_id"),
                        ("organisation", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("matching", "requester_id"),
                        ("organisation", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("match_terms")
                    .col(uuid("match_id"))
                    .col(integer("version"))
                    .col(text("side"))
                    .col(uuid("person_id"))
                    .col(big_integer_null("quantity"))
                    .col(text("unit"))
                    .col(text_null("unit_label"))
                    .col(big_integer("offer_quantity"))
                    .col(big_integer("request_quantity"))
                    .col(integer_null("minutes_per_day"))
                    .col(date_null("from_date"))
                    .col(date_null("until_date"))
                    .col(text_null("place"))
                    .col(text_null("conditions"))
                    .col(text_null("message"))
                    .col(timestamp_with_time_zone("answer_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("match_id").col("version"))
                    .foreign_key(&mut references(
                        ("match_terms", "match_id"),
                        ("matching", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("match_terms", "person_id"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("match_step")
                    .col(uuid("id").primary_key())
                    .col(uuid("match_id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(text("kind"))
                    .col(text_null("side"))
                    .col(uuid_null("person_id"))
                    .col(integer_null("terms_version"))
                    .col(text_null("reason"))
                    .col(text_null("outcome"))
                    .col(text_null("note"))
                    .foreign_key(&mut references(
                        ("match_step", "match_id"),
                        ("matching", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("fulfilment")
                    .col(uuid("id").primary_key())
                    .col(uuid("match_id"))
                    .col(text("state"))
                    .col(text("side"))
                    .col(uuid("recorded_by"))
                    .col(big_integer_null("quantity"))
                    .col(big_integer_null("answered_quantity"))
                    .col(uuid_null("answered_by"))
                    .col(date("delivered_on"))
                    .col(boolean("last"))
                    .col(text_null("note"))
                    .col(text_null("answer_note"))
                    .col(json_binary("evidence"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("answered_at"))
                    .foreign_key(&mut references(
                        ("fulfilment", "match_id"),
                        ("matching", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("thanks")
                    .col(uuid("id").primary_key())
                    .col(uuid("match_id"))
                    .col(text("side"))
                    .col(uuid("person_id"))
                    .col(text("text"))
                    .col(boolean("offered_to_public"))
                    .col(timestamp_with_time_zone_null("consented_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut references(("thanks", "match_id"), ("matching", "id")))
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "thanks",
                "fulfilment",
                "match_step",
                "match_terms",
                "matching",
            ],
        )
        .await
    }
}
