//! A newly published listing as a reader of news shows it, whatever the format.

use chrono::{DateTime, Utc};
use entity::{listing, organisation};

use super::rules::Site;
use crate::{kit::clock, reference::Snapshot};

/// One piece of news.
#[derive(Debug)]
pub struct Item {
    /// The same for ever, wherever the server moves.
    pub id: String,
    /// Where to read on.
    pub address: String,
    /// One line.
    pub title: String,
    /// Plain text of several lines.
    pub text: String,
    /// Whose it is.
    pub organisation: String,
    /// Their pages, where they have some.
    pub website: Option<String>,
    /// When it was published first.
    pub published_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// By what it is filed.
    pub labels: Vec<Label>,
    /// The address of its first picture.
    pub picture: Option<String>,
}

/// A word by which something is filed.
#[derive(Debug)]
pub struct Label {
    /// The word of the filter that finds it by this.
    pub word: &'static str,
    /// What to give that word.
    pub code: String,
    /// What people call it.
    pub name: String,
}

/// A page of news.
#[derive(Debug)]
pub struct News {
    /// What it is news of.
    pub title: String,
    /// Where it is read.
    pub address: String,
    /// The same page in another format, with its media type.
    pub other: (String, &'static str),
    /// Where the page after this one is read.
    pub next: Option<String>,
    /// The front page of the server.
    pub home: String,
    /// When anything in it changed last.
    pub updated_at: DateTime<Utc>,
    /// The newest first.
    pub items: Vec<Item>,
}

impl Item {
    /// A listing as a piece of news.
    pub fn of(
        site: &Site,
        reference: &Snapshot,
        row: &listing::Model,
        organisation: &organisation::Model,
    ) -> Self {
        Self {
            id: row.id.urn().to_string(),
            address: site.listing(row),
            title: row.title.clone(),
            text: row.description.clone(),
            organisation: organisation.name.clone(),
            website: organisation.website.clone(),
            published_at: row.first_published_at,
            updated_at: row.updated_at.max(row.first_published_at),
            labels: labels(reference, row),
            picture: row.details.pictures.first().map(|one| one.url.clone()),
        }
    }
}

fn labels(reference: &Snapshot, row: &listing::Model) -> Vec<Label> {
    let kind = match row.kind {
        listing::ListingKind::Offer => ("OFFER", "Offer"),
        listing::ListingKind::Request => ("REQUEST", "Request"),
    };
    let label = |word, code: &str, name: &str| Label {
        word,
        code: code.to_owned(),
        name: name.to_owned(),
    };
    let mut labels = vec![label("kinds", kind.0, kind.1)];
    let found = reference.resource_type(&row.resource_type);
    labels.extend(found.map(|found| label("resourceTypes", &found.code, &found.label)));
    let areas = row.areas.0.iter().filter_map(|code| reference.area(code));
    labels.extend(areas.map(|area| label("areas", &area.code, &area.name)));
    for key in &row.priority_areas.0 {
        let found = key
            .split_once('/')
            .and_then(|(edition, code)| reference.priority(edition, code));
        labels.extend(found.map(|found| label("priorityAreas", key, &found.title)));
    }
    labels
}

impl News {
    /// The time that a page of these items was changed last; where there are none, when the feed was.
    pub fn updated_at(items: &[Item], feed: DateTime<Utc>) -> DateTime<Utc> {
        let latest = items.iter().map(|item| item.updated_at).max();
        latest.unwrap_or_else(|| feed.max(clock::from_micros(0)))
    }
}
