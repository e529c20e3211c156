//! Database entities of the marketplace: one file per table, named in the singular. Behaviour is in `api`, migrations
//! in `migration`.
//!
//! An enum exists only where code branches on its values; the database stores them under the names that GraphQL shows.
//! Terms that a council may reword are rows with codes (`area`, `resource_type`, `priority_area`).
#![expect(
    missing_docs,
    reason = "columns are named after their content; the derives add undocumented items"
)]

pub mod activity;
pub mod area;
pub mod area_successor;
pub mod calendar_address;
pub mod conversation;
pub mod conversation_mark;
pub mod event;
pub mod event_area;
pub mod event_capacity;
pub mod event_partner;
pub mod event_priority_area;
pub mod event_series;
pub mod event_session;
pub mod feed;
pub mod feed_entry;
pub mod fulfilment;
pub mod guest_request;
pub mod idempotency;
pub mod intake;
pub mod invitation;
pub mod json;
pub mod link;
pub mod listing;
pub mod listing_area;
pub mod listing_event;
pub mod listing_priority_area;
pub mod listing_window;
pub mod mail;
pub mod mail_preference;
pub mod match_step;
pub mod match_terms;
pub mod matching;
pub mod membership;
pub mod message;
pub mod message_report;
pub mod notification;
pub mod organisation;
pub mod organisation_area;
pub mod organisation_identifier;
pub mod outbox_cursor;
pub mod person;
pub mod place_reservation;
pub mod place_reservation_address;
pub mod priority_area;
pub mod priority_edition;
pub mod quiet_hours;
pub mod readiness;
pub mod reference_state;
pub mod refresh_token;
pub mod registration;
pub mod rejected_address;
pub mod resource_type;
pub mod session;
pub mod thanks;
