//! The addresses of this server that documents name.

use entity::listing;
use url::{Url, form_urlencoded};

/// The addresses of this server.
#[derive(Clone, Debug)]
pub struct Site(String);

impl Site {
    /// The server that people reach at this address.
    #[must_use]
    pub fn at(public: &Url) -> Self {
        Self(public.as_str().trim_end_matches('/').to_owned())
    }

    /// The front page.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}/", self.0)
    }

    /// What is at a path.
    #[must_use]
    pub fn at_path(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// A listing as linked data.
    #[must_use]
    pub fn listing(&self, row: &listing::Model) -> String {
        format!("{}/listings/{}.jsonld", self.0, row.reference)
    }

    /// An event as linked data, as a page of a calendar, or in another form.
    #[must_use]
    pub fn event(&self, reference: &str, form: &str) -> String {
        format!("{}/events/{reference}.{form}", self.0)
    }

    /// A feed in some form, with these words in its address.
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
