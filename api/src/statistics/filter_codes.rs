//! The codes in a filter: those that stand for nothing are refused, so that no figure is small for a slip of the pen.

use std::collections::BTreeSet;

use crate::{
    kit::{Error, Viewer},
    listings::search::limits,
    reference::{Snapshot, priorities::rules::seen_states},
};

/// The areas that codes ask for.
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

/// The priority areas that codes ask for, as edition and code.
pub fn priorities(
    viewer: &Viewer,
    reference: &Snapshot,
    codes: Option<Vec<String>>,
) -> Result<Option<BTreeSet<(String, String)>>, Error> {
    let Some(codes) = limits::list("filter.priorityAreas", codes)? else {
        return Ok(None);
    };
    // What is only being written is as good as unknown to those who do not see it.
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
        format!("nothing here has the code {shown}"),
    ))
}
