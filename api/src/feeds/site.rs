//! Addresses of this server in documents.

use entity::listing;
use url::{Url, form_urlencoded};

/// Builds addresses of this server.
#[derive(Clone, Debug)]
pub struct Site(String);

impl Site {
    /// Creates the builder from the public address of the server.
    #[must_use]
    pub fn at(public: &Url) -> Self {
        Self(public.as_str().trim_end_matches('/').to_owned())
    }

    /// Returns the address of the home page.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}/", self.0)
    }

    /// Returns the address of a path.
    #[must_use]
    pub fn at_path(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// Returns the address of a listing as JSON-LD.
    #[must_use]
    pub fn listing(&self, row: &listing::Model) -> String {
        format!("{}/listings/{}.jsonld", self.0, row.reference)
    }

    /// Returns the address of an event in a format: `jsonld` or `ics`.
    #[must_use]
    pub fn event(&self, reference: &str, form: &str) -> String {
        format!("{}/events/{reference}.{form}", self.0)
    }

    /// Returns the address of a feed in a format, with these query parameters.
    #[must_use]
    pub fn feed(&self, feed: &str, form: &str, words: &[(String, String)]) -> String {
        let mut address = format!("{}/feeds/{feed}.{form}", self.0);
        if !words.is_empty() {
            let words = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(words)
                .finish();
            address.extend(["?", &words]);
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_addresses() {
        let site = Site::at(&"https://example.org/market/".parse().unwrap());
        let words = [("text".to_owned(), "tea & cake".to_owned())];
        assert_eq!(
            site.feed("listings", "atom", &words),
            "https://example.org/market/feeds/listings.atom?text=tea+%26+cake"
        );
        assert_eq!(
            site.feed("listings", "rpde", &[]),
            "https://example.org/market/feeds/listings.rpde"
        );
    }
}
