//! The marketplace's promises, kept through the front door: HTTP against the real router, a real token, a
//! real database. Every test has a database of its own, and runs on `SQLite` and on `PostgreSQL`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

mod support;

mod access;
mod accounts;
mod activities;
mod architecture;
mod backup;
mod calendars;
mod conversations;
mod crash;
mod demo;
mod disclosure;
mod durability;
mod events;
mod features;
mod federation;
mod feeds;
mod finding;
mod front_door;
mod hostile;
mod inputs;
mod intakes;
mod invitations;
mod listings;
mod live;
mod mail;
mod mail_relay;
mod matches;
mod members;
mod mergers;
mod migrations;
mod notification_facts;
mod notifications;
mod organisations;
mod outbox;
mod outcomes;
mod program;
mod projection;
mod reference;
mod registrations;
mod schema;
mod server;
mod statements;
mod statistics;
mod tasks;
mod text_search;
mod transfer;
