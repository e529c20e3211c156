//! What the address of a feed asks for: the words of the GraphQL filter, or a place in the order of changes.

use entity::{listing::ListingKind, resource_type::ResourceKind};
use sea_orm::{ActiveEnum, Iterable};
use url::form_urlencoded;

use super::rules;
use crate::{finding::ListingFilter, kit::Error, reference::Snapshot};

/// The words that narrow a feed of the newest listings.
pub const WORDS: [&str; 9] = [
    "kinds",
    "areas",
    "resourceKinds",
    "resourceTypes",
    "priorityAreas",
    "organisations",
    "text",
    "remote",
    "stillNeeded",
];

/// An address that cannot be followed: which of its words, and what was expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Unclear {
    /// The word.
    pub word: String,
    /// What was expected.
    pub expected: String,
}

impl Unclear {
    fn new(word: &str, expected: impl Into<String>) -> Self {
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

/// The newest listings of some kind, page by page.
#[derive(Debug, Default)]
pub struct Newest {
    /// Which.
    pub filter: ListingFilter,
    /// The words of the address that narrow it, in their order.
    pub words: Vec<(String, String)>,
    /// Where the page begins, as the page before gave it.
    pub after: Option<String>,
}

impl Newest {
    /// What an address asks for.
    pub fn read(query: &str, reference: &Snapshot) -> Result<Self, Unclear> {
        let mut asked = Self::default();
        for (word, value) in form_urlencoded::parse(query.as_bytes()) {
            if word == "after" {
                asked.after = Some(value.into_owned());
                continue;
            }
            narrow(&mut asked.filter, &word, &value, reference)?;
            asked.words.push((word.into_owned(), value.into_owned()));
        }
        Ok(asked)
    }
}

fn narrow(
    filter: &mut ListingFilter,
    word: &str,
    value: &str,
    reference: &Snapshot,
) -> Result<(), Unclear> {
    match word {
        "kinds" => each(&mut filter.kinds, word, value, one_of::<ListingKind>),
        "resourceKinds" => each(
            &mut filter.resource_kinds,
            word,
            value,
            one_of::<ResourceKind>,
        ),
        "resourceTypes" => each(&mut filter.resource_types, word, value, |code| {
            known(
                reference.resource_type(code).is_some(),
                code,
                "resourceTypes",
            )
        }),
        "areas" => each(&mut filter.areas, word, value, |code| {
            known(reference.area(code).is_some(), code, "areas")
        }),
        "priorityAreas" => each(&mut filter.priority_areas, word, value, |code| {
            let found = !reference.priorities_around(&[code.to_owned()]).is_empty();
            known(found, code, "priorityEditions")
        }),
        "organisations" => each(&mut filter.organisations, word, value, |id| {
            let parsed = id.parse();
            parsed.map_err(|_| {
                "must be global ids of organisations, such as organisation:0190…".into()
            })
        }),
        "text" => {
            if filter.text.replace(value.to_owned()).is_some() {
                return Err(Unclear::new(word, "must be there once"));
            }
            Ok(())
        }
        "remote" => {
            filter.remote = Some(truth(word, value)?);
            Ok(())
        }
        "stillNeeded" => {
            filter.still_needed = Some(Some(truth(word, value)?)).into();
            Ok(())
        }
        _ => Err(Unclear::new(
            word,
            format!(
                "is no word of this address; there are {} and after",
                WORDS.join(", ")
            ),
        )),
    }
}

/// Adds what stands between commas; the word may come again with more.
fn each<T>(
    list: &mut Option<Vec<T>>,
    word: &str,
    value: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<(), Unclear> {
    let list = list.get_or_insert_default();
    for part in value.split(',').map(str::trim) {
        list.push(read(part).map_err(|expected| Unclear::new(word, expected))?);
    }
    Ok(())
}

fn one_of<T: ActiveEnum<Value = String> + Iterable>(name: &str) -> Result<T, String> {
    let all = || T::iter().map(|value| value.to_value());
    let found = T::iter().find(|value| value.to_value() == name.to_uppercase());
    found.ok_or_else(|| format!("must be of {}", all().collect::<Vec<_>>().join(", ")))
}

fn known(is: bool, code: &str, list: &str) -> Result<String, String> {
    if is {
        return Ok(code.to_owned());
    }
    let code: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    Err(format!(
        "there is no {code:?}; the query {list} lists the codes"
    ))
}

fn truth(word: &str, value: &str) -> Result<bool, Unclear> {
    value
        .parse()
        .map_err(|_| Unclear::new(word, "must be true or false"))
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

    #[test]
    fn words_come_once_or_again_and_each_is_asked_about() {
        let asked = Newest::read(
            "kinds=offer,REQUEST&text=a%20hall&remote=false&after=x",
            &Snapshot::default(),
        )
        .unwrap();
        assert_eq!(
            asked.filter.kinds,
            Some(vec![ListingKind::Offer, ListingKind::Request])
        );
        assert_eq!(asked.filter.text.as_deref(), Some("a hall"));
        assert_eq!(
            (asked.filter.remote, asked.after.as_deref()),
            (Some(false), Some("x"))
        );
        for (query, word) in [
            ("kinds=THING", "kinds"),
            ("areas=atlantis", "areas"),
            ("resourceTypes=", "resourceTypes"),
            ("priorityAreas=x", "priorityAreas"),
            ("organisations=listing:1", "organisations"),
            ("text=a&text=b", "text"),
            ("remote=perhaps", "remote"),
            ("kind=OFFER", "kind"),
        ] {
            let unclear = Newest::read(query, &Snapshot::default()).unwrap_err();
            assert_eq!(unclear.word, word);
        }
    }

    proptest! {
        #[test]
        fn no_address_panics(query in any::<String>()) {
            let _ = Newest::read(&query, &Snapshot::default());
            if let Ok(asked) = Changes::read(&query) {
                prop_assert!(asked.after >= 0 && (1..=rules::MOST_CHANGES).contains(&asked.limit));
            }
        }
    }
}
