//! What the address of a feed asks for: the words of the GraphQL filter, or a place in the order of changes.

use url::form_urlencoded;

use super::rules;
use crate::{kit::Error, reference::Snapshot};

/// An address that cannot be followed: which of its words, and what was expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Unclear {
    /// The word.
    pub word: String,
    /// What was expected.
    pub expected: String,
}

impl Unclear {
    /// This word, and what was expected.
    pub fn new(word: &str, expected: impl Into<String>) -> Self {
        Self {
            word: word.chars().take(60).collect(),
            expected: expected.into(),
        }
    }
}

/// Why there is no document.
#[derive(Debug)]
pub enum Refusal {
    /// The address is wrong.
    Unclear(Unclear),
    /// Anything else.
    Other(Error),
}

impl From<Unclear> for Refusal {
    fn from(unclear: Unclear) -> Self {
        Self::Unclear(unclear)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::BadInput(field, expected) => {
                let word = field.trim_start_matches("filter.");
                Self::Unclear(Unclear::new(word, expected))
            }
            error => Self::Other(error),
        }
    }
}

/// A filter as the words of an address say it.
pub trait Words: Default + Send {
    /// Its words.
    const ALL: &'static [&'static str];

    /// Takes in what a word says; one that is not among [`Words::ALL`] is never given.
    fn narrow(&mut self, word: &str, value: &str, reference: &Snapshot) -> Result<(), Unclear>;
}

/// The newest of some kind, page by page.
#[derive(Debug, Default)]
pub struct Newest<F> {
    /// Which.
    pub filter: F,
    /// The words of the address that narrow it, in their order.
    pub words: Vec<(String, String)>,
    /// Where the page begins, as the page before gave it.
    pub after: Option<String>,
}

impl<F: Words> Newest<F> {
    /// What an address asks for.
    pub fn read(query: &str, reference: &Snapshot) -> Result<Self, Unclear> {
        let (mut filter, mut words, mut after) = (F::default(), Vec::new(), None);
        for (word, value) in form_urlencoded::parse(query.as_bytes()) {
            if word == "after" {
                after = Some(value.into_owned());
                continue;
            }
            if !F::ALL.contains(&word.as_ref()) {
                let all = F::ALL.join(", ");
                let expected = format!("is no word of this address; there are {all} and after");
                return Err(Unclear::new(&word, expected));
            }
            filter.narrow(&word, &value, reference)?;
            words.push((word.into_owned(), value.into_owned()));
        }
        Ok(Self {
            filter,
            words,
            after,
        })
    }
}

/// A page of changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes {
    /// Those that follow this number.
    pub after: i64,
    /// So many.
    pub limit: u64,
}

impl Changes {
    /// What an address asks for.
    pub fn read(query: &str) -> Result<Self, Unclear> {
        let mut asked = Self {
            after: 0,
            limit: rules::CHANGES,
        };
        for (word, value) in form_urlencoded::parse(query.as_bytes()) {
            match word.as_ref() {
                "afterChangeNumber" => {
                    let number = value.parse().ok().filter(|number| *number >= 0);
                    let expected =
                        "must be the number of a change, as `next` of the page before gives it";
                    asked.after = number.ok_or_else(|| Unclear::new(&word, expected))?;
                }
                "limit" => {
                    let most = rules::MOST_CHANGES;
                    let number = value.parse().ok();
                    let number = number.filter(|number| (1..=most).contains(number));
                    let expected = format!("must be a number from 1 to {most}");
                    asked.limit = number.ok_or_else(|| Unclear::new(&word, expected))?;
                }
                _ => {
                    let expected =
                        "is no word of this address; there are afterChangeNumber and limit";
                    return Err(Unclear::new(&word, expected));
                }
            }
        }
        Ok(asked)
    }

    /// The words of the address of the page that follows this number.
    #[must_use]
    pub fn next(&self, after: i64) -> Vec<(String, String)> {
        let mut words = vec![("afterChangeNumber".to_owned(), after.to_string())];
        if self.limit != rules::CHANGES {
            words.push(("limit".into(), self.limit.to_string()));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{events::EventFilter, listings::search::ListingFilter};

    proptest! {
        #[test]
        fn no_address_panics(query in any::<String>()) {
            let _ = Newest::<ListingFilter>::read(&query, &Snapshot::default());
            let _ = Newest::<EventFilter>::read(&query, &Snapshot::default());
            if let Ok(asked) = Changes::read(&query) {
                prop_assert!(asked.after >= 0 && (1..=rules::MOST_CHANGES).contains(&asked.limit));
            }
        }
    }
}
