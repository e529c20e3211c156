//! Translation of a row of another platform by a [`Mapping`].

use entity::resource_type::Unit;
use serde_json::{Value, json};

use super::{
    files::{Entry, Home},
    import_row::Members,
    mapping::{Fields, Mapping, UnitWord, plain},
};
use crate::{
    kit::{UserError, UserErrorCode as Code},
    reference::Snapshot,
};

/// Translates a row.
pub fn translate(mapping: &Mapping, entry: &Entry, reference: &Snapshot) -> Entry {
    let mut row = Row {
        mapping,
        reference,
        theirs: &entry.members,
        ours: Members::new(),
        faults: Vec::new(),
        warnings: Vec::new(),
    };
    let home = row.everything();
    Entry {
        row: entry.row,
        home,
        members: row.ours,
        faults: row.faults,
        warnings: row.warnings,
    }
}

/// State of the translation of a row.
struct Row<'a> {
    mapping: &'a Mapping,
    reference: &'a Snapshot,
    theirs: &'a Members,
    ours: Members,
    faults: Vec<UserError>,
    warnings: Vec<String>,
}

impl<'a> Row<'a> {
    fn everything(&mut self) -> Option<Home> {
        let Fields {
            external_reference,
            kind,
            title,
            description,
            resource_type,
            tags,
            priority_areas,
            area,
            town,
            latitude,
            longitude,
            reach_km,
            remote,
            quantity_amount,
            quantity_unit,
            available_from,
            available_until,
            organisation_kind,
        } = &self.mapping.fields;
        if let Some(reference) = self.text(external_reference) {
            let platform = &self.mapping.about.platform;
            self.put("externalReference", format!("{platform}:{reference}"));
        }
        self.kind(kind);
        self.resource_type(resource_type);
        for (ours, theirs) in [
            ("title", Some(title)),
            ("description", description.as_ref()),
            ("town", town.as_ref()),
            ("latitude", latitude.as_ref()),
            ("longitude", longitude.as_ref()),
            ("reachKm", reach_km.as_ref()),
            ("remote", remote.as_ref()),
        ] {
            if let Some(value) = theirs.and_then(|theirs| self.value(theirs)) {
                self.put(ours, value.clone());
            }
        }
        self.quantity(quantity_amount.as_deref(), quantity_unit.as_deref());
        self.tags(tags.as_deref());
        self.priority_areas(priority_areas.as_deref());
        let from = available_from.as_ref().and_then(|field| self.value(field));
        let until = available_until.as_ref().and_then(|field| self.value(field));
        if from.is_some() || until.is_some() {
            self.put("availability", json!([{"from": from, "until": until}]));
        }
        let area = self.area(area.as_deref());
        self.home(organisation_kind, area)
    }

    fn kind(&mut self, field: &str) {
        let Some(word) = self.text(field) else { return };
        let kind = self.mapping.kinds.get(&word).map(|kind| json!(kind));
        if kind.is_none() {
            self.warn(format!(
                "kind \"{word}\" is not in the mapping; add it to the mapping"
            ));
        }
        self.put("kind", kind.unwrap_or_else(|| word.into()));
    }

    fn resource_type(&mut self, field: &str) {
        let Some(word) = self.text(field) else { return };
        let code = self.mapping.resource_types.get(&word).cloned();
        let code = code.unwrap_or_else(|| {
            let code = self.mapping.fallbacks.resource_type.clone();
            self.warn(format!("resource type \"{word}\" was replaced by {code}"));
            code
        });
        self.put("resourceType", code);
    }

