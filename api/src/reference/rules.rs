//! Rules that all reference data shares: permission to edit, codes, periods, and hierarchies without cycles.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use crate::kit::{Error, UserErrorCode, Viewer, validation::Validator};

/// Maximum number of successors of a row.
pub const MAX_SUCCESSORS: usize = 20;

/// Message for a missing value of a new row.
pub const REQUIRED: &str = "Enter a value. It is required for a new record.";

/// Checks that the viewer is a programme administrator.
pub fn may_edit(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators can change areas, resource types and priorities.",
    ))
}

/// Adds a problem if the code of a new row is not in kebab case. The code of an existing row is not checked again.
pub fn new_code(checks: &mut Validator, field: &str, code: &str, exists: bool) {
    let kebab = code.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    checks.require(
        exists || kebab && (2..=60).contains(&code.len()),
        field,
        UserErrorCode::Invalid,
        "Enter a code of 2 to 60 characters: lower-case letters a to z and digits, with single hyphens between words.",
    );
}

/// Validates a single-line text of 2 to 100 characters and returns it. If none was sent, returns the text from before;
/// a new row requires one.
pub fn line(
    checks: &mut Validator,
    field: &str,
    sent: Option<String>,
    before: Option<&String>,
) -> String {
    match (sent, before) {
        (Some(sent), _) => checks.line(field, &sent, 2..=100),
        (None, Some(before)) => before.clone(),
        (None, None) => {
            checks.add(field, UserErrorCode::Required, REQUIRED);
            String::new()
        }
    }
}

/// Adds a problem if the parent does not exist, or if the row would lie inside itself. `up` returns the parent of a
/// row.
pub fn holder<'a>(
    checks: &mut Validator,
    code: &str,
    holder: &'a str,
    exists: bool,
    up: impl Fn(&str) -> Option<&'a str>,
) {
    let mut seen = HashSet::new();
    let mut way =
        std::iter::successors(Some(holder), |at| up(at)).take_while(|at| seen.insert(*at));
    if way.any(|at| at == code) {
        checks.add(
            "parent",
            UserErrorCode::Circular,
            "With this parent it would lie inside itself. Choose a parent that does not lie inside it.",
        );
    } else {
        known(checks, "parent", holder, exists);
    }
}

/// Adds a problem for each successor that does not exist, is listed twice, or leads back to the row. `field` is the
/// pair of the path before the position and the path after it; `next` returns the successors of a row.
pub fn followers(
    checks: &mut Validator,
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
            checks.add(
                &field,
                UserErrorCode::Circular,
                "With this successor it would replace itself. Choose one that it does not itself replace.",
            );
        } else if !listed.insert(follower) {
            checks.add(
                &field,
                UserErrorCode::Invalid,
                "This code is listed twice. Remove one of the two.",
            );
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

/// Adds a problem if the code does not exist. The message shows at most 60 characters of it.
pub fn known(checks: &mut Validator, field: &str, code: &str, exists: bool) {
    let shown: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    checks.require(
        exists,
        field,
        UserErrorCode::Unknown,
        format!("The code {shown} does not exist. Check its spelling."),
    );
}

/// Adds a problem if a day is outside the years 1000 to 2999, or if the period ends before it begins.
pub fn period(checks: &mut Validator, from: Option<NaiveDate>, to: Option<NaiveDate>) {
    day(checks, "validFrom", from);
    day(checks, "validTo", to);
    checks.require(
        from.zip(to).is_none_or(|(from, to)| from <= to),
        "validTo",
        UserErrorCode::OutOfRange,
        "The last day is before the first day. Enter a later last day.",
    );
}

/// Adds a problem if the day is outside the years 1000 to 2999.
pub fn day(checks: &mut Validator, field: &str, day: Option<NaiveDate>) {
    checks.require(
        day.is_none_or(|day| (1000..=2999).contains(&day.year())),
        field,
        UserErrorCode::OutOfRange,
        "Enter a day in the years 1000 to 2999.",
    );
}

/// Returns the names of the fields that changed. `same` pairs each name with true if the field is unchanged.
#[must_use]
pub fn changed<const N: usize>(same: [(&'static str, bool); N]) -> Vec<&'static str> {
    let changed = same.into_iter().filter(|(_, same)| !same);
    changed.map(|(field, _)| field).collect()
}

/// Adds a problem if a list already has the maximum number of rows. `others` is their number.
pub fn room(checks: &mut Validator, field: &str, others: usize, most: usize) {
    checks.require(
        others < most,
        field,
        UserErrorCode::TooMany,
        format!("The limit here is {most}, and {others} exist already. Use an existing one, or choose another."),
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

    fn refused(checks: Validator) -> Vec<UserErrorCode> {
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
            let mut checks = Validator::new();
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
            let mut checks = Validator::new();
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
        let mut checks = Validator::new();
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
            let mut checks = Validator::new();
            period(&mut checks, from, to);
            assert_eq!(refused(checks).len(), faults, "{from:?} {to:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_as_a_code(text in any::<String>()) {
            let mut checks = Validator::new();
            new_code(&mut checks, "code", &text, false);
            known(&mut checks, "code", &text, false);
        }
    }
}
