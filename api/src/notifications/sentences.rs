//! Composes sentences of notifications from the facts that the recipient may see.

use entity::notification::{NotificationCategory as Category, NotificationKind as Kind};

use super::{facts::Facts, kinds};

/// Composes the sentences of a kind, of which the first is the subject of an email.
#[must_use]
pub fn sentences(kind: Kind, facts: &Facts) -> Vec<String> {
    let written = kinds::sentences(kind).iter();
    let known = written.filter_map(|sentence| {
        let mut wordings = sentence.split('|');
        wordings.find_map(|wording| fill(wording, kind, facts))
    });
    known.collect()
}

/// Fills the facts into a wording; `None` if one is unknown.
fn fill(wording: &str, kind: Kind, facts: &Facts) -> Option<String> {
    let (some_listing, somebody) = match kinds::category(kind) {
        Category::Matches => ("your listing", "the other side"),
        Category::Conversations => ("a listing", "the other side"),
        _ => ("a listing", "your organisation"),
    };
    let quoted = facts.title.as_ref().map(|title| format!("“{title}”"));
    let mut filled = String::with_capacity(wording.len() * 2);
    let mut rest = wording;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(match name {
            "listing" => quoted.as_deref().unwrap_or(some_listing),
            "event" => quoted.as_deref().unwrap_or("an event"),
            "organisation" => facts.organisation.as_deref().unwrap_or(somebody),
            "on" => facts.on.as_deref()?,
            "when" => facts.when.as_deref()?,
            "before" => facts.before.as_deref()?,
            "place" => facts.place.as_deref()?,
            "changed" => facts.changed.as_deref()?,
            "deadline" => facts.deadline.as_deref()?,
            _ => return None,
        });
        rest = after;
    }
    filled.push_str(rest);
    Some(capitalised(&filled))
}

/// Returns the subject of an email with these notifications.
#[must_use]
pub fn subject(notifications: &[Vec<String>]) -> String {
    match notifications {
        [only] => only.first().cloned().unwrap_or_default(),
        several => format!(
            "{} updates from the Social Value Marketplace",
            several.len()
        ),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn what_may_not_be_seen_is_not_named() {
        let none = Facts::default();
        assert_eq!(
            sentences(Kind::PlaceOffered, &none),
            [
                "You are offered places at an event.",
                "Accept or decline the offer before it ends."
            ]
        );
        let some = Facts {
            title: Some("Forty laptops".into()),
            organisation: Some("Elm Works".into()),
            on: Some("Monday 30 November 2026".into()),
            ..none
        };
        assert_eq!(
            sentences(Kind::ListingClosed, &some),
            ["“Forty laptops” of Elm Works was closed on Monday 30 November 2026."]
        );
    }

    #[test]
    fn a_title_with_braces_is_only_a_title() {
        let facts = Facts {
            title: Some("{place} {".into()),
            on: Some("today".into()),
            ..Facts::default()
        };
        let said = sentences(Kind::ListingClosed, &facts);
        assert_eq!(
            said,
            ["“{place} {” of your organisation was closed on today."]
        );
    }

    #[test]
    fn every_kind_has_a_first_sentence_and_no_unknown_fact() {
        let facts = Facts {
            title: Some("title".into()),
            organisation: Some("organisation".into()),
            on: Some("on".into()),
            when: Some("when".into()),
            before: Some("before".into()),
            place: Some("place".into()),
            changed: Some("changed".into()),
            deadline: Some("deadline".into()),
        };
        for kind in Kind::iter() {
            let (all, said) = (kinds::sentences(kind), sentences(kind, &facts));
            assert_eq!(all.len(), said.len(), "{kind:?} names a fact that is none");
            assert!(
                !sentences(kind, &Facts::at(crate::kit::clock::now())).is_empty(),
                "{kind:?}"
            );
        }
    }
}
