//! Validation of areas.

use chrono::NaiveDate;
use entity::{
    area::{self, AreaKind},
    area_successor,
};
use uuid::Uuid;

use crate::{
    kit::{Error, UserErrorCode, validation::Validator},
    locations::place::PointInput,
    reference::{
        Snapshot,
        rules::{self, MAX_SUCCESSORS},
    },
};

/// Maximum number of areas, including those that no longer exist.
pub const MAX_AREAS: usize = 250;
/// Maximum number of areas directly inside one area.
pub const MAX_CHILDREN: usize = 30;
/// Maximum number of predecessors of an area.
pub const MAX_PREDECESSORS: usize = 20;

/// Input of an administrator for an area. `None` keeps the value, `Some(None)` removes it.
#[derive(Clone, Debug, Default)]
pub struct AreaChange {
    /// Code. Names the area to change; if none has it, a new area is created.
    pub code: String,
    /// Display name.
    pub name: Option<String>,
    /// Kind of place, such as district or ward.
    pub kind: Option<AreaKind>,
    /// GSS code of the Office for National Statistics.
    pub gss: Option<Option<String>>,
    /// Code of the parent area.
    pub parent: Option<Option<String>>,
    /// Point near the centre of the area.
    pub point: Option<Option<PointInput>>,
    /// First day on which the area exists.
    pub valid_from: Option<Option<NaiveDate>>,
    /// Last day on which the area exists.
    pub valid_to: Option<Option<NaiveDate>>,
    /// Complete list of successors: code, and the first day on which each replaces the area.
    pub successors: Option<Vec<(String, NaiveDate)>>,
}

/// Validates a change, and returns the new row with its successors.
pub fn area(
    change: AreaChange,
    known: &Snapshot,
) -> Result<(area::Model, Vec<area_successor::Model>), Error> {
    let AreaChange {
        code,
        name,
        kind,
        gss,
        parent,
        point,
        valid_from,
        valid_to,
        successors,
    } = change;
    let before = known.area(&code);
    let mut checks = Validator::new();
    rules::new_code(&mut checks, "code", &code, before.is_some());
    let name = rules::line(&mut checks, "name", name, before.map(|area| &area.name));
    let kind = kind.or(before.map(|area| area.kind));
    checks.require(
        kind.is_some(),
        "kind",
        UserErrorCode::Required,
        rules::REQUIRED,
    );
    if let Some(Some(gss)) = &gss {
        checks.require(
            is_gss(gss),
            "gss",
            UserErrorCode::Invalid,
            "Enter a GSS code: a capital letter and eight digits, such as E07000207.",
        );
    }
    if before.is_none() {
        rules::room(&mut checks, "code", known.areas.len(), MAX_AREAS);
    }
    if let Some(Some(parent)) = &parent {
        let beside = known
            .areas
            .iter()
            .filter(|area| area.code != code && area.parent.as_ref() == Some(parent));
        rules::room(&mut checks, "parent", beside.count(), MAX_CHILDREN);
        let up = |code: &str| known.area(code)?.parent.as_deref();
        let exists = known.area(parent).is_some();
        rules::holder(&mut checks, &code, parent, exists, up);
    }
    let point = point.map(|point| point.and_then(|point| point.check(&mut checks, "point")));
    let valid_from = valid_from.unwrap_or(before.and_then(|area| area.valid_from));
    let valid_to = valid_to.unwrap_or(before.and_then(|area| area.valid_to));
    rules::period(&mut checks, valid_from, valid_to);
    let steps = match successors {
        Some(successors) => successors_as_sent(&mut checks, &code, successors, known),
        None => successions_of(known, &code).cloned().collect(),
    };
    checks.finish()?;
    let row = area::Model {
        id: before.map_or_else(Uuid::now_v7, |area| area.id),
        name,
        kind: kind.unwrap_or(AreaKind::Custom),
        gss: gss.unwrap_or_else(|| before?.gss.clone()),
        parent: parent.unwrap_or_else(|| before?.parent.clone()),
        latitude: point.map_or_else(|| before?.latitude, |point| Some(point?.latitude)),
        longitude: point.map_or_else(|| before?.longitude, |point| Some(point?.longitude)),
        valid_from,
        valid_to,
        code,
    };
    Ok((row, steps))
}

/// Returns the GraphQL names of the fields that differ from the known area.
#[must_use]
pub fn changed_fields(
    known: &Snapshot,
    new: &area::Model,
    steps: &[area_successor::Model],
) -> Vec<&'static str> {
    let old = known.area(&new.code);
    let was = |same: fn(&area::Model, &area::Model) -> bool| old.is_some_and(|old| same(old, new));
    rules::changed([
        ("name", was(|a, b| a.name == b.name)),
        ("kind", was(|a, b| a.kind == b.kind)),
        ("gss", was(|a, b| a.gss == b.gss)),
        ("parent", was(|a, b| a.parent == b.parent)),
        (
            "point",
            was(|a, b| (a.latitude, a.longitude) == (b.latitude, b.longitude)),
        ),
        ("validFrom", was(|a, b| a.valid_from == b.valid_from)),
        ("validTo", was(|a, b| a.valid_to == b.valid_to)),
        ("successors", successions_of(known, &new.code).eq(steps)),
    ])
}

