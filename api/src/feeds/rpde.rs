//! Writes a page of changes as OpenActive's Realtime Paged Data Exchange 1.0, ordered by change number.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{feed_source::FeedSource, search::Change};
use crate::kit::{Error, Id, OrInternal};

/// Media type of RPDE.
pub const MEDIA: &str = "application/vnd.openactive.rpde+json; version=1";

#[derive(Serialize)]
struct Page<'a> {
    next: &'a str,
    items: Vec<Item<'a>>,
    license: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    state: &'static str,
    kind: &'a str,
    id: String,
    modified: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
}

/// Writes the page. The last page is the one without items: its `next` is its own address, to be requested again later.
pub fn write<T: FeedSource>(
    next: &str,
    changes: &[Change],
    licence: &str,
) -> Result<String, Error> {
    let mut items = Vec::with_capacity(changes.len());
    for change in changes {
        let data = change.data.as_deref().map(serde_json::from_str).transpose();
        let data: Option<&RawValue> = data.internal()?;
        items.push(Item {
            state: if data.is_some() { "updated" } else { "deleted" },
            kind: &change.kind,
            id: Id::<T>::new(change.subject_id).to_string(),
            modified: change.number,
            data,
        });
    }
    let page = Page {
        next,
        items,
        license: licence,
    };
    serde_json::to_string(&page).internal()
}
