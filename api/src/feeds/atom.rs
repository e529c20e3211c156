//! Writes newly published items as Atom (RFC 4287), paged as RFC 5005.

use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Text};

use super::item::{Item, News};

/// Media type of Atom.
pub const MEDIA: &str = "application/atom+xml; charset=utf-8";

/// Writes a page of news as Atom.
pub fn write(news: &News) -> String {
    let mut links = vec![
        link("self", &news.address, Some("application/atom+xml")),
        link("alternate", &news.other.0, Some(news.other.1)),
    ];
    links.extend(
        news.next
            .as_ref()
            .map(|next| link("next", next, Some("application/atom+xml"))),
    );
    let feed = Feed {
        title: text(&news.title),
        id: news.address.clone(),
        updated: news.updated_at.fixed_offset(),
        generator: Some(Generator {
            value: "Social Value Marketplace".into(),
            uri: Some(news.home.clone()),
            version: None,
        }),
        links,
        lang: Some("en-GB".into()),
        entries: news.items.iter().map(entry).collect(),
        ..Feed::default()
    };
    feed.to_string()
}

fn entry(item: &Item) -> Entry {
    let labels = item.labels.iter();
    let categories = labels.map(|label| Category {
        term: label.code.clone(),
        scheme: Some(format!("urn:x-social-value-marketplace:{}", label.word)),
        label: Some(writable(&label.name)),
    });
    let author = Person {
        name: writable(&item.organisation),
        uri: item.website.as_deref().map(writable),
        ..Person::default()
    };
    Entry {
        title: text(&item.title),
        id: item.id.clone(),
        updated: item.updated_at.fixed_offset(),
        published: Some(item.published_at.fixed_offset()),
        authors: vec![author],
        categories: categories.collect(),
        links: vec![link(
            "alternate",
            &item.address,
            Some("application/ld+json"),
        )],
        content: Some(Content {
            value: Some(writable(&item.text)),
            content_type: Some("text".into()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn text(value: &str) -> Text {
    Text::plain(writable(value))
}

fn link(rel: &str, href: &str, media: Option<&str>) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: media.map(str::to_owned),
        ..Link::default()
    }
}

/// Replaces characters that XML 1.0 cannot contain, even escaped, with U+FFFD.
fn writable(text: &str) -> String {
    let holds = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars()
        .map(|c| if holds(c) { c } else { '\u{FFFD}' })
        .collect()
}
