//! Parser of search texts, and their translation to the text search of each database.
//!
//! All words must occur, in any order and inflection. `"Words in quotes"` must stand together, and `gard*` finds words
//! that begin with `gard`. A word that names a resource type also finds listings of that type. All characters except
//! letters and digits separate words, so that no input acts as a database operator.

use std::collections::BTreeSet;

use crate::{listings::type_token, reference::Snapshot};

/// Maximum number of terms of a query. Further terms are ignored.
const MAX_TERMS: usize = 12;

/// Common words that are ignored. The two databases would treat them differently.
const EMPTY: [&str; 43] = [
    "a",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "by",
    "can",
    "do",
    "for",
    "from",
    "has",
    "have",
    "i",
    "in",
    "is",
    "it",
    "me",
    "my",
    "need",
    "of",
    "on",
    "or",
    "our",
    "s",
    "some",
    "someone",
    "somewhere",
    "that",
    "the",
    "their",
    "them",
    "this",
    "to",
    "want",
    "we",
    "who",
    "will",
    "with",
    "you",
    "your",
];

/// Term that must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Words that stand together; usually one.
    words: Vec<String>,
    /// True if the last word is a prefix.
    prefix: bool,
    /// Tokens of the resource types that the words name.
    types: BTreeSet<String>,
}

/// Terms that must all occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(Vec<Term>);

impl Query {
    /// Parses a text; `None` if it has only common words.
    #[must_use]
    pub fn parse(text: &str, reference: &Snapshot) -> Option<Self> {
        let mut terms = Vec::new();
        for (at, part) in text.split(['"', '“', '”', '„']).enumerate() {
            if at % 2 == 1 {
                let words = words(part);
                terms.extend((!words.is_empty()).then(|| Term::new(words, false, reference)));
            } else {
                terms.extend(loose(part, reference));
            }
        }
        terms.truncate(MAX_TERMS);
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// Returns the terms in PostgreSQL's `tsquery` language.
    #[must_use]
    pub fn postgres(&self) -> String {
        let term = |term: &Term| {
            let last = term.words.len() - 1;
            let words = term.words.iter().enumerate();
            let words = words.map(|(at, word)| {
                if at == last && term.prefix {
                    format!("{word}:*")
                } else {
                    word.clone()
                }
            });
            let phrase = format!("({})", words.collect::<Vec<_>>().join(" <-> "));
            let all = std::iter::once(phrase).chain(term.types.iter().cloned());
            format!("({})", all.collect::<Vec<_>>().join(" | "))
        };
        self.0.iter().map(term).collect::<Vec<_>>().join(" & ")
    }

    /// Returns the terms in SQLite's FTS5 language, joined with `AND`.
    #[must_use]
    pub fn sqlite(&self) -> String {
        self.sqlite_terms().collect::<Vec<_>>().join(" AND ")
    }

    /// Returns each term separately in SQLite's FTS5 language.
    pub fn sqlite_terms(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|term| {
            let phrase = format!(
                "\"{}\"{}",
                term.words.join(" "),
                if term.prefix { " *" } else { "" }
            );
            let all = std::iter::once(phrase)
                .chain(term.types.iter().map(|token| format!("\"{token}\"")));
            format!("({})", all.collect::<Vec<_>>().join(" OR "))
        })
    }
}

impl Term {
    fn new(words: Vec<String>, prefix: bool, reference: &Snapshot) -> Self {
        let named = if prefix {
            BTreeSet::new()
        } else {
            reference.types_named(&words.join(" "))
        };
        Self {
            words,
            prefix,
            types: named.iter().map(|code| type_token(code)).collect(),
        }
    }
}

/// Returns the terms of a text without quotes. Two or three words that together name a resource type are one term.
fn loose(text: &str, reference: &Snapshot) -> Vec<Term> {
    let mut terms = Vec::new();
    let words: Vec<(String, bool)> = pieces(text);
    let mut at = 0;
    while at < words.len() && terms.len() < MAX_TERMS {
        let together = (2..=3).rev().find(|length| {
            let Some(run) = words.get(at..at + length) else {
                return false;
            };
            let phrase: Vec<&str> = run.iter().map(|(word, _)| word.as_str()).collect();
            run.iter().all(|(_, prefix)| !prefix)
                && !reference.types_named(&phrase.join(" ")).is_empty()
        });
        let length = together.unwrap_or(1);
        let run = words[at..at + length]
            .iter()
            .map(|(word, _)| word.clone())
            .collect::<Vec<_>>();
        let prefix = words[at].1;
        if length > 1 || prefix || !EMPTY.contains(&run[0].as_str()) {
            terms.push(Term::new(run, prefix, reference));
        }
        at += length;
    }
    terms
}

fn words(text: &str) -> Vec<String> {
    pieces(text).into_iter().map(|(word, _)| word).collect()
}

/// Returns the words of a text in small letters, each with true if a star follows it.
fn pieces(text: &str) -> Vec<(String, bool)> {
    let text = text.to_lowercase().replace(['\'', '’'], " ");
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut word = String::new();
    for c in text.chars().take(400).chain([' ']) {
        if c.is_alphanumeric() {
            word.push(c);
        } else if !word.is_empty() {
            pieces.push((std::mem::take(&mut word), c == '*'));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Query> {
        Query::parse(text, &Snapshot::default())
    }

    #[test]
    fn words_quotes_and_prefixes() {
        let query = parse("The hall \"lunch club\" kitch*").unwrap();
        assert_eq!(
            query.postgres(),
            "((hall)) & ((lunch <-> club)) & ((kitch:*))"
        );
        assert_eq!(
            query.sqlite(),
            "(\"hall\") AND (\"lunch club\") AND (\"kitch\" *)"
        );
        assert_eq!(parse("  the ' \" & | ! :* "), None);
    }

    proptest! {
        #[test]
        fn nothing_typed_is_an_operator(text in any::<String>()) {
            if let Some(query) = parse(&text) {
                let words = query.0.iter().flat_map(|term| &term.words);
                prop_assert!(words.clone().all(|word| word.chars().all(char::is_alphanumeric)));
                prop_assert!(query.0.len() <= MAX_TERMS);
            }
        }
    }
}
