//! Recurrence of series: RFC 5545 rules in the local time of a time zone.
//!
//! A rule follows local time: an event at ten in the morning stays at ten when clocks change. The `rrule` crate gets
//! local times and returns local times; this module converts each to an instant. A local time that does not exist in
//! spring is interpreted with the offset from before the change, as RFC 5545 (3.3.5) requires. If a local time occurs
//! twice in autumn, the first is used.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::kit::{UserErrorCode as Code, validation::Validator};

/// Maximum number of excluded days of a series.
pub const MAX_EXCEPTIONS: usize = 100;
/// Maximum number of events of a series.
pub const MAX: usize = 200;
/// Maximum time from the first event of a series to the last.
const FARTHEST: Duration = Duration::days(3 * 366);
/// Maximum length of a rule in characters.
const LONGEST: usize = 300;
/// Supported frequencies. Shorter periods than a day are refused.
const PERIODS: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/// Parts of a rule (RFC 5545, 3.3.10). Times of day are not among them: all events of a series have the same.
const PARTS: [&str; 11] = [
    "FREQ",
    "COUNT",
    "UNTIL",
    "INTERVAL",
    "BYDAY",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
    "WKST",
];

/// Recurrence of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// RFC 5545 rule, with or without `RRULE:` before it.
    pub rule: String,
    /// Days without an event although the rule includes them.
    pub exceptions: Vec<NaiveDate>,
}

/// Validated rule, and the starts that it generates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrences {
    /// The rule in its stored form.
    pub rule: String,
    /// Excluded days, sorted and without duplicates.
    pub exceptions: Vec<NaiveDate>,
    /// Start of each event, in order.
    pub starts: Vec<DateTime<Utc>>,
}

/// Returns the time zone with an IANA name.
#[must_use]
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// Returns the instant of a local time in a zone.
#[must_use]
pub fn instant(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&wall).earliest();
    let found = found.or_else(|| {
        // The local time does not exist: use the offset that was in force the day before.
        let before = zone
            .from_local_datetime(&(wall - Duration::days(1)))
            .earliest()?;
        before.checked_add_signed(Duration::days(1))
    });
    found.map(|local| local.with_timezone(&Utc))
}

/// Generates the starts of a rule from the first start on. Returns `None` and adds a problem if the rule is not valid.
pub fn occurrences(
    checks: &mut Validator,
    Recurrence { rule, exceptions }: Recurrence,
    starts_at: DateTime<Utc>,
    zone: Tz,
) -> Option<Occurrences> {
    let (field, rule) = ("recurrence.rule", normal(&rule));
    if rule.chars().count() > LONGEST {
        checks.add(
            field,
            Code::TooLong,
            format!("Shorten the rule to at most {LONGEST} characters."),
        );
        return None;
    }
    let known = |part: &&str| {
        let key = part.split_once('=').map(|(key, _)| key);
        let same = rule
            .split(';')
            .filter(|other| key == other.split_once('=').map(|(key, _)| key));
        key.is_some_and(|key| PARTS.contains(&key)) && same.count() == 1
    };
    if let Some(part) = rule.split(';').find(|part| !known(part)) {
        let message = format!(
            "{part:?} is not a part of a rule, or appears twice. Remove it; a rule has the parts {}.",
            PARTS.join(", ")
        );
        checks.add(field, Code::Invalid, message);
        return None;
    }
    let parts: Vec<(&str, &str)> = rule
        .split(';')
        .filter_map(|part| part.split_once('='))
        .collect();
    let part = |name: &str| {
        parts
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    };
    if !part("FREQ").is_some_and(|every| PERIODS.contains(&every)) {
        let message = "Enter a rule with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, such as FREQ=MONTHLY;BYDAY=1TU;COUNT=6.";
        checks.add(field, Code::Invalid, message);
        return None;
    }
    let until = match (part("COUNT"), part("UNTIL")) {
        (Some(_), None) => None,
        (None, Some(until)) => {
            let until = last_instant(until, zone);
            let message = "Write UNTIL as a date, such as 20271231, or as a time in UTC, such as 20271231T235959Z.";
            checks.require(until.is_some(), field, Code::Invalid, message);
            Some(until?)
        }
        _ => {
            let message = "Add either COUNT or UNTIL to the rule, so that the series ends.";
            checks.add(field, Code::Invalid, message);
            return None;
        }
    };
    let Some(walls) = follow(&parts, starts_at.with_timezone(&zone).naive_local()) else {
        let message = "This is not a recurrence rule of RFC 5545. An example is FREQ=WEEKLY;BYDAY=TU;COUNT=10.";
        checks.add(field, Code::Invalid, message);
        return None;
    };
    let mut exceptions = exceptions;
    exceptions.sort_unstable();
    exceptions.dedup();
    if !checks.at_most("exceptDates", exceptions.len(), MAX_EXCEPTIONS) {
        return None;
    }
    let starting = walls.first() == Some(&starts_at.with_timezone(&zone).naive_local());
    let whole = part("COUNT").is_none_or(|count| count.parse() == Ok(walls.len()));
    let starts: Vec<DateTime<Utc>> = walls
        .into_iter()
        .filter(|wall| exceptions.binary_search(&wall.date()).is_err())
        .filter_map(|wall| instant(zone, wall))
        .take_while(|at| until.is_none_or(|until| *at <= until))
        .collect();
    let fits = whole
        && until.is_none_or(|until| until <= starts_at + FARTHEST)
        && (1..=MAX).contains(&starts.len())
        && starts
            .last()
            .is_some_and(|last| *last <= starts_at + FARTHEST);
    let message = format!(
        "A series has 1 to {MAX} events, within three years of the first. Change COUNT or UNTIL."
    );
    checks.require(fits, field, Code::OutOfRange, message);
    if fits {
        let message = "The first event does not fit the rule. Choose a start on a day that the rule includes.";
        checks.require(starting, field, Code::Invalid, message);
    }
    (fits && starting).then_some(Occurrences {
        rule,
        exceptions,
        starts,
    })
}