    /// Translates the amount and its unit. An amount without a unit gets the fallback unit. A unit that the resource
    /// type does not allow is replaced by the fallback unit, with its name as the label.
    fn quantity(&mut self, amount: Option<&str>, unit: Option<&str>) {
        let Some(amount) = amount.and_then(|field| self.value(field)) else {
            return;
        };
        self.put("quantity", amount.clone());
        let fallback = self.mapping.fallbacks.unit;
        let Some(word) = unit.and_then(|field| self.text(field)) else {
            self.put("unit", json!(fallback));
            return;
        };
        let mut ours = self.mapping.units.get(&word).cloned();
        let code = self.ours.get("resourceType").and_then(Value::as_str);
        let kind = code.and_then(|code| self.reference.resource_type(code));
        let suits = |unit: Unit| {
            kind.is_none_or(|kind| {
                kind.allowed_units.0.is_empty() || kind.allowed_units.0.contains(&unit)
            })
        };
        if ours.as_ref().is_none_or(|ours| !suits(ours.unit)) {
            let label = ours.map_or_else(|| word.clone(), |ours| ours.label);
            self.warn(format!(
                "unit \"{word}\" was replaced by {fallback:?} with that label"
            ));
            ours = Some(UnitWord {
                unit: fallback,
                label,
            });
        }
        if let Some(UnitWord { unit, label }) = ours {
            self.put("unit", json!(unit));
            self.put("unitLabel", label);
        }
    }

    fn tags(&mut self, field: Option<&str>) {
        let words = self.list(field).into_iter();
        let tags: Vec<String> = words
            .map(|word| self.mapping.tags.get(&word).cloned().unwrap_or(word))
            .collect();
        self.put("tags", tags);
    }

    fn priority_areas(&mut self, field: Option<&str>) {
        let mut codes = Vec::new();
        for word in self.list(field) {
            match self.mapping.priority_areas.get(&word) {
                Some(code) => codes.push(code.clone()),
                None => self.warn(format!(
                    "priority area \"{word}\" is not in the mapping and was dropped"
                )),
            }
        }
        self.put("priorityAreas", codes);
    }

    fn area(&mut self, field: Option<&str>) -> Option<&'a str> {
        let word = self.text(field?)?;
        let code = self.mapping.areas.get(&word);
        match code {
            Some(code) => self.put("areas", vec![code.clone()]),
            None => self.warn(format!(
                "area \"{word}\" is not in the mapping and was dropped"
            )),
        }
        code.map(String::as_str)
    }

    /// Returns the organisation that represents theirs: one for each kind in each area.
    fn home(&mut self, field: &str, area: Option<&str>) -> Option<Home> {
        let Some(word) = self.text(field) else {
            self.fault(
                "organisationKind",
                "Enter the kind of organisation that posted the listing.".into(),
            );
            return None;
        };
        let kind = self.mapping.organisation_kinds.get(&word).copied();
        let kind = kind.unwrap_or_else(|| {
            let kind = self.mapping.fallbacks.organisation_kind;
            self.warn(format!(
                "organisation kind \"{word}\" was replaced by {kind:?}"
            ));
            kind
        });
        let platform = &self.mapping.about.platform;
        let known = area.and_then(|code| self.reference.area(code));
        let place = known.map(|area| format!(" in {}", area.name));
        let called = plain(&word);
        let (first, rest) = called.split_at(called.chars().next().map_or(0, char::len_utf8));
        let first = first.to_uppercase();
        Some(Home {
            name: format!("{first}{rest}{} ({platform})", place.unwrap_or_default()),
            kind,
            size: self.mapping.organisation_sizes.get(&word).copied(),
            areas: known.map(|area| area.code.clone()).into_iter().collect(),
        })
    }

    /// Returns the value of one of their fields; `None` if it is null or empty.
    fn value(&self, field: &str) -> Option<&'a Value> {
        let value = self.theirs.get(field)?;
        (!value.is_null() && value.as_str() != Some("")).then_some(value)
    }

    fn text(&self, field: &str) -> Option<String> {
        Some(match self.value(field)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    fn list(&self, field: Option<&str>) -> Vec<String> {
        let list = field
            .and_then(|field| self.value(field))
            .and_then(Value::as_array);
        let words = list.into_iter().flatten().filter_map(Value::as_str);
        words.map(str::to_owned).collect()
    }

    fn put(&mut self, field: &str, value: impl Into<Value>) {
        self.ours.insert(field.to_owned(), value.into());
    }

    fn fault(&mut self, field: &str, message: String) {
        self.faults
            .push(UserError::at(field, Code::Unknown, message));
    }

    fn warn(&mut self, what: String) {
        self.warnings.push(what);
    }
}
