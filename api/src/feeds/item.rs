//! A newly published item, independent of the format.

use chrono::{DateTime, Utc};

use crate::{kit::clock, reference::Snapshot};

/// One newly published item.
#[derive(Debug)]
pub struct Item {
    /// Permanent id, independent of the address of the server.
    pub id: String,
    /// Address of the full item.
    pub address: String,
    /// Title, in one line.
    pub title: String,
    /// Plain text of several lines.
    pub text: String,
    /// Name of the organisation that published the item.
    pub organisation: String,
    /// Website of the organisation, if it has one.
    pub website: Option<String>,
    /// Instant at which the item was first public.
    pub published_at: DateTime<Utc>,
    /// Instant of the latest change.
    pub updated_at: DateTime<Utc>,
    /// Categories of the item.
    pub labels: Vec<Label>,
    /// Address of the first picture.
    pub picture: Option<String>,
}

/// A category of an item.
#[derive(Debug)]
pub struct Label {
    /// Filter parameter that finds items of this category.
    pub word: &'static str,
    /// Value for the filter parameter.
    pub code: String,
    /// Name shown to people.
    pub name: String,
}

/// A page of newly published items.
#[derive(Debug)]
pub struct News {
    /// Title of the feed.
    pub title: String,
    /// Address of this page.
    pub address: String,
    /// This page in the other format, with its media type.
    pub other: (String, &'static str),
    /// Address of the next page; `None` on the last page.
    pub next: Option<String>,
    /// Home page of the server.
    pub home: String,
    /// Instant of the latest change of an item on the page.
    pub updated_at: DateTime<Utc>,
    /// Newest first.
    pub items: Vec<Item>,
}

/// Builds a label.
pub fn label(word: &'static str, code: &str, name: &str) -> Label {
    Label {
        word,
        code: code.to_owned(),
        name: name.to_owned(),
    }
}

/// Returns labels for the areas and the priority areas of an item.
pub fn labels(reference: &Snapshot, areas: &[String], priorities: &[String]) -> Vec<Label> {
    let areas = areas.iter().filter_map(|code| reference.area(code));
    let areas = areas.map(|area| label("areas", &area.code, &area.name));
    let priorities = priorities.iter().filter_map(|key| {
        let (edition, code) = key.split_once('/')?;
        let found = reference.priority(edition, code)?;
        Some(label("priorityAreas", key, &found.title))
    });
    areas.chain(priorities).collect()
}

impl News {
    /// Returns the latest change of these items or, without items, of the feed.
    pub fn updated_at(items: &[Item], feed: DateTime<Utc>) -> DateTime<Utc> {
        let latest = items.iter().map(|item| item.updated_at).max();
        latest.unwrap_or_else(|| feed.max(clock::from_micros(0)))
    }
}
