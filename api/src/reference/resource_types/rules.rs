//! Validation of resource types.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::resource_type::{self, LendingMode, LendingModes, ResourceKind, Unit, Units};
use uuid::Uuid;

use crate::{
    kit::{Error, UserErrorCode, validation::Validator},
    reference::{
        Snapshot,
        rules::{self, MAX_SUCCESSORS, REQUIRED},
    },
};

/// Maximum number of resource types, including those that were withdrawn.
pub const MAX_TYPES: usize = 250;
/// Maximum number of types directly below one type.
pub const MAX_CHILDREN: usize = 30;
/// Maximum number of synonyms of a resource type.
pub const MAX_SYNONYMS: usize = 50;
/// Maximum number of units or lending modes in an input: the number of units that exist.
const MAX_CHOICES: usize = 16;

/// Input of an administrator for a resource type. `None` keeps the value, `Some(None)` removes it.
#[derive(Clone, Debug, Default)]
pub struct TypeChange {
    /// Code. Names the type to change; if none has it, a new type is created.
    pub code: String,
    /// Top-level kind. Cannot be changed.
    pub kind: Option<ResourceKind>,
    /// Label for display.
    pub label: Option<String>,
    /// Code of the wider type.
    pub parent: Option<Option<String>>,
    /// Complete list of synonyms.
    pub synonyms: Option<Vec<String>>,
    /// Unit that a form selects by default.
    pub default_unit: Option<Unit>,
    /// Complete list of units in which listings of this type may be counted.
    pub allowed_units: Option<Vec<Unit>>,
    /// Complete list of lending modes.
    pub allowed_modes: Option<Vec<LendingMode>>,
    /// True if listings of this type usually require a safeguarding check.
    pub safeguarding_default: Option<bool>,
    /// First day on which listings may use the type.
    pub valid_from: Option<Option<NaiveDate>>,
    /// Last day on which listings may use the type.
    pub valid_to: Option<Option<NaiveDate>>,
    /// Complete list of the codes of types that replace it.
    pub replaced_by: Option<Vec<String>>,
}

/// Validates a change, and returns the new row.
pub fn resource_type(change: TypeChange, known: &Snapshot) -> Result<resource_type::Model, Error> {
    let TypeChange {
        code,
        kind,
        label,
        parent,
        synonyms,
        default_unit,
        allowed_units,
        allowed_modes,
        safeguarding_default,
        valid_from,
        valid_to,
        replaced_by,
    } = change;
    let before = known.resource_type(&code);
    let mut checks = Validator::new();
    rules::new_code(&mut checks, "code", &code, before.is_some());
    let kind = top_level(&mut checks, kind, before.map(|before| before.kind));
    let label = rules::line(&mut checks, "label", label, before.map(|kind| &kind.label));
    if before.is_none() {
        rules::room(&mut checks, "code", known.types.len(), MAX_TYPES);
    }
    if let Some(Some(parent)) = &parent {
        let beside = known
            .types
            .iter()
            .filter(|other| other.code != code && other.parent.as_ref() == Some(parent));
        rules::room(&mut checks, "parent", beside.count(), MAX_CHILDREN);
        let wider = known.resource_type(parent);
        let up = |code: &str| known.resource_type(code)?.parent.as_deref();
        rules::holder(&mut checks, &code, parent, wider.is_some(), up);
        checks.require(
            wider.is_none_or(|wider| wider.kind == kind),
            "parent",
            UserErrorCode::Invalid,
            "The parent has another kind. Choose a parent of the same kind.",
        );
    }
    let synonyms = match synonyms {
        Some(synonyms) => words(&mut checks, &synonyms),
        None => before.map_or_else(Vec::new, |kind| kind.synonyms.0.clone()),
    };
    let old_units = before.map(|kind| kind.allowed_units.0.clone());
    let mut units = choices(&mut checks, "allowedUnits", allowed_units, old_units);
    // ITEM is always allowed: with a label of its own it can express any other unit.
    if !units.is_empty() && !units.contains(&Unit::Item) {
        units.push(Unit::Item);
    }
    let old_modes = before.map(|kind| kind.allowed_modes.0.clone());
    let modes = choices(&mut checks, "allowedLendingModes", allowed_modes, old_modes);
    let default_unit = default_unit.or(before.map(|kind| kind.default_unit));
    checks.require(
        default_unit.is_some(),
        "defaultUnit",
        UserErrorCode::Required,
        REQUIRED,
    );
    checks.require(
        default_unit.is_none_or(|unit| units.is_empty() || units.contains(&unit)),
        "defaultUnit",
        UserErrorCode::UnitNotAllowed,
        "The default unit is not among the allowed units. Add it to them, or choose one of them.",
    );
    let valid_from = valid_from.unwrap_or(before.and_then(|kind| kind.valid_from));
    let valid_to = valid_to.unwrap_or(before.and_then(|kind| kind.valid_to));
    rules::period(&mut checks, valid_from, valid_to);
    let replaced_by = match replaced_by {
        Some(codes) => replacements(&mut checks, &code, codes, known),
        None => before.map_or_else(Vec::new, |kind| kind.replaced_by.0.clone()),
    };
    checks.finish()?;
    Ok(resource_type::Model {
        id: before.map_or_else(Uuid::now_v7, |kind| kind.id),
        kind,
        label,
        parent: parent.unwrap_or_else(|| before?.parent.clone()),
        synonyms: synonyms.into(),
        default_unit: default_unit.unwrap_or(Unit::Item),
        allowed_units: Units(units),
        allowed_modes: LendingModes(modes),
        safeguarding_default: safeguarding_default
            .unwrap_or(before.is_some_and(|kind| kind.safeguarding_default)),
        valid_from,
        valid_to,
        replaced_by: replaced_by.into(),
        code,
    })
}

