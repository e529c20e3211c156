//! Places that are held for an organisation or for those on a list, and who showed that mail reaches them.
//!
//! SQLite changes no check of a table that is there: what has one is made anew, with what was in it.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, integer, integer_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_orm::DbBackend,
};

use crate::{drop_tables, m0010_events, m0011_registrations, references};

/// Literal, for PostgreSQL is told it in an `ALTER TABLE`.
const CHECK: &str = "confirmed >= 0 AND offered >= 0 AND waiting >= 0 AND held >= 0
 AND (capacity IS NULL OR confirmed + offered + held <= capacity)";

const OLD_CHECK: &str = "confirmed >= 0 AND offered >= 0 AND waiting >= 0
             AND (capacity IS NULL OR confirmed + offered <= capacity)";

const INDEXES: &str = "
CREATE INDEX place_reservation_event ON place_reservation (event_id, id);
CREATE INDEX place_reservation_capacity ON place_reservation (capacity_id) WHERE released_at IS NULL;
CREATE INDEX place_reservation_due ON place_reservation (release_at) WHERE released_at IS NULL;
CREATE INDEX place_reservation_organisation ON place_reservation (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX place_reservation_address_by_email ON place_reservation_address (email, reservation_id);
";

/// An index of what draws from a reservation.
pub(crate) const DRAWN: &str = "CREATE INDEX registration_reservation ON registration (reservation_id) WHERE reservation_id IS NOT NULL;";

/// As they were made with the table of places.
const CAPACITY_INDEXES: &str = "
CREATE INDEX event_capacity_event ON event_capacity (event_id);
CREATE INDEX event_capacity_waiting ON event_capacity (id) WHERE waiting > 0;
";

/// The tables that are new.
const HELD: [&str; 2] = ["place_reservation_address", "place_reservation"];

/// What is kept of each table while it is made anew.
const CAPACITY: &str = "id, event_id, capacity, confirmed, offered, waiting, queue_end";
pub(crate) const REGISTRATION: &str =
    "id, event_id, capacity_id, person_id, organisation_id, state, places, answers, access_needs,
    code, queue_number, turn_until, answer_by, created_at, updated_at, checked_in_at";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        if sqlite {
            put_aside(manager, &[]).await?;
            manager.create_table(capacity()).await?;
        } else {
            let change = format!(
                "ALTER TABLE event_capacity ADD COLUMN held integer NOT NULL DEFAULT 0;
                 ALTER TABLE event_capacity ALTER COLUMN held DROP DEFAULT;
                 ALTER TABLE event_capacity DROP CONSTRAINT event_capacity_check;
                 ALTER TABLE event_capacity ADD CONSTRAINT event_capacity_check CHECK ({CHECK});"
            );
            connection.execute_unprepared(&change).await?;
        }
        manager.create_table(reservation()).await?;
        manager.create_table(address()).await?;
        if sqlite {
            manager
                .create_table(registration(uuid("person_id")))
                .await?;
            bring_back(
                manager,
                &format!("{CAPACITY}, held"),
                &format!("{CAPACITY}, 0"),
            )
            .await?;
        } else {
            let column = "ALTER TABLE registration ADD COLUMN reservation_id uuid REFERENCES place_reservation (id)";
            connection.execute_unprepared(column).await?;
        }
        connection.execute_unprepared(INDEXES).await?;
        connection.execute_unprepared(DRAWN).await?;
        let verified = Table::alter()
            .table("person")
            .add_column(timestamp_with_time_zone_null("email_verified_at"))
            .to_owned();
        manager.alter_table(verified).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Sqlite {
            put_aside(manager, &HELD).await?;
            manager.create_table(m0010_events::capacity()).await?;
            manager.create_table(m0011_registrations::table()).await?;
            bring_back(manager, CAPACITY, CAPACITY).await?;
        } else {
            let column = "ALTER TABLE registration DROP COLUMN reservation_id";
            connection.execute_unprepared(column).await?;
            drop_tables(manager, &HELD).await?;
            let change = format!(
                "ALTER TABLE event_capacity DROP CONSTRAINT event_capacity_check;
                 ALTER TABLE event_capacity DROP COLUMN held;
                 ALTER TABLE event_capacity ADD CONSTRAINT event_capacity_check CHECK ({OLD_CHECK});"
            );
            connection.execute_unprepared(&change).await?;
        }
        let verified = Table::alter()
            .table("person")
            .drop_column("email_verified_at")
            .to_owned();
        manager.alter_table(verified).await
    }
}

