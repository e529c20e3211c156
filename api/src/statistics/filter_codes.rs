//! Codes in a filter. Unknown codes are refused, so that a typing error does not produce misleadingly small figures.

use std::collections::BTreeSet;

use crate::{
    kit::{Error, Viewer},
    listings::search::limits,
    reference::{Snapshot, priorities::rules::seen_states},
};

/// Returns the areas that these codes include, with their surroundings; `None` for no filter.
pub fn areas(
    reference: &Snapshot,
    codes: Option<Vec<String>>,
) -> Result<Option<BTreeSet<String>>, Error> {
    let Some(codes) = limits::list("filter.areas", codes)? else {
        return Ok(None);
    };
    known("filter.areas", &codes, |code| {
        reference.area(code).is_some()
    })?;
    Ok(Some(reference.areas_around(&codes)))
}

/// Returns the priority areas that these codes include, as edition and code; `None` for no filter.
pub fn priorities(
    viewer: &Viewer,
    reference: &Snapshot,
    codes: Option<Vec<String>>,
) -> Result<Option<BTreeSet<(String, String)>>, Error> {
    let Some(codes) = limits::list("filter.priorityAreas", codes)? else {
        return Ok(None);
    };
    // A draft counts as unknown for viewers who may not see it.
    let seen = |edition: &str| {
        let edition = reference.edition(edition);
        edition.is_some_and(|edition| seen_states(viewer).contains(&edition.state))
    };
    known("filter.priorityAreas", &codes, |code| {
        let found = reference.priorities_around(&[code.to_owned()]);
        found.into_iter().any(|(edition, _)| seen(edition))
    })?;
    let found = reference.priorities_around(&codes).into_iter();
    let owned = found.map(|(edition, code)| (edition.to_owned(), code.to_owned()));
    Ok(Some(owned.collect()))
}

fn known(field: &'static str, codes: &[String], is: impl Fn(&str) -> bool) -> Result<(), Error> {
    let Some(code) = codes.iter().find(|code| !is(code)) else {
        return Ok(());
    };
    let shown: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    Err(Error::BadInput(
        field,
        format!("the code {shown} does not exist; check its spelling"),
    ))
}