/// Returns the GraphQL names of the fields that differ from the known resource type.
#[must_use]
pub fn changed_fields(known: &Snapshot, new: &resource_type::Model) -> Vec<&'static str> {
    type Row = resource_type::Model;
    let old = known.resource_type(&new.code);
    let was = |same: fn(&Row, &Row) -> bool| old.is_some_and(|old| same(old, new));
    rules::changed([
        ("kind", was(|a, b| a.kind == b.kind)),
        ("label", was(|a, b| a.label == b.label)),
        ("parent", was(|a, b| a.parent == b.parent)),
        ("synonyms", was(|a, b| a.synonyms == b.synonyms)),
        ("defaultUnit", was(|a, b| a.default_unit == b.default_unit)),
        (
            "allowedUnits",
            was(|a, b| a.allowed_units == b.allowed_units),
        ),
        (
            "allowedLendingModes",
            was(|a, b| a.allowed_modes == b.allowed_modes),
        ),
        (
            "safeguardingDefault",
            was(|a, b| a.safeguarding_default == b.safeguarding_default),
        ),
        ("validFrom", was(|a, b| a.valid_from == b.valid_from)),
        ("validTo", was(|a, b| a.valid_to == b.valid_to)),
        ("replacedBy", was(|a, b| a.replaced_by == b.replaced_by)),
    ])
}

fn top_level(
    checks: &mut Validator,
    sent: Option<ResourceKind>,
    before: Option<ResourceKind>,
) -> ResourceKind {
    checks.require(
        sent.or(before).is_some(),
        "kind",
        UserErrorCode::Required,
        REQUIRED,
    );
    checks.require(
        sent.is_none() || before.is_none() || sent == before,
        "kind",
        UserErrorCode::InvalidState,
        "The kind of a resource type cannot be changed, because listings use it. Create a new type that replaces this one.",
    );
    before.or(sent).unwrap_or(ResourceKind::Other)
}

fn words(checks: &mut Validator, synonyms: &[String]) -> Vec<String> {
    if !checks.at_most("synonyms", synonyms.len(), MAX_SYNONYMS) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let words = synonyms.iter().enumerate();
    words
        .map(|(at, word)| checks.line(&format!("synonyms.{at}"), word, 2..=60))
        .filter(|word| seen.insert(word.to_lowercase()))
        .collect()
}

