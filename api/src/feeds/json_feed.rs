//! Writes newly published items as JSON Feed 1.1.

use serde_json::{Value, json};

use super::item::{Item, News};

/// Media type of JSON Feed.
pub const MEDIA: &str = "application/feed+json; charset=utf-8";

/// Writes a page of news as JSON Feed.
pub fn write(news: &News) -> String {
    let mut feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": news.title,
        "home_page_url": news.home,
        "feed_url": news.address,
        "language": "en-GB",
    });
    if let Some(next) = &news.next {
        feed["next_url"] = json!(next);
    }
    feed["items"] = news.items.iter().map(item).collect();
    feed.to_string()
}

fn item(item: &Item) -> Value {
    let mut author = json!({"name": item.organisation});
    if let Some(website) = &item.website {
        author["url"] = json!(website);
    }
    let mut piece = json!({
        "id": item.id,
        "url": item.address,
        "title": item.title,
        "content_text": item.text,
        "date_published": item.published_at,
        "date_modified": item.updated_at,
        "authors": [author],
        "tags": item.labels.iter().map(|label| &label.name).collect::<Vec<_>>(),
    });
    if let Some(picture) = &item.picture {
        piece["image"] = json!(picture);
    }
    piece
}
