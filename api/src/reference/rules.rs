//! Who may change reference data, and what its rows have in common: codes, days, and ways that lead nowhere twice.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use crate::kit::{Error, UserErrorCode, Viewer, validation::Checks};

/// How many successors a row may have.
pub const MOST_SUCCESSORS: usize = 20;

/// What to say where something new lacks a value.
pub const REQUIRED: &str = "This is needed to make a new one.";

/// Programme administrators change reference data.
pub fn may_edit(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators change areas, resource types and priorities.",
    ))
}

/// Notes a code that a new row cannot have. What exists was given its code before.
pub fn new_code(checks: &mut Checks, field: &str, code: &str, exists: bool) {
    let kebab = code.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    checks.demand(
        exists || kebab && (2..=60).contains(&code.len()),
        field,
        UserErrorCode::Invalid,
        "A code has 2 to 60 small letters and digits, with single hyphens between words.",
    );
}

/// A text on one line: what was sent, or else what was there.
pub fn line(
    checks: &mut Checks,
    field: &str,
    sent: Option<String>,
    before: Option<&String>,
) -> String {
    match (sent, before) {
        (Some(sent), _) => checks.line(field, &sent, 2..=100),
        (None, Some(before)) => before.clone(),
        (None, None) => {
            checks.refuse(field, UserErrorCode::Required, REQUIRED);
            String::new()
        }
    }
}

/// Notes a holder that does not exist, or that lies in the row itself. `up` names the holder of a row.
pub fn holder<'a>(
    checks: &mut Checks,
    code: &str,
    holder: &'a str,
    exists: bool,
    up: impl Fn(&str) -> Option<&'a str>,
) {
    let mut seen = HashSet::new();
    let mut way =
        std::iter::successors(Some(holder), |at| up(at)).take_while(|at| seen.insert(*at));
    if way.any(|at| at == code) {
        checks.refuse(
            "parent",
            UserErrorCode::Circular,
            "It would lie in itself. Choose a parent that does not lie in it.",
        );
    } else {
        known(checks, "parent", holder, exists);
    }
}

/// Notes each of these that does not exist, comes twice, or leads back to the row. `field` is the list and
/// what follows the position; `next` names what takes over from a row.
pub fn followers(
    checks: &mut Checks,
    field: (&str, &str),
    code: &str,
    followers: &[&str],
    exists: impl Fn(&str) -> bool,
    next: impl Fn(&str) -> Vec<String>,
) {
    let mut listed = HashSet::new();
    for (at, follower) in followers.iter().enumerate() {
        let field = format!("{}.{at}{}", field.0, field.1);
        if leads_to(code, follower, &next) {
            checks.refuse(
                &field,
                UserErrorCode::Circular,
                "It would take over from itself. Choose one that it does not take over from.",
            );
        } else if !listed.insert(follower) {
            checks.refuse(&field, UserErrorCode::Invalid, "This is listed twice.");
        } else {
            known(checks, &field, follower, exists(follower));
        }
    }
}

fn leads_to(goal: &str, start: &str, next: impl Fn(&str) -> Vec<String>) -> bool {
    let mut seen = HashSet::new();
    let mut ahead = vec![start.to_owned()];
    while let Some(code) = ahead.pop() {
        if code == goal {
            return true;
        }
        if !seen.contains(&code) {
            ahead.extend(next(&code));
            seen.insert(code);
        }
    }
    false
}

/// Notes a code that stands for nothing.
pub fn known(checks: &mut Checks, field: &str, code: &str, exists: bool) {
    let shown: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    checks.demand(
        exists,
        field,
        UserErrorCode::Unknown,
        format!("Nothing here has the code {shown}."),
    );
}

/// Notes days that are far from any use, or in the wrong order.
pub fn period(checks: &mut Checks, from: Option<NaiveDate>, to: Option<NaiveDate>) {
    day(checks, "validFrom", from);
    day(checks, "validTo", to);
    checks.demand(
        from.zip(to).is_none_or(|(from, to)| from <= to),
        "validTo",
        UserErrorCode::OutOfRange,
        "The last day comes before the first.",
    );
}

/// Notes a day that is far from any use.
pub fn day(checks: &mut Checks, field: &str, day: Option<NaiveDate>) {
    checks.demand(
        day.is_none_or(|day| (1000..=2999).contains(&day.year())),
        field,
        UserErrorCode::OutOfRange,
        "Days go from the year 1000 to the year 2999.",
    );
}

/// The names of what is not the same any more.
#[must_use]
pub fn changed<const N: usize>(same: [(&'static str, bool); N]) -> Vec<&'static str> {
    let changed = same.into_iter().filter(|(_, same)| !same);
    changed.map(|(field, _)| field).collect()
}

/// Refuses a further row where there are as many as a list may have.
pub fn room(checks: &mut Checks, field: &str, others: usize, most: usize) {
    checks.demand(
        others < most,
        field,
        UserErrorCode::TooMany,
        format!("There are {others} already, and at most {most} are allowed here."),
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        UserErrorCode::{Circular, Invalid, Unknown},
        *,
    };
    use crate::kit::UserError;

    fn refused(checks: Checks) -> Vec<UserErrorCode> {
        match checks.finish() {
            Err(Error::Refused(errors)) => errors
                .into_iter()
                .map(|UserError { code, .. }| code)
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn codes_are_kebab_case() {
        for (code, good) in [
            ("ab", true),
            ("2027-2031", true),
            ("a", false),
            ("Elmbridge", false),
            ("-ab", false),
            ("a--b", false),
            ("a b", false),
            ("caf\u{e9}", false),
            ("ab\u{0}", false),
            (&"a".repeat(61), false),
        ] {
            let mut checks = Checks::new();
            new_code(&mut checks, "code", code, false);
            assert_eq!(checks.is_clean(), good, "{code}");
        }
    }

    #[test]
    fn nothing_lies_in_itself() {
        let up = |code: &str| match code {
            "town" => Some("district"),
            "district" => Some("county"),
            "loop" => Some("pool"),
            "pool" => Some("loop"),
            _ => None,
        };
        for (row, into, circular) in [
            ("county", "town", true),
            ("town", "town", true),
            ("town", "county", false),
            ("other", "loop", false),
        ] {
            let mut checks = Checks::new();
            holder(&mut checks, row, into, true, up);
            assert_eq!(
                refused(checks) == [UserErrorCode::Circular],
                circular,
                "{row} into {into}"
            );
        }
    }

    #[test]
    fn each_follower_exists_once_and_leads_away() {
        let next = |code: &str| match code {
            "new" => vec!["newer".to_owned()],
            "newer" => vec!["old".to_owned()],
            _ => Vec::new(),
        };
        let mut checks = Checks::new();
        followers(
            &mut checks,
            ("to", ""),
            "old",
            &["new", "a", "a", "none", "old"],
            |code| code != "none",
            next,
        );
        assert_eq!(refused(checks), [Circular, Invalid, Unknown, Circular]);
    }

    #[test]
    fn days_are_in_order_and_of_use() {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        for (from, to, faults) in [
            (day(2020), day(2020), 0),
            (None, day(2020), 0),
            (day(2021), day(2020), 1),
            (day(999), None, 1),
            (Some(NaiveDate::MIN), Some(NaiveDate::MAX), 2),
        ] {
            let mut checks = Checks::new();
            period(&mut checks, from, to);
            assert_eq!(refused(checks).len(), faults, "{from:?} {to:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_as_a_code(text in any::<String>()) {
            let mut checks = Checks::new();
            new_code(&mut checks, "code", &text, false);
            known(&mut checks, "code", &text, false);
        }
    }
}
