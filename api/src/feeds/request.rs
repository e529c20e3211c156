//! Query parameters of a feed: a filter, or a position in the order of changes.

use url::form_urlencoded;

use super::rules;
use crate::{kit::Error, reference::Snapshot};

/// An invalid query parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidParam {
    /// Name of the parameter, at most 60 characters.
    pub word: String,
    /// Expected value.
    pub expected: String,
}

impl InvalidParam {
    /// Creates the error.
    pub fn new(word: &str, expected: impl Into<String>) -> Self {
        Self {
            word: word.chars().take(60).collect(),
            expected: expected.into(),
        }
    }
}

/// Reason why there is no document.
#[derive(Debug)]
pub enum Refusal {
    /// A query parameter is invalid.
    InvalidParam(InvalidParam),
    /// Any other error.
    Other(Error),
}

impl From<InvalidParam> for Refusal {
    fn from(unclear: InvalidParam) -> Self {
        Self::InvalidParam(unclear)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::BadInput(field, expected) => {
                let word = field.trim_start_matches("filter.");
                Self::InvalidParam(InvalidParam::new(word, expected))
            }
            error => Self::Other(error),
        }
    }
}

/// A filter that is read from query parameters.
pub trait Words: Default + Send {
    /// Names of its parameters.
    const ALL: &'static [&'static str];

    /// Applies one parameter. `word` is always one of [`Words::ALL`].
    fn narrow(&mut self, word: &str, value: &str, reference: &Snapshot)
    -> Result<(), InvalidParam>;
}

/// Request for newly published objects, page by page.
#[derive(Debug, Default)]
pub struct Newest<F> {
    /// Filter from the query parameters.
    pub filter: F,
    /// Filter parameters of the address, in order.
    pub words: Vec<(String, String)>,
    /// Cursor from the previous page.
    pub after: Option<String>,
}

impl<F: Words> Newest<F> {
    /// Parses the query of an address.
    pub fn read(query: &str, reference: &Snapshot) -> Result<Self, InvalidParam> {
        let (mut filter, mut words, mut after) = (F::default(), Vec::new(), None);
        for (word, value) in form_urlencoded::parse(query.as_bytes()) {
            if word == "after" {
                after = Some(value.into_owned());
                continue;
            }
            if !F::ALL.contains(&word.as_ref()) {
                let all = F::ALL.join(", ");
                let expected = format!("is not a parameter of this address; use {all} or after");
                return Err(InvalidParam::new(&word, expected));
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

/// Request for a page of changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes {
    /// Number after which the changes begin.
    pub after: i64,
    /// Maximum number of changes on the page.
    pub limit: u64,
}

impl Changes {
    /// Parses the query of an address.
    pub fn read(query: &str) -> Result<Self, InvalidParam> {
        let mut asked = Self {
            after: 0,
            limit: rules::CHANGES,
        };
        for (word, value) in form_urlencoded::parse(query.as_bytes()) {
            match word.as_ref() {
                "afterChangeNumber" => {
                    let number = value.parse().ok().filter(|number| *number >= 0);
                    let expected = "must be a change number, as in `next` of the previous page";
                    asked.after = number.ok_or_else(|| InvalidParam::new(&word, expected))?;
                }
                "limit" => {
                    let most = rules::MAX_CHANGES;
                    let number = value.parse().ok();
                    let number = number.filter(|number| (1..=most).contains(number));
                    let expected = format!("must be a number from 1 to {most}");
                    asked.limit = number.ok_or_else(|| InvalidParam::new(&word, expected))?;
                }
                _ => {
                    let expected =
                        "is not a parameter of this address; use afterChangeNumber or limit";
                    return Err(InvalidParam::new(&word, expected));
                }
            }
        }
        Ok(asked)
    }

    /// Returns the query parameters of the page after this number.
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
                prop_assert!(asked.after >= 0 && (1..=rules::MAX_CHANGES).contains(&asked.limit));
            }
        }
    }
}