/// Normalises a rule: upper case, without spaces and without the `RRULE:` prefix.
fn normal(rule: &str) -> String {
    let rule: String = rule.split_whitespace().collect();
    let rule = rule.to_ascii_uppercase();
    let rule = rule.strip_prefix("RRULE:").unwrap_or(&rule);
    rule.trim_matches(';').to_owned()
}

/// Returns the local times that a rule generates, limited to twice the maximum number of events. The rule is evaluated
/// as if in UTC, where no clock changes. The caller applies `UNTIL`, which is an instant.
fn follow(parts: &[(&str, &str)], first: NaiveDateTime) -> Option<Vec<NaiveDateTime>> {
    let endless = parts.iter().filter(|(key, _)| *key != "UNTIL");
    let text: Vec<String> = endless
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let first = rrule::Tz::UTC.from_utc_datetime(&first);
    let rule: RRule<Unvalidated> = text.join(";").parse().ok()?;
    let rule = rule.validate(first).ok()?;
    let most = u16::try_from(MAX * 2).unwrap_or(u16::MAX);
    let found = RRuleSet::new(first)
        .rrule(rule)
        .before(first + FARTHEST + Duration::days(7))
        .all(most);
    Some(found.dates.into_iter().map(|at| at.naive_utc()).collect())
}

