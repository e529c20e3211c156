//! Conditional responses for public documents: entity tags, modification times and freshness (RFC 9110, RFC 9111).
//!
//! The entity tag is a hash of the document, so it is exact. It is weak, because the same document may be sent
//! compressed. `If-Modified-Since` counts only if the request sends no tag. `Last-Modified` is omitted until its second
//! is over, because it could not tell a later change within that second.

use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{feeds::Document, kit::secret};

/// Date format of HTTP headers.
const TIME: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Responds with the document, or with 304 if the client's copy is current.
pub fn reply(asked: &HeaderMap, now: DateTime<Utc>, document: Document) -> Response {
    let Document {
        media,
        body,
        changed_at,
        fresh_for,
        unlisted,
    } = document;
    let tag = tag(body.as_ref());
    let whose = if unlisted { "private" } else { "public" };
    let mut headers = vec![
        (header::ETAG, tag.clone()),
        (
            header::CACHE_CONTROL,
            format!("{whose}, max-age={}", fresh_for.as_secs()),
        ),
    ];
    if unlisted {
        let robots = HeaderName::from_static("x-robots-tag");
        headers.push((robots, "noindex".into()));
    }
    let changed_at = changed_at.filter(|at| *at < now);
    headers.extend(changed_at.map(|at| (header::LAST_MODIFIED, at.format(TIME).to_string())));
    let same = same(asked, &tag, changed_at);
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        headers.push((header::CONTENT_TYPE, media.into()));
        body.into_response()
    };
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Weak entity tag of the content: weak because the content may be sent compressed.
pub fn tag(content: &[u8]) -> String {
    format!("W/\"{}\"", secret::hex(&Sha256::digest(content)[..16]))
}

/// Returns true if `If-None-Match` contains the tag; `None` if the request has no such header.
pub fn names(asked: &HeaderMap, tag: &str) -> Option<bool> {
    let mut tags = asked.get_all(header::IF_NONE_MATCH).iter().peekable();
    tags.peek()?;
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = bare(tag);
    let known = |list: &str| {
        list.split(',')
            .map(bare)
            .any(|theirs| theirs == "*" || theirs == own)
    };
    Some(tags.any(|list| list.to_str().is_ok_and(known)))
}

fn same(asked: &HeaderMap, tag: &str, changed_at: Option<DateTime<Utc>>) -> bool {
    if let Some(known) = names(asked, tag) {
        return known;
    }
    let since = asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|since| since.to_str().ok())
        .and_then(|since| DateTime::parse_from_rfc2822(since).ok());
    changed_at.zip(since).is_some_and(|(at, since)| at <= since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock;

    #[test]
    fn a_tag_counts_before_a_time() {
        let at = clock::from_micros(1_800_000_000_000_000);
        let asked = |headers: &[(HeaderName, &str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| (name.clone(), value.parse().unwrap()));
            same(&headers.collect(), "W/\"a\"", Some(at))
        };
        let (tag, time) = (header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE);
        let (then, before) = (
            "Fri, 15 Jan 2027 08:00:00 GMT",
            "Fri, 15 Jan 2027 07:59:59 GMT",
        );
        assert!(asked(&[(tag.clone(), "W/\"a\"")]) && asked(&[(tag.clone(), "\"b\", \"a\"")]));
        assert!(asked(&[(tag.clone(), "*")]) && asked(&[(time.clone(), then)]));
        assert!(
            !asked(&[]) && !asked(&[(tag.clone(), "\"b\"")]) && !asked(&[(time.clone(), before)])
        );
        assert!(!asked(&[(tag, "\"b\""), (time.clone(), then)]));
        assert!(!asked(&[(time, "yesterday")]));
    }
}
