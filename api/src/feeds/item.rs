//! Something new as a reader of news shows it, whatever the format.

use chrono::{DateTime, Utc};

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
    /// When it was shown to everybody first.
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

/// A label.
pub fn label(word: &'static str, code: &str, name: &str) -> Label {
    Label {
        word,
        code: code.to_owned(),
        name: name.to_owned(),
    }
}

/// The areas and the priority areas by which something is filed.
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
    /// The time that a page of these items was changed last; where there are none, when the feed was.
    pub fn updated_at(items: &[Item], feed: DateTime<Utc>) -> DateTime<Utc> {
        let latest = items.iter().map(|item| item.updated_at).max();
        latest.unwrap_or_else(|| feed.max(clock::from_micros(0)))
    }
}