/// Returns the last instant that `UNTIL` includes.
fn last_instant(until: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = NaiveDateTime::parse_from_str(until, "%Y%m%dT%H%M%SZ") {
        return Some(at.and_utc());
    }
    let day = NaiveDate::parse_from_str(until, "%Y%m%d").ok()?;
    let end = NaiveTime::from_hms_opt(23, 59, 59)?;
    instant(zone, day.and_time(end))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use proptest::prelude::*;

    use super::*;
    use crate::kit::{Error, UserError};

    fn starts(rule: &str, exceptions: &[&str], first: &str) -> Result<Vec<String>, Vec<UserError>> {
        let mut checks = Validator::new();
        let recurrence = Recurrence {
            rule: rule.into(),
            exceptions: exceptions.iter().map(|day| day.parse().unwrap()).collect(),
        };
        let found = occurrences(&mut checks, recurrence, first.parse().unwrap(), London);
        match checks.finish() {
            Ok(()) => Ok(found
                .unwrap()
                .starts
                .iter()
                .map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string())
                .collect()),
            Err(Error::Refused(refusals)) => Err(refusals),
            Err(_) => unreachable!("checks refuse, and do nothing else"),
        }
    }

    #[test]
    fn ten_in_the_morning_stays_ten_over_both_clock_changes() {
        // Clocks go forward on 28 March 2027 and back on 31 October 2027.
        assert_eq!(
            starts("FREQ=WEEKLY;COUNT=3", &[], "2027-03-21T10:00:00Z").unwrap(),
            [
                "2027-03-21T10:00Z",
                "2027-03-28T09:00Z",
                "2027-04-04T09:00Z"
            ]
        );
        assert_eq!(
            starts("FREQ=WEEKLY;COUNT=3", &[], "2027-10-24T09:00:00Z").unwrap(),
            [
                "2027-10-24T09:00Z",
                "2027-10-31T10:00Z",
                "2027-11-07T10:00Z"
            ]
        );
    }

    #[test]
    fn a_time_that_is_left_out_comes_with_the_offset_before_and_one_that_comes_twice_comes_first() {
        // 01:30 does not exist on 28 March: with the offset before the change it is 01:30 GMT, which clocks show as
        // 02:30.
        assert_eq!(
            starts("FREQ=DAILY;COUNT=3", &[], "2027-03-27T01:30:00Z").unwrap(),
            [
                "2027-03-27T01:30Z",
                "2027-03-28T01:30Z",
                "2027-03-29T00:30Z"
            ]
        );
        assert_eq!(
            starts("FREQ=DAILY;COUNT=3", &[], "2027-10-30T00:30:00Z").unwrap(),
            [
                "2027-10-30T00:30Z",
                "2027-10-31T00:30Z",
                "2027-11-01T01:30Z"
            ]
        );
    }

    #[test]
    fn rules_are_followed_and_exceptions_left_out() {
        // The first Tuesday of each month, except in November.
        assert_eq!(
            starts(
                "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=4",
                &["2027-11-02"],
                "2027-09-07T17:00:00Z"
            )
            .unwrap(),
            [
                "2027-09-07T17:00Z",
                "2027-10-05T17:00Z",
                "2027-12-07T18:00Z"
            ]
        );
        // The last weekday of the month, until the end of a day in London.
        assert_eq!(
            starts(
                "freq=monthly;byday=MO,TU,WE,TH,FR;bysetpos=-1;until=20270630",
                &[],
                "2027-04-30T22:30:00Z"
            )
            .unwrap(),
            [
                "2027-04-30T22:30Z",
                "2027-05-31T22:30Z",
                "2027-06-30T22:30Z"
            ]
        );
        // `UNTIL` is an instant, not a local time, and is included.
        assert_eq!(
            starts(
                "FREQ=DAILY;UNTIL=20270703T090000Z",
                &[],
                "2027-07-01T09:00:00Z"
            )
            .unwrap()
            .len(),
            3
        );
        assert_eq!(
            starts(
                "FREQ=DAILY;UNTIL=20270703T085959Z",
                &[],
                "2027-07-01T09:00:00Z"
            )
            .unwrap()
            .len(),
            2
        );
    }

    #[test]
    fn what_cannot_be_followed_is_refused_with_a_reason() {
        for (rule, code) in [
            ("", Code::Invalid),
            ("every tuesday", Code::Invalid),
            ("FREQ=SECONDLY;COUNT=3", Code::Invalid),
            ("FREQ=WEEKLY", Code::Invalid),
            ("FREQ=WEEKLY;COUNT=3;UNTIL=20280101", Code::Invalid),
            ("FREQ=WEEKLY;UNTIL=soon", Code::Invalid),
            ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", Code::Invalid),
            ("FREQ=DAILY;COUNT=201", Code::OutOfRange),
            ("FREQ=YEARLY;COUNT=9", Code::OutOfRange),
            ("FREQ=DAILY;COUNT=0", Code::OutOfRange),
            ("FREQ=YEARLY;INTERVAL=7;COUNT=2", Code::OutOfRange),
            ("FREQ=MONTHLY;UNTIL=20990101", Code::OutOfRange),
            ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", Code::Invalid),
            (
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
                Code::OutOfRange,
            ),
        ] {
            let refusals = starts(rule, &[], "2027-03-21T10:00:00Z").unwrap_err();
            assert_eq!(refusals[0].code, code, "{rule}");
            assert_eq!(
                refusals[0].field.as_ref().unwrap().join("."),
                "recurrence.rule"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_nor_takes_long(rule in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY);)?[A-Z]{2,9}=[-+0-9A-Z,]{0,9}(;COUNT=[0-9]{1,6})?|.{0,40}") {
            let _ = starts(&rule, &[], "2027-03-21T10:00:00Z");
        }
    }
}
