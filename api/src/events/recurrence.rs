//! When the events of a series take place: RFC 5545's rules, in the local time of a zone.
//!
//! A rule is followed by the clock on the wall: what is at ten in the morning stays at ten when clocks change. The
//! crate that knows the rules is given wall times and gives wall times; here each becomes an instant. A time that is
//! left out in spring is read with the offset from before the change, as RFC 5545 (3.3.5) says, and of one that comes
//! twice in autumn the first is meant.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::kit::{UserErrorCode as Code, validation::Checks};

/// Most days on which a series has no event although its rule names them.
pub const MOST_EXCEPTIONS: usize = 100;
/// The most occurrences of one series.
pub const MOST: usize = 200;
/// How far ahead a series may reach.
const FARTHEST: Duration = Duration::days(3 * 366);
/// The longest rule, in characters.
const LONGEST: usize = 300;
/// The parts of a rule that say how often in days or more, and end it.
const PERIODS: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/// How a series recurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// An RFC 5545 rule, with or without `RRULE:` before it.
    pub rule: String,
    /// Days on which it does not take place.
    pub exceptions: Vec<NaiveDate>,
}

/// A rule that can be followed, and the starts that it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrences {
    /// The rule in the form in which it is kept.
    pub rule: String,
    /// The exceptions, each once, in order.
    pub exceptions: Vec<NaiveDate>,
    /// When each begins, in order.
    pub starts: Vec<DateTime<Utc>>,
}

/// The zone with an IANA name.
#[must_use]
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The instant at which a zone's clocks show a time.
#[must_use]
pub fn instant(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&wall).earliest();
    let found = found.or_else(|| {
        // Left out: as far after the last time that there was, as the clock would have gone on.
        let before = zone
            .from_local_datetime(&(wall - Duration::days(1)))
            .earliest()?;
        before.checked_add_signed(Duration::days(1))
    });
    found.map(|local| local.with_timezone(&Utc))
}

/// Follows a rule from a first start on. What is wrong is noted, and `None` comes back.
pub fn occurrences(
    checks: &mut Checks,
    Recurrence { rule, exceptions }: Recurrence,
    starts_at: DateTime<Utc>,
    zone: Tz,
) -> Option<Occurrences> {
    let (field, rule) = ("recurrence.rule", normal(&rule));
    if rule.chars().count() > LONGEST {
        checks.refuse(
            field,
            Code::TooLong,
            format!("A rule has at most {LONGEST} characters."),
        );
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
        let message = "Begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, as in FREQ=MONTHLY;BYDAY=1TU;COUNT=6.";
        checks.refuse(field, Code::Invalid, message);
        return None;
    }
    let until = match (part("COUNT"), part("UNTIL")) {
        (Some(_), None) => None,
        (None, Some(until)) => {
            let until = last_instant(until, zone);
            let message = "UNTIL is a day as 20271231, or an instant as 20271231T235959Z.";
            checks.demand(until.is_some(), field, Code::Invalid, message);
            Some(until?)
        }
        _ => {
            let message = "A series ends: say COUNT or UNTIL, one of them.";
            checks.refuse(field, Code::Invalid, message);
            return None;
        }
    };
    let Some(walls) = follow(&parts, starts_at.with_timezone(&zone).naive_local()) else {
        let message =
            "This is no recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10.";
        checks.refuse(field, Code::Invalid, message);
        return None;
    };
    let mut exceptions = exceptions;
    exceptions.sort_unstable();
    exceptions.dedup();
    if !checks.at_most("exceptDates", exceptions.len(), MOST_EXCEPTIONS) {
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
        && (1..=MOST).contains(&starts.len())
        && starts
            .last()
            .is_some_and(|last| *last <= starts_at + FARTHEST);
    let message = format!("A series has 1 to {MOST} events, within three years of the first.");
    checks.demand(fits, field, Code::OutOfRange, message);
    if fits {
        let message = "The first event does not fit the rule: begin on a day that it names.";
        checks.demand(starting, field, Code::Invalid, message);
    }
    (fits && starting).then_some(Occurrences {
        rule,
        exceptions,
        starts,
    })
}

/// In capitals, without spaces and without what may stand before it.
fn normal(rule: &str) -> String {
    let rule: String = rule.split_whitespace().collect();
    let rule = rule.to_ascii_uppercase();
    let rule = rule.strip_prefix("RRULE:").unwrap_or(&rule);
    rule.trim_matches(';').to_owned()
}

/// The wall times that a rule gives; one more than are allowed where there are so many. It is followed as if in UTC,
/// where no clock changes; its end is looked at later, for that is an instant.
fn follow(parts: &[(&str, &str)], first: NaiveDateTime) -> Option<Vec<NaiveDateTime>> {
    let endless = parts.iter().filter(|(key, _)| *key != "UNTIL");
    let text: Vec<String> = endless
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let first = rrule::Tz::UTC.from_utc_datetime(&first);
    let rule: RRule<Unvalidated> = text.join(";").parse().ok()?;
    let rule = rule.validate(first).ok()?;
    let most = u16::try_from(MOST * 2).unwrap_or(u16::MAX);
    let found = RRuleSet::new(first)
        .rrule(rule)
        .before(first + FARTHEST + Duration::days(7))
        .all(most);
    Some(found.dates.into_iter().map(|at| at.naive_utc()).collect())
}

/// The last instant that `UNTIL` includes.
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
        let mut checks = Checks::new();
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
        // 01:30 does not exist on 28 March: the offset before it makes it 01:30 GMT, which clocks show as 02:30.
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
        // The first Tuesday of the month; in November not.
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
        // The instant of the end is included, and it is an instant, not a time on the wall.
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
