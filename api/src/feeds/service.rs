//! The documents that everybody may read.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::listing::{Audience, ListingState};

use super::{
    address::{Changes, Newest, Refusal},
    atom,
    item::{Item, News},
    json_feed, linked, rpde,
    rules::{self, Site},
    search,
};
use crate::{
    App,
    finding::{
        ListingOrder, reading,
        search::{Among, Found},
    },
    kit::{Error, Viewer, page::PageArgs},
    listings::{self, row::Plan},
};

/// How long a page that more will follow may be kept by others, and the last one, which is asked for again and again.
const FRESH: Duration = Duration::from_mins(1);
const LAST: Duration = Duration::from_secs(8);

/// A document and what is to be known about it.
#[derive(Debug)]
pub struct Document {
    /// Its media type.
    pub media: &'static str,
    /// The document.
    pub body: String,
    /// When it may have changed last; `None` where that is not known.
    pub changed_at: Option<DateTime<Utc>>,
    /// How long others may keep it.
    pub fresh_for: Duration,
    /// Whether it is for those alone who have its address.
    pub unlisted: bool,
}

/// The formats of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// A page of changes of listings.
pub async fn changes(app: &App, viewer: &Viewer, query: &str) -> Result<Document, Refusal> {
    let asked = Changes::read(query)?;
    let (conn, site) = (&app.database.read, Site::at(&app.config.public_url));
    // Read first: what changes meanwhile makes the document newer than it says, and it is asked for again.
    let feed = search::feed(conn, search::LISTINGS).await?;
    let changes = search::changes(conn, viewer, asked.after, asked.limit).await?;
    let last = changes.last();
    let next = site.listings(
        "rpde",
        &asked.next(last.map_or(asked.after, |last| last.number)),
    );
    Ok(Document {
        media: rpde::MEDIA,
        body: rpde::write(&next, &changes, app.config.feed_licence.as_str())?,
        changed_at: Some(feed.changed_at),
        fresh_for: if last.is_some() { FRESH } else { LAST },
        unlisted: false,
    })
}

/// A page of the newest listings.
pub async fn newest(
    app: &App,
    viewer: &Viewer,
    format: Format,
    query: &str,
) -> Result<Document, Refusal> {
    let (reference, conn) = (app.reference.now(), &app.database.read);
    let site = Site::at(&app.config.public_url);
    let Newest {
        filter,
        words,
        after,
    } = Newest::read(query, &reference)?;
    let feed = search::feed(conn, search::LISTINGS).await?;
    let (backend, nobody) = (conn.get_database_backend(), search::nobody(viewer));
    let found = Found::new(&nobody, &reference, backend, &Among::Everybody, filter)?;
    let args = PageArgs::new(Some(rules::NEWEST), after.clone(), None, None)?;
    let page = found
        .page(conn, &Plan::in_full(), ListingOrder::Newest, &args)
        .await?;
    let items = page.rows().map(|row| {
        let (row, organisation) = search::parts(row)?;
        Ok(Item::of(&site, &reference, row, organisation))
    });
    let items = items.collect::<Result<Vec<_>, Error>>()?;
    let with = |form: &str, after: Option<&str>| {
        let after = after.map(|after| ("after".to_owned(), after.to_owned()));
        site.listings(
            form,
            &words.iter().cloned().chain(after).collect::<Vec<_>>(),
        )
    };
    let (own, other, media) = match format {
        Format::Atom => ("atom", "json", json_feed::MEDIA),
        Format::Json => ("json", "atom", atom::MEDIA),
    };
    let next = page.end_cursor().filter(|_| page.has_next());
    let media = media.split(';').next().unwrap_or(media);
    let news = News {
        title: title(&words),
        address: with(own, after.as_deref()),
        other: (with(other, after.as_deref()), media),
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

fn title(words: &[(String, String)]) -> String {
    let of = "Newly published offers and requests";
    if words.is_empty() {
        return of.into();
    }
    let words = words.iter().map(|(word, value)| format!("{word} {value}"));
    format!("{of}: {}", words.collect::<Vec<_>>().join("; "))
}

/// One listing, by its id or its reference, as everybody who has its address may see it.
pub async fn listing(app: &App, viewer: &Viewer, name: &str) -> Result<Document, Error> {
    let conn = &app.database.read;
    let changed_at = search::feed(conn, search::LISTINGS).await?.changed_at;
    let which = search::called(name).ok_or(Error::NotFound)?;
    let nobody = search::nobody(viewer);
    let found = reading::one(conn, &nobody, &Plan::in_full(), which).await?;
    let found = found.ok_or(Error::NotFound)?;
    let (row, organisation) = search::parts(&found)?;
    let open = listings::rules::state_at(row, viewer.now) == ListingState::Published;
    let unlisted = row.audience == Audience::Unlisted;
    let site = Site::at(&app.config.public_url);
    let data = linked::listing(&site, &app.reference.now(), row, organisation, open);
    Ok(Document {
        media: "application/ld+json; charset=utf-8",
        body: data.to_string(),
        // Its own time does not tell of its organisation's name, nor of what is left. The feed's does, of what it shows.
        changed_at: Some(changed_at).filter(|_| open && !unlisted),
        fresh_for: FRESH,
        unlisted,
    })
}
