//! Scalars for calendar days and times of day.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime};

/// Calendar day in Europe/London.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<Date> for NaiveDate {
    fn from(day: Date) -> Self {
        day.0
    }
}

/// A calendar day in Europe/London, in the form `YYYY-MM-DD`, such as `2027-04-01`.
#[Scalar(
    name = "Date",
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let day = match &value {
            Value::String(text) if text.len() == 10 && text.as_bytes()[0].is_ascii_digit() => {
                NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
            }
            _ => None,
        };
        day.map(Self).ok_or_else(|| {
            InputValueError::custom("expected a day in the form 2027-04-01")
                .with_extension("code", "BAD_USER_INPUT")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Calendar month in Europe/London, as its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub NaiveDate);

/// A calendar month in Europe/London, in the form `YYYY-MM`, such as `2027-04`.
#[Scalar(
    name = "Month",
    specified_by_url = "https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#months"
)]
impl ScalarType for Month {
    fn parse(value: Value) -> InputValueResult<Self> {
        let month = match &value {
            Value::String(text) if text.len() == 7 && text.as_bytes()[0].is_ascii_digit() => {
                NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()
            }
            _ => None,
        };
        month.map(Self).ok_or_else(|| {
            InputValueError::custom("expected a month in the form 2027-04")
                .with_extension("code", "BAD_USER_INPUT")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m").to_string())
    }
}

/// Time of day in Europe/London, in hours and minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub NaiveTime);

impl From<NaiveTime> for LocalTime {
    fn from(time: NaiveTime) -> Self {
        Self(time)
    }
}

impl From<LocalTime> for NaiveTime {
    fn from(time: LocalTime) -> Self {
        time.0
    }
}

/// A time of day in Europe/London, in hours and minutes on the 24-hour clock, such as `18:30`.
#[Scalar(
    name = "LocalTime",
    specified_by_url = "https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#times"
)]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let time = match &value {
            Value::String(text) if text.len() == 5 => NaiveTime::parse_from_str(text, "%H:%M").ok(),
            _ => None,
        };
        time.map(Self).ok_or_else(|| {
            InputValueError::custom("expected a time of day in the form 18:30")
                .with_extension("code", "BAD_USER_INPUT")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%H:%M").to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_panics_and_what_passes_comes_out_alike(text in "[-+0-9]{0,12}|.{0,12}") {
            if let Ok(day) = Date::parse(Value::String(text.clone())) {
                prop_assert_eq!(day.to_value(), Value::String(text.clone()));
            }
            if let Ok(month) = Month::parse(Value::String(text.clone())) {
                prop_assert_eq!(month.to_value(), Value::String(text));
            }
        }
    }

    #[test]
    fn a_day_has_one_spelling() {
        for (text, good) in [
            ("2027-04-01", true),
            ("2027-4-1", false),
            ("+2027-04-1", false),
            ("2027-02-30", false),
            ("02027-04-1", false),
            ("2027-04-01T00:00", false),
        ] {
            assert_eq!(
                Date::parse(Value::String(text.into())).is_ok(),
                good,
                "{text}"
            );
        }
    }
}