fn is_gss(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 9 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}

fn successions_of<'a>(
    known: &'a Snapshot,
    code: &str,
) -> impl Iterator<Item = &'a area_successor::Model> {
    let code = code.to_owned();
    known
        .successions
        .iter()
        .filter(move |step| step.area == code)
}

fn successors_as_sent(
    checks: &mut Validator,
    code: &str,
    successors: Vec<(String, NaiveDate)>,
    known: &Snapshot,
) -> Vec<area_successor::Model> {
    if !checks.at_most("successors", successors.len(), MAX_SUCCESSORS) {
        return Vec::new();
    }
    let codes: Vec<&str> = successors.iter().map(|(area, _)| area.as_str()).collect();
    for (at, successor) in codes.iter().enumerate() {
        let others = known
            .successions
            .iter()
            .filter(|step| step.successor == *successor && step.area != code);
        let field = format!("successors.{at}.area");
        rules::room(checks, &field, others.count(), MAX_PREDECESSORS);
    }
    rules::followers(
        checks,
        ("successors", ".area"),
        code,
        &codes,
        |code| known.area(code).is_some(),
        |code| {
            successions_of(known, code)
                .map(|step| step.successor.clone())
                .collect()
        },
    );
    for (at, (_, from)) in successors.iter().enumerate() {
        rules::day(checks, &format!("successors.{at}.from"), Some(*from));
    }
    let mut steps: Vec<_> = successors
        .into_iter()
        .map(|(successor, from_date)| area_successor::Model {
            area: code.to_owned(),
            successor,
            from_date,
        })
        .collect();
    steps.sort_by(|a, b| a.successor.cmp(&b.successor));
    steps
}

#[cfg(test)]
mod tests {
    use super::{
        UserErrorCode::{Circular, Invalid, OutOfRange, Unknown},
        *,
    };

    fn refused(change: AreaChange) -> Vec<(UserErrorCode, String)> {
        match area(change, &Snapshot::shipped()) {
            Err(Error::Refused(errors)) => errors
                .into_iter()
                .map(|error| (error.code, error.field.unwrap_or_default().join(".")))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_area_that_ships_keeps_the_rules_and_saying_nothing_changes_nothing() {
        let known = Snapshot::shipped();
        for row in &known.areas {
            let same = AreaChange {
                code: row.code.clone(),
                name: Some(row.name.clone()),
                gss: Some(row.gss.clone()),
                parent: Some(row.parent.clone()),
                ..AreaChange::default()
            };
            let (new, steps) = area(same, &known).unwrap();
            assert_eq!(
                changed_fields(&known, &new, &steps),
                [""; 0],
                "{}",
                row.code
            );
            assert_eq!(&new, row);
        }
    }

    #[test]
    fn a_new_area_needs_a_name_and_a_kind() {
        let refusals = refused(AreaChange {
            code: "new".into(),
            ..AreaChange::default()
        });
        let required = |field: &str| (UserErrorCode::Required, field.to_owned());
        assert_eq!(refusals, [required("name"), required("kind")]);
    }

    #[test]
    fn every_fault_has_its_code_and_field() {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let change = AreaChange {
            code: "surrey".into(),
            gss: Some(Some("e10000030".into())),
            parent: Some(Some("esher".into())),
            point: Some(Some(PointInput {
                latitude: 1e308,
                longitude: 0.0,
            })),
            valid_from: Some(Some(day(2028))),
            successors: Some(vec![
                ("surrey".into(), day(2027)),
                ("nowhere".into(), day(999)),
            ]),
            ..AreaChange::default()
        };
        let expected = [
            (Invalid, "gss"),
            (Circular, "parent"),
            (OutOfRange, "point"),
            (OutOfRange, "validTo"),
            (Circular, "successors.0.area"),
            (Unknown, "successors.1.area"),
            (OutOfRange, "successors.1.from"),
        ];
        let expected = expected.map(|(code, field)| (code, field.to_owned()));
        assert_eq!(refused(change), expected);
    }

    #[test]
    fn thousands_of_successors_are_refused_once() {
        let day = NaiveDate::from_ymd_opt(2027, 4, 1).unwrap();
        let change = AreaChange {
            code: "kent".into(),
            successors: Some(vec![("nowhere".into(), day); 10_000]),
            ..AreaChange::default()
        };
        assert_eq!(
            refused(change),
            [(UserErrorCode::TooMany, "successors".to_owned())]
        );
    }

    #[test]
    fn what_is_removed_is_gone_and_the_rest_stays() {
        let known = Snapshot::shipped();
        let change = AreaChange {
            code: "elmbridge".into(),
            gss: Some(None),
            point: Some(None),
            valid_to: Some(None),
            successors: Some(Vec::new()),
            ..AreaChange::default()
        };
        let (row, steps) = area(change, &known).unwrap();
        assert_eq!(
            (row.gss.clone(), row.latitude, row.valid_to, steps.len()),
            (None, None, None, 0)
        );
        assert_eq!(
            (row.name.as_str(), row.parent.as_deref()),
            ("Elmbridge", Some("surrey"))
        );
        assert_eq!(
            changed_fields(&known, &row, &steps),
            ["gss", "point", "validTo", "successors"]
        );
    }
}
