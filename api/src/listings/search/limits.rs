//! Limits of filters, for listings and events: lengths of lists and texts, distances and ranges of days.

use chrono::NaiveDate;

use super::types::NearInput;
use crate::{kit::Error, locations::place::Point};

/// Maximum length of a search text, in characters.
const LONGEST_TEXT: usize = 200;
/// Maximum number of items of a list in a filter.
const MAX_MEMBERS: usize = 50;
/// Maximum of `withinKm`, in kilometres.
const FARTHEST_KM: f64 = 500.0;

/// Checks the length of a list.
pub fn list<T>(field: &'static str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
    match list {
        Some(list) if list.len() > MAX_MEMBERS => {
            let expected = format!(
                "the list has {} items; send at most {MAX_MEMBERS}",
                list.len()
            );
            Err(Error::BadInput(field, expected))
        }
        list => Ok(list),
    }
}

/// Checks the length of a search text. Returns `None` for a text of spaces.
pub fn text(typed: Option<String>) -> Result<Option<String>, Error> {
    let typed = typed.filter(|text| !text.trim().is_empty());
    match typed {
        Some(text) if text.chars().count() > LONGEST_TEXT => {
            let expected = format!("must have at most {LONGEST_TEXT} characters");
            Err(Error::BadInput("filter.text", expected))
        }
        text => Ok(text),
    }
}

/// Checks the point and the distance. Returns the point.
pub fn near(near: &NearInput) -> Result<Point, Error> {
    let NearInput {
        point, within_km, ..
    } = near;
    let centre = Point::new(point.latitude, point.longitude).ok_or_else(|| {
        let expected = "latitude must be from -90 to 90, longitude from -180 to 180";
        Error::BadInput("filter.near.point", expected.into())
    })?;
    if within_km.is_some_and(|km| !(km > 0.0 && km <= FARTHEST_KM)) {
        let expected = format!("must be more than 0 and at most {FARTHEST_KM} kilometres");
        return Err(Error::BadInput("filter.near.withinKm", expected));
    }
    Ok(centre)
}

/// Checks that a range of days does not end before it begins.
pub fn days(field: &'static str, from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
    if from > until {
        let expected = "the last day must not be before the first day";
        return Err(Error::BadInput(field, expected.into()));
    }
    Ok(())
}