/// Returns the values that were sent, without duplicates, or else those from before. Adds a problem if there are none.
fn choices<T: PartialEq>(
    checks: &mut Validator,
    field: &str,
    sent: Option<Vec<T>>,
    before: Option<Vec<T>>,
) -> Vec<T> {
    let mut chosen = Vec::new();
    let Some(list) = sent.or(before).filter(|list| !list.is_empty()) else {
        checks.add(field, UserErrorCode::Required, REQUIRED);
        return chosen;
    };
    if checks.at_most(field, list.len(), MAX_CHOICES) {
        for one in list {
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
    }
    chosen
}

fn replacements(
    checks: &mut Validator,
    code: &str,
    codes: Vec<String>,
    known: &Snapshot,
) -> Vec<String> {
    if !checks.at_most("replacedBy", codes.len(), MAX_SUCCESSORS) {
        return Vec::new();
    }
    let sent: Vec<&str> = codes.iter().map(String::as_str).collect();
    rules::followers(
        checks,
        ("replacedBy", ""),
        code,
        &sent,
        |code| known.resource_type(code).is_some(),
        |code| {
            let kind = known.resource_type(code);
            kind.map_or_else(Vec::new, |kind| kind.replaced_by.0.clone())
        },
    );
    codes
}

#[cfg(test)]
mod tests {
    use super::{
        UserErrorCode::{Circular, Invalid, InvalidState, TooShort, UnitNotAllowed, Unknown},
        *,
    };

    fn refused(change: TypeChange) -> Vec<(UserErrorCode, String)> {
        match resource_type(change, &Snapshot::shipped()) {
            Err(Error::Refused(errors)) => errors
                .into_iter()
                .map(|error| (error.code, error.field.unwrap_or_default().join(".")))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_type_that_ships_keeps_the_rules() {
        let known = Snapshot::shipped();
        for row in &known.types {
            let same = TypeChange {
                code: row.code.clone(),
                kind: Some(row.kind),
                label: Some(row.label.clone()),
                parent: Some(row.parent.clone()),
                synonyms: Some(row.synonyms.0.clone()),
                default_unit: Some(row.default_unit),
                allowed_units: Some(row.allowed_units.0.clone()),
                allowed_modes: Some(row.allowed_modes.0.clone()),
                ..TypeChange::default()
            };
            let new = resource_type(same, &known).unwrap();
            assert_eq!(changed_fields(&known, &new), [""; 0], "{}", row.code);
        }
    }

    #[test]
    fn a_new_type_needs_kind_label_units_and_modes() {
        let change = TypeChange {
            code: "kites".into(),
            allowed_modes: Some(Vec::new()),
            ..TypeChange::default()
        };
        let fields = [
            "kind",
            "label",
            "allowedUnits",
            "allowedLendingModes",
            "defaultUnit",
        ];
        assert_eq!(
            refused(change),
            fields.map(|field| (UserErrorCode::Required, field.to_owned()))
        );
    }

    #[test]
    fn every_fault_has_its_code_and_field() {
        let change = TypeChange {
            code: "it-hardware".into(),
            kind: Some(ResourceKind::Goods),
            parent: Some(Some("laptops".into())),
            synonyms: Some(vec!["x".into(), "fine".into(), "bad\u{7}".into()]),
            default_unit: Some(Unit::Mile),
            replaced_by: Some(vec!["nothing".into()]),
            ..TypeChange::default()
        };
        let expected = [
            (InvalidState, "kind"),
            (Circular, "parent"),
            (TooShort, "synonyms.0"),
            (Invalid, "synonyms.2"),
            (UnitNotAllowed, "defaultUnit"),
            (Unknown, "replacedBy.0"),
        ];
        assert_eq!(
            refused(change),
            expected.map(|(code, field)| (code, field.to_owned()))
        );
        let elsewhere = TypeChange {
            code: "laptops".into(),
            parent: Some(Some("clothing".into())),
            ..TypeChange::default()
        };
        assert_eq!(refused(elsewhere), [(Invalid, "parent".to_owned())]);
    }

    #[test]
    fn item_is_always_allowed_and_doubles_are_dropped() {
        let change = TypeChange {
            code: "kites".into(),
            kind: Some(ResourceKind::Equipment),
            label: Some("Kites".into()),
            synonyms: Some(vec!["Kite".into(), "kite".into()]),
            default_unit: Some(Unit::Item),
            allowed_units: Some(vec![Unit::Session, Unit::Session]),
            allowed_modes: Some(vec![LendingMode::Lend]),
            ..TypeChange::default()
        };
        let row = resource_type(change, &Snapshot::shipped()).unwrap();
        assert_eq!(row.allowed_units, Units(vec![Unit::Session, Unit::Item]));
        assert_eq!(row.synonyms.0, ["Kite"]);
    }

    #[test]
    fn thousands_of_words_are_refused_once() {
        let change = TypeChange {
            code: "laptops".into(),
            synonyms: Some(vec!["word".into(); 10_000]),
            allowed_units: Some(vec![Unit::Item; 10_000]),
            replaced_by: Some(vec!["word".into(); 10_000]),
            ..TypeChange::default()
        };
        let fields = ["synonyms", "allowedUnits", "replacedBy"];
        assert_eq!(
            refused(change),
            fields.map(|field| (UserErrorCode::TooMany, field.to_owned()))
        );
    }
}
