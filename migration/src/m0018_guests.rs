//! Guests: whoever registers without an account, and what they asked for until they show that their address is theirs.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean_null, integer, json_binary, text, text_null, timestamp_with_time_zone, uuid,
        uuid_null,
    },
    sea_orm::DbBackend,
};

use crate::{
    drop_tables, m0011_registrations,
    m0015_reservations::{DRAWN, REGISTRATION, registration},
    references,
};

const INDEXES: &str = "
CREATE INDEX guest_request_address ON guest_request (email, created_at);
CREATE INDEX guest_request_event ON guest_request (event_id, created_at);
CREATE UNIQUE INDEX guest_request_key ON guest_request (capacity_id, email, client_key) WHERE client_key IS NOT NULL;
CREATE INDEX guest_request_over ON guest_request (expires_at);
";

const OF_GUESTS: &str = "
CREATE UNIQUE INDEX registration_guest_once ON registration (capacity_id, guest_email)
    WHERE guest_email IS NOT NULL AND state IN ('CONFIRMED', 'WAITLISTED', 'PLACE_OFFERED');
CREATE INDEX registration_guest ON registration (event_id) WHERE guest_email IS NOT NULL;
";

/// Gives back what guests have, were offered or wait for. What they drew of a reservation is held again, until it is released.
const GIVE_BACK: &str = "
UPDATE event_capacity SET
    confirmed = confirmed - (SELECT COALESCE(SUM(places), 0) FROM registration
        WHERE capacity_id = event_capacity.id AND person_id IS NULL AND state IN ('CONFIRMED', 'ATTENDED', 'NO_SHOW')),
    offered = offered - (SELECT COALESCE(SUM(places), 0) FROM registration
        WHERE capacity_id = event_capacity.id AND person_id IS NULL AND state = 'PLACE_OFFERED'),
    held = held + (SELECT COALESCE(SUM(registration.places), 0) FROM registration
        JOIN place_reservation ON place_reservation.id = registration.reservation_id
        WHERE registration.capacity_id = event_capacity.id AND person_id IS NULL AND released_at IS NULL
            AND state IN ('CONFIRMED', 'ATTENDED', 'NO_SHOW', 'PLACE_OFFERED')),
    waiting = waiting - (SELECT COUNT(*) FROM registration
        WHERE capacity_id = event_capacity.id AND person_id IS NULL AND state = 'WAITLISTED')
    WHERE id IN (SELECT capacity_id FROM registration WHERE person_id IS NULL);
UPDATE place_reservation SET
    used = used - (SELECT COALESCE(SUM(registration.places), 0) FROM registration
        WHERE reservation_id = place_reservation.id AND person_id IS NULL
            AND state IN ('CONFIRMED', 'ATTENDED', 'NO_SHOW', 'PLACE_OFFERED'))
    WHERE id IN (SELECT reservation_id FROM registration WHERE person_id IS NULL);
DELETE FROM registration WHERE person_id IS NULL;
DELETE FROM link WHERE purpose LIKE 'GUEST%';
";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Sqlite {
            put_aside(manager).await?;
            let mut anew = registration(uuid_null("person_id"));
            let anew = anew
                .col(text_null("guest_name"))
                .col(text_null("guest_email"));
            manager.create_table(anew.to_owned()).await?;
            bring_back(manager).await?;
        } else {
            let change = "ALTER TABLE registration ALTER COLUMN person_id DROP NOT NULL;
                ALTER TABLE registration ADD COLUMN guest_name text;
                ALTER TABLE registration ADD COLUMN guest_email text;";
            connection.execute_unprepared(change).await?;
        }
        connection.execute_unprepared(OF_GUESTS).await?;
        manager.create_table(request()).await?;
        connection.execute_unprepared(INDEXES).await?;
        for (table, column) in [
            ("event", boolean_null("guests_welcome")),
            ("link", uuid_null("activity_id")),
        ] {
            let alter = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }

    /// Whoever came as a guest is forgotten, for there is nowhere to write them, and their places are free or held again.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("event", "guests_welcome"), ("link", "activity_id")] {
            let alter = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        drop_tables(manager, &["guest_request"]).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(GIVE_BACK).await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            put_aside(manager).await?;
            manager
                .create_table(registration(uuid("person_id")))
                .await?;
            return bring_back(manager).await;
        }
        let change = "DROP INDEX registration_guest_once;
            DROP INDEX registration_guest;
            ALTER TABLE registration DROP COLUMN guest_name;
            ALTER TABLE registration DROP COLUMN guest_email;
            ALTER TABLE registration ALTER COLUMN person_id SET NOT NULL;";
        connection.execute_unprepared(change).await?;
        Ok(())
    }
}

async fn put_aside(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let keep =
        "CREATE TABLE kept_registration AS SELECT * FROM registration; DROP TABLE registration;";
    manager.get_connection().execute_unprepared(keep).await?;
    Ok(())
}

async fn bring_back(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let fill = format!(
        "INSERT INTO registration ({REGISTRATION}, reservation_id) SELECT {REGISTRATION}, reservation_id FROM kept_registration;
         DROP TABLE kept_registration;"
    );
    let connection = manager.get_connection();
    for sql in [fill.as_str(), m0011_registrations::INDEXES, DRAWN] {
        connection.execute_unprepared(sql).await?;
    }
    Ok(())
}

fn request() -> TableCreateStatement {
    Table::create()
        .table("guest_request")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(uuid("capacity_id"))
        .col(text("name"))
        .col(text("email"))
        .col(integer("places"))
        .col(json_binary("answers"))
        .col(text_null("access_needs"))
        .col(text_null("client_key"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut references(
            ("guest_request", "event_id"),
            ("event", "id"),
        ))
        .to_owned()
}
