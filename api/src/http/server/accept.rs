//! Media types that a client accepts, with their weights (RFC 9110, Section 12.5.1, Accept).

use axum::http::{HeaderMap, header};

/// Media ranges of the header `Accept`.
pub struct Accept {
    header: Option<String>,
}

impl Accept {
    /// Reads the header. Without it the client accepts everything.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter();
        let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        let header = (!values.is_empty()).then(|| values.join(","));
        Self { header }
    }

    /// Weight of a media type such as `application/json`, from 0 to 1, by the most specific range that contains it. 0 if
    /// none does, or if the client refuses it.
    pub fn weight(&self, media: &str) -> f32 {
        let Some(header) = &self.header else {
            return 1.0;
        };
        let (group, _) = media.split_once('/').unwrap_or((media, ""));
        [media, &format!("{group}/*"), "*/*"]
            .into_iter()
            .find_map(|range| header.split(',').find_map(|part| weigh(part, range)))
            .unwrap_or(0.0)
    }

    /// Reports whether the client names this media type itself.
    pub fn names(&self, media: &str) -> bool {
        let header = self.header.as_deref().unwrap_or_default();
        header.split(',').any(|part| weigh(part, media).is_some())
    }
}

/// Weight of a part of the header; `None` if it is another range. A weight that is no number is 0.
fn weigh(part: &str, range: &str) -> Option<f32> {
    let mut parameters = part.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case(range) {
        return None;
    }
    let mut weights = parameters.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let weight = weights.next().map(|value| value.parse().unwrap_or(0.0));
    Some(weight.unwrap_or(1.0_f32).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_counts() {
        for (accept, json, events) in [
            (None, 1.0, 1.0),
            (Some(""), 0.0, 0.0),
            (Some("*/*"), 1.0, 1.0),
            (Some("application/*;q=0.5, */*;q=0.1"), 0.5, 0.1),
            (Some("APPLICATION/JSON;Q=0.25"), 0.25, 0.0),
            (
                Some("*/*, application/json ; charset=utf-8 ; Q=0"),
                0.0,
                1.0,
            ),
            (Some("text/event-stream;q=0, text/*"), 0.0, 0.0),
            (
                Some("application/json;q=x, text/event-stream;q=7"),
                0.0,
                1.0,
            ),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            let accept = Accept::of(&headers);
            let found = (
                accept.weight("application/json"),
                accept.weight("text/event-stream"),
            );
            assert_eq!(found, (json, events), "{:?}", accept.header);
        }
    }
}
