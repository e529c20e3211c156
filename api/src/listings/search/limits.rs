//! What a filter may ask, whatever it is that is searched: how long its lists and texts are, how far, in which order days.

use chrono::NaiveDate;

use super::types::NearInput;
use crate::{kit::Error, locations::place::Point};

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 200;
/// The most members of a list in a filter.
const MOST_MEMBERS: usize = 50;
/// The farthest that `withinKm` goes.
const FARTHEST_KM: f64 = 500.0;

/// A list that is not too long.
pub fn list<T>(field: &'static str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
    match list {
        Some(list) if list.len() > MOST_MEMBERS => {
            let expected = format!(
                "the list has {} members; {MOST_MEMBERS} are allowed",
                list.len()
            );
            Err(Error::BadInput(field, expected))
        }
        list => Ok(list),
    }
}

/// A text that is not too long; none where nothing was typed.
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

/// A point on the earth, with a distance that makes sense where there is one.
pub fn near(near: &NearInput) -> Result<Point, Error> {
    let NearInput {
        point, within_km, ..
    } = near;
    let centre = Point::new(point.latitude, point.longitude).ok_or_else(|| {
        let expected = "this point lies outside the earth";
        Error::BadInput("filter.near.point", expected.into())
    })?;
    if within_km.is_some_and(|km| !(km > 0.0 && km <= FARTHEST_KM)) {
        let expected = format!("must be more than 0 and at most {FARTHEST_KM} kilometres");
        return Err(Error::BadInput("filter.near.withinKm", expected));
    }
    Ok(centre)
}

/// Days in their order.
pub fn days(field: &'static str, from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
    if from > until {
        let expected = "it must end on the day it begins or later";
        return Err(Error::BadInput(field, expected.into()));
    }
    Ok(())
}
