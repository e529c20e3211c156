//! The history of the marketplace's tables, one file per step, up and down, on both databases.
//!
//! A step never uses `entity`: rows move on, history does not. No column has a default in the
//! database: every value is decided in Rust.
//!
//! The tables themselves are described where their rows are, in `entity`.
#![expect(
    missing_docs,
    reason = "each step's story is told at the top of its file"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m0001_people;
mod m0002_organisations;
mod m0003_reference;
mod m0004_listings;
mod m0005_activities;
mod m0006_matches;
mod m0007_notifications;
mod m0008_conversations;
mod m0009_concerned;
mod m0010_events;
mod m0011_registrations;
mod m0012_feeds;
mod m0013_intakes;
mod m0014_calendars;
mod m0015_reservations;
mod m0016_outcomes;
mod m0017_links;
mod m0018_guests;
mod m0019_forgetting;
mod m0020_readiness;
mod m0021_plain_names;
mod m0022_plain_acts;
mod m0023_search_text;
mod m0024_normal_forms;
mod m0025_rejected_addresses;
mod m0027_password_versions;
mod m0028_approved_versions;
mod m0029_partner_consent;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_organisations::Migration),
            Box::new(m0003_reference::Migration),
            Box::new(m0004_listings::Migration),
            Box::new(m0005_activities::Migration),
            Box::new(m0006_matches::Migration),
            Box::new(m0007_notifications::Migration),
            Box::new(m0008_conversations::Migration),
            Box::new(m0009_concerned::Migration),
            Box::new(m0010_events::Migration),
            Box::new(m0011_registrations::Migration),
            Box::new(m0012_feeds::Migration),
            Box::new(m0013_intakes::Migration),
            Box::new(m0014_calendars::Migration),
            Box::new(m0015_reservations::Migration),
            Box::new(m0016_outcomes::Migration),
            Box::new(m0017_links::Migration),
            Box::new(m0018_guests::Migration),
            Box::new(m0019_forgetting::Migration),
            Box::new(m0020_readiness::Migration),
            Box::new(m0021_plain_names::Migration),
            Box::new(m0022_plain_acts::Migration),
            Box::new(m0023_search_text::Migration),
            Box::new(m0024_normal_forms::Migration),
            Box::new(m0025_rejected_addresses::Migration),
            Box::new(m0027_password_versions::Migration),
            Box::new(m0028_approved_versions::Migration),
            Box::new(m0029_partner_consent::Migration),
        ]
    }
}

/// A foreign key that refuses to leave orphans.
fn references(
    from: (&'static str, &'static str),
    to: (&'static str, &'static str),
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(from.0, from.1)
        .to(to.0, to.1)
        .to_owned()
}

async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager
            .drop_table(Table::drop().table(*table).to_owned())
            .await?;
    }
    Ok(())
}
