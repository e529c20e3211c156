//! Parser of search texts, and their translation to the text search of each database.
//!
//! All words must occur, in any order and inflection. `"Words in quotes"` must stand together, and `gard*` finds words
//! that begin with `gard`. A word that names a resource type also finds listings of that type. Queries and indexes have
//! their words from `text::search`: letters and digits, so that no input acts as a database operator.

use std::collections::BTreeSet;

use text::search::{Word, stem, words};

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
    /// Stems of words that stand together, usually one; or the beginning of a word.
    words: Vec<String>,
    /// True if the only word is the beginning of a word.
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
                terms.extend((!words.is_empty()).then(|| Term::new(&words, reference)));
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
            let prefix = if term.prefix { ":*" } else { "" };
            let phrase = format!("({}{prefix})", term.words.join(" <-> "));
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
    /// Creates a term. Only a single word can be a prefix.
    fn new(words: &[Word], reference: &Snapshot) -> Self {
        if let [Word { text, star: true }] = words {
            return Self {
                words: vec![text.clone()],
                prefix: true,
                types: BTreeSet::new(),
            };
        }
        let named = reference.types_named(&joined(words));
        Self {
            words: words.iter().map(|word| stem(&word.text)).collect(),
            prefix: false,
            types: named.iter().map(|code| type_token(code)).collect(),
        }
    }
}

/// Returns the terms of a text without quotes. Two or three words that together name a resource type are one term.
fn loose(text: &str, reference: &Snapshot) -> Vec<Term> {
    let words = words(text);
    let mut rest = words.as_slice();
    let mut terms = Vec::new();
    while !rest.is_empty() && terms.len() < MAX_TERMS {
        let together = (2..=3).rev().find(|length| {
            rest.get(..*length).is_some_and(|run| {
                run.iter().all(|word| !word.star) && !reference.types_named(&joined(run)).is_empty()
            })
        });
        let (run, after) = rest.split_at(together.unwrap_or(1));
        if run.len() > 1 || run[0].star || !EMPTY.contains(&run[0].text.as_str()) {
            terms.push(Term::new(run, reference));
        }
        rest = after;
    }
    terms
}

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Query> {
        Query::parse(text, &Snapshot::default())
    }

    #[test]
    fn a_term_is_asked_by_its_stem_and_a_prefix_as_it_is() {
        let query = parse("Volunteering volunteeri* \"Lunch Clubs\" O'Neil’s").unwrap();
        assert_eq!(
            query.postgres(),
            "((volunt)) & ((volunteeri:*)) & ((lunch <-> club)) & ((oneil))"
        );
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
