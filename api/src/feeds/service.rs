//! Serves the feeds as documents.

use std::time::Duration;

use super::{
    atom,
    feed_source::FeedSource,
    item::News,
    json_feed,
    request::{Changes, Newest, Refusal},
    rpde, rules, search,
    site::Site,
};
use crate::{
    App,
    kit::{Viewer, page::PageArgs},
};
use chrono::{DateTime, Utc};

/// Time for which caches may keep a page that has a successor. The last page has a shorter one, because consumers poll
/// it.
pub(super) const FRESH: Duration = Duration::from_mins(1);
const LAST: Duration = Duration::from_secs(8);

/// A document with its HTTP caching data.
#[derive(Debug)]
pub struct Document {
    /// Media type of the body.
    pub media: &'static str,
    /// Content of the document.
    pub body: String,
    /// Latest possible change; `None` if unknown.
    pub changed_at: Option<DateTime<Utc>>,
    /// Time for which caches may keep the document.
    pub fresh_for: Duration,
    /// True if the document must not be indexed, because it is only for people who have its address.
    pub unlisted: bool,
}

/// Formats of newly published items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// Returns a page of changes.
pub async fn changes<T: FeedSource>(
    app: &App,
    viewer: &Viewer,
    query: &str,
) -> Result<Document, Refusal> {
    let asked = Changes::read(query)?;
    let (conn, site) = (&app.database.read, Site::at(&app.config.public_url));
    // Read first: a change in between makes the document newer than its stated time, and consumers request it again.
    let feed = search::feed(conn, T::FEED).await?;
    let changes = search::changes::<T>(conn, viewer, asked.after, asked.limit).await?;
    let last = changes.last();
    let after = last.map_or(asked.after, |last| last.number);
    let next = site.feed(T::FEED, "rpde", &asked.next(after));
    Ok(Document {
        media: rpde::MEDIA,
        body: rpde::write::<T>(&next, &changes, app.config.feed_licence.as_str())?,
        changed_at: Some(feed.changed_at),
        fresh_for: if last.is_some() { FRESH } else { LAST },
        unlisted: false,
    })
}

/// Returns a page of newly published items.
pub async fn newest<T: FeedSource>(
    app: &App,
    viewer: &Viewer,
    format: Format,
    query: &str,
) -> Result<Document, Refusal> {
    let (reference, conn) = (app.reference.now(), &app.database.read);
    let site = Site::at(&app.config.public_url);
    let Newest::<T::Filter> {
        filter,
        words,
        after,
    } = Newest::read(query, &reference)?;
    let feed = search::feed(conn, T::FEED).await?;
    let args = PageArgs::new(Some(rules::NEWEST), after.clone(), None, None)?;
    let nobody = search::nobody(viewer);
    let (items, next) = T::newest(&site, app, conn, &nobody, filter, &args).await?;
    let with = |form: &str, after: Option<String>| {
        let after = after.map(|after| ("after".to_owned(), after));
        let words: Vec<_> = words.iter().cloned().chain(after).collect();
        site.feed(T::FEED, form, &words)
    };
    let (own, other, media) = match format {
        Format::Atom => ("atom", "json", json_feed::MEDIA),
        Format::Json => ("json", "atom", atom::MEDIA),
    };
    let media = media.split(';').next().unwrap_or(media);
    let news = News {
        title: title(T::NEWS, &words),
        address: with(own, after.clone()),
        other: (with(other, after), media),
        next: next.map(|next| with(own, Some(next))),
        home: site.home(),
        updated_at: News::updated_at(&items, feed.changed_at),
        items,
    };
    let (media, body) = match format {
        Format::Atom => (atom::MEDIA, atom::write(&news)),
        Format::Json => (json_feed::MEDIA, json_feed::write(&news)),
    };
    Ok(Document {
        media,
        body,
        changed_at: Some(feed.changed_at),
        fresh_for: FRESH,
        unlisted: false,
    })
}

fn title(of: &str, words: &[(String, String)]) -> String {
    if words.is_empty() {
        return of.into();
    }
    let words = words.iter().map(|(word, value)| format!("{word} {value}"));
    format!("{of}: {}", words.collect::<Vec<_>>().join("; "))
}