/// Drops the tables that are made anew, and keeps what was in them. What else names their rows goes between the two: what
/// draws from reservations is gone by then, and the places that they are of are there still.
async fn put_aside(manager: &SchemaManager<'_>, between: &[&'static str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let keep = "CREATE TABLE kept_registration AS SELECT * FROM registration;
        CREATE TABLE kept_capacity AS SELECT * FROM event_capacity;
        DROP TABLE registration;";
    connection.execute_unprepared(keep).await?;
    drop_tables(manager, between).await?;
    connection
        .execute_unprepared("DROP TABLE event_capacity;")
        .await?;
    Ok(())
}

/// Fills the new tables with what was kept. `into` and `from` are the columns of the places.
async fn bring_back(manager: &SchemaManager<'_>, into: &str, from: &str) -> Result<(), DbErr> {
    let fill = format!(
        "INSERT INTO event_capacity ({into}) SELECT {from} FROM kept_capacity;
         INSERT INTO registration ({REGISTRATION}) SELECT {REGISTRATION} FROM kept_registration;
         DROP TABLE kept_registration;
         DROP TABLE kept_capacity;"
    );
    let connection = manager.get_connection();
    connection.execute_unprepared(&fill).await?;
    connection.execute_unprepared(CAPACITY_INDEXES).await?;
    connection
        .execute_unprepared(m0011_registrations::INDEXES)
        .await?;
    Ok(())
}

fn capacity() -> TableCreateStatement {
    Table::create()
        .table("event_capacity")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(integer_null("capacity"))
        .col(integer("confirmed"))
        .col(integer("offered"))
        .col(integer("held"))
        .col(integer("waiting"))
        .col(big_integer("queue_end"))
        .check(Expr::cust(CHECK))
        .foreign_key(&mut references(
            ("event_capacity", "event_id"),
            ("event", "id"),
        ))
        .to_owned()
}

pub(crate) fn registration(person: ColumnDef) -> TableCreateStatement {
    m0011_registrations::of(person)
        .col(uuid_null("reservation_id"))
        .foreign_key(&mut references(
            ("registration", "reservation_id"),
            ("place_reservation", "id"),
        ))
        .to_owned()
}

fn reservation() -> TableCreateStatement {
    let references = |column: &'static str, table: &'static str| {
        references(("place_reservation", column), (table, "id"))
    };
    Table::create()
        .table("place_reservation")
        .col(uuid("id").primary_key())
        .col(uuid("event_id"))
        .col(uuid("capacity_id"))
        .col(uuid_null("organisation_id"))
        .col(text_null("label"))
        .col(integer("places"))
        .col(integer("used"))
        .col(timestamp_with_time_zone("release_at"))
        .col(timestamp_with_time_zone_null("released_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("version"))
        .check(Expr::cust("places > 0 AND used >= 0 AND used <= places"))
        .foreign_key(&mut references("event_id", "event"))
        .foreign_key(&mut references("capacity_id", "event_capacity"))
        .foreign_key(&mut references("organisation_id", "organisation"))
        .foreign_key(&mut references("created_by", "person"))
        .to_owned()
}

fn address() -> TableCreateStatement {
    Table::create()
        .table("place_reservation_address")
        .col(uuid("reservation_id"))
        .col(text("email"))
        .primary_key(Index::create().col("reservation_id").col("email"))
        .foreign_key(&mut references(
            ("place_reservation_address", "reservation_id"),
            ("place_reservation", "id"),
        ))
        .to_owned()
}
