//! What people type into a search box, in the words of each database's text search.
//!
//! Words must all be there, in any order and any inflection; `"words in quotes"` stand together;
//! `garden*` begins a word. A word that names a resource type finds what is filed under that type too.
//! Everything but letters and digits separates words, so that nothing typed is an operator.

use std::collections::BTreeSet;

use crate::{listings::type_token, reference::Snapshot};

/// The most words that are looked at.
const MOST_TERMS: usize = 12;

/// Words that say nothing: each database would treat them in its own way.
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

/// One thing that must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Words that stand together; one, mostly.
    words: Vec<String>,
    /// Whether the last word is only begun.
    prefix: bool,
    /// Tokens of the resource types that it names.
    types: BTreeSet<String>,
}

/// What must be found, all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(Vec<Term>);

impl Query {
    /// What a text asks for; `None` where it holds no word that says anything.
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
        terms.truncate(MOST_TERMS);
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The terms in PostgreSQL's `tsquery` language.
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

    /// The terms in SQLite's FTS5 language, all of which must be there.
    #[must_use]
    pub fn sqlite(&self) -> String {
        self.sqlite_terms().collect::<Vec<_>>().join(" AND ")
    }

    /// Each term alone in SQLite's FTS5 language.
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

/// The terms of a text without quotes: two or three words that name a resource type together count as one.
fn loose(text: &str, reference: &Snapshot) -> Vec<Term> {
    let mut terms = Vec::new();
    let words: Vec<(String, bool)> = pieces(text);
    let mut at = 0;
    while at < words.len() && terms.len() < MOST_TERMS {
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

/// The words of a text, and whether a star follows each.
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
                prop_assert!(query.0.len() <= MOST_TERMS);
            }
        }
    }
}
