//! A single listing or event as JSON-LD, with the content that is public.

use chrono::{DateTime, Utc};
use entity::{
    event,
    listing::{self, Audience, ListingState},
};
use serde_json::Value;

use super::{
    Document, event_feed, feed_source::FeedSource, listing_feed, listing_jsonld, search,
    service::FRESH, site::Site,
};
use crate::{
    App, events,
    kit::{Error, Viewer},
    listings::{self, search::queries},
};

/// Returns a listing by its id or reference.
pub async fn listing(app: &App, viewer: &Viewer, name: &str) -> Result<Document, Error> {
    let conn = &app.database.read;
    let changed_at = search::feed(conn, listing::Entity::FEED).await?.changed_at;
    let which = match name.parse() {
        Ok(id) => Some(queries::known_as(id)),
        Err(_) => queries::referred_to(name),
    };
    let which = which.ok_or(Error::NotFound)?;
    let nobody = search::nobody(viewer);
    let found = queries::one(conn, &nobody, &listings::projection::Plan::in_full(), which).await?;
    let found = found.ok_or(Error::NotFound)?;
    let (row, organisation) = listing_feed::parts(&found)?;
    let open = listings::rules::state_at(row, viewer.now) == ListingState::Published;
    let site = Site::at(&app.config.public_url);
    let data = listing_jsonld::listing(&site, &app.reference.now(), row, organisation, open);
    // The listing's own time covers neither its organisation's name nor the quantity left. The feed's time covers both,
    // for the listings that it shows.
    Ok(document(&data, changed_at, open, row.audience))
}

/// Returns an event by its id or reference.
pub async fn event(app: &App, viewer: &Viewer, name: &str) -> Result<Document, Error> {
    let conn = &app.database.read;
    let changed_at = search::feed(conn, event::Entity::FEED).await?.changed_at;
    let nobody = search::nobody(viewer);
    let found =
        events::search::named(conn, &nobody, &events::projection::Plan::in_full(), name).await?;
    let found = found.ok_or(Error::NotFound)?;
    let site = Site::at(&app.config.public_url);
    let data = event_feed::document(&site, &app.reference.now(), &found, viewer)?;
    let to_come = found.known().ends_at > viewer.now;
    Ok(document(&data, changed_at, to_come, found.known().audience))
}

/// Builds the document. Its time of change is that of the feed, and only set for items that the feed shows.
fn document(data: &Value, changed_at: DateTime<Utc>, shown: bool, audience: Audience) -> Document {
    let unlisted = audience == Audience::Unlisted;
    Document {
        media: "application/ld+json; charset=utf-8",
        body: data.to_string(),
        changed_at: Some(changed_at).filter(|_| shown && !unlisted),
        fresh_for: FRESH,
        unlisted,
    }
}
