//! The order of commits as its readers follow it; what people are told, how they wish to be told, and the mail.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, integer, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
        uuid_null,
    },
};

use crate::{drop_tables, references};

/// What was done before there was an order has its place by its id, and nobody is told of it any more.
const BEGIN: &str = "
UPDATE activity SET seq = placed.place
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM activity) AS placed
WHERE activity.id = placed.id;
INSERT INTO outbox_cursor (name, seq) SELECT 'sequence', COALESCE(MAX(seq), 0) FROM activity;
INSERT INTO outbox_cursor (name, seq) SELECT 'notifications', COALESCE(MAX(seq), 0) FROM activity;
";

/// What is looked for most: what somebody has not read, and what is to be sent.
const WAITING: &str = "
CREATE INDEX notification_unread ON notification (person_id, id) WHERE read_at IS NULL;
CREATE INDEX mail_waiting ON mail (next_attempt_at) WHERE state = 'WAITING';
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
                    .table("outbox_cursor")
                    .col(text("name").primary_key())
                    .col(big_integer("seq"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("mail")
                    .col(uuid("id").primary_key())
                    .col(uuid("person_id"))
                    .col(text("message_id").unique_key())
                    .col(text("state"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_attempt_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("settled_at"))
                    .foreign_key(&mut references(("mail", "person_id"), ("person", "id")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("notification")
                    .col(uuid("id").primary_key())
                    .col(uuid("person_id"))
                    .col(uuid("activity_id"))
                    .col(text("kind"))
                    .col(text("category"))
                    .col(timestamp_with_time_zone("at"))
                    .col(timestamp_with_time_zone_null("read_at"))
                    .col(uuid_null("mail_id"))
                    .foreign_key(&mut references(
                        ("notification", "person_id"),
                        ("person", "id"),
                    ))
                    .foreign_key(&mut references(
                        ("notification", "activity_id"),
                        ("activity", "id"),
                    ))
                    .foreign_key(&mut references(("notification", "mail_id"), ("mail", "id")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("mail_wish")
                    .col(uuid("person_id"))
                    .col(text("category"))
                    .col(text("wish"))
                    .primary_key(Index::create().col("person_id").col("category"))
                    .foreign_key(&mut references(
                        ("mail_wish", "person_id"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("quiet_hours")
                    .col(uuid("person_id").primary_key())
                    .col(integer("from_minute"))
                    .col(integer("until_minute"))
                    .foreign_key(&mut references(
                        ("quiet_hours", "person_id"),
                        ("person", "id"),
                    ))
                    .to_owned(),
            )
            .await?;
        for (name, table, columns, unique) in [
            (
                "notification_once",
                "notification",
                ["person_id", "activity_id"],
                true,
            ),
            (
                "notification_person",
                "notification",
                ["person_id", "id"],
                false,
            ),
            (
                "notification_mail",
                "notification",
                ["mail_id", "id"],
                false,
            ),
            ("mail_person", "mail", ["person_id", "due_at"], false),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        let conn = manager.get_connection();
        conn.execute_unprepared(WAITING).await?;
        conn.execute_unprepared(BEGIN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "quiet_hours",
                "mail_wish",
                "notification",
                "mail",
                "outbox_cursor",
            ],
        )
        .await?;
        let conn = manager.get_connection();
        conn.execute_unprepared("UPDATE activity SET seq = NULL")
            .await?;
        Ok(())
    }
}
