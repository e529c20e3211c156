//! Reading of an import row, and merging of its values into the content of a listing.

use std::str::FromStr;

use chrono::DateTime;
use entity::listing::{ExpiryPolicy, ListingKind};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    columns::{self, Form},
    nested_values::{PicturePart, RequirementPart, WindowPart},
};
use crate::{
    kit::{UserErrorCode as Code, clock, validation::Validator},
    listings::content::{Amount, ListingContent},
    locations::place::Point,
    reference::Snapshot,
};

/// Values of a row by column name. An absent value keeps the value of the listing; null removes it.
pub type Members = Map<String, Value>;

/// Value of one column in a row.
enum Said<T> {
    /// Absent: the listing keeps its value.
    Nothing,
    /// Null: the value is removed.
    Removed,
    /// A new value.
    Value(T),
}

impl<T> Said<T> {
    fn take(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Removed => None,
        }
    }

    /// Merges it into an optional value.
    fn over(self, place: &mut Option<T>) {
        match self {
            Self::Nothing => {}
            Self::Removed => *place = None,
            Self::Value(value) => *place = Some(value),
        }
    }

    /// Merges it into a required value. Removal sets it to `none`.
    fn over_or(self, none: T, place: &mut T) {
        match self {
            Self::Nothing => {}
            Self::Removed => *place = none,
            Self::Value(value) => *place = value,
        }
    }

    fn over_default(self, place: &mut T)
    where
        T: Default,
    {
        self.over_or(T::default(), place);
    }
}

/// Reads the values of a row, and collects problems of those with a wrong type.
pub struct Reader<'a> {
    members: &'a Members,
    checks: &'a mut Validator,
}

impl<'a> Reader<'a> {
    /// Creates a reader. Adds a problem for each value with an unknown name.
    pub fn new(members: &'a Members, checks: &'a mut Validator) -> Self {
        for name in members.keys() {
            let known = columns::exactly(name).is_some();
            checks.require(
                known,
                name,
                Code::Unknown,
                "This field is unknown. Correct its name or remove it.",
            );
        }
        Self { members, checks }
    }

    /// Like [`Self::new`], for a row whose names were checked before.
    pub const fn over(members: &'a Members, checks: &'a mut Validator) -> Self {
        Self { members, checks }
    }

    /// Returns the kind: offer or request. Required in every row.
    pub fn kind(&mut self) -> Option<ListingKind> {
        let kind = self.word("kind").take();
        let said = self.members.get("kind").is_some_and(|kind| !kind.is_null());
        let message = "Enter OFFER or REQUEST.";
        self.checks.require(said, "kind", Code::Required, message);
        kind
    }

    /// Returns the external reference, by which a later import recognises the listing. Required in every row.
    pub fn reference(&mut self) -> Option<String> {
        let (field, sent) = ("externalReference", self.text("externalReference").take());
        let kept = self.checks.optional(field, sent.as_deref(), 100);
        let message = "Enter a reference of your own. A later import recognises the listing by it.";
        self.checks
            .require(kept.is_some(), field, Code::Required, message);
        kept
    }

    /// Merges all values into the content of a listing.
    pub fn lay_over(&mut self, said: &mut ListingContent, reference: &Snapshot) {
        self.text("title").over_default(&mut said.title);
        self.text("description").over_default(&mut said.description);
        self.text("resourceType")
            .over_default(&mut said.resource_type);
        self.word("lendingMode").over(&mut said.lending_mode);
        self.quantity(said, reference);
        self.value("partialAllowed")
            .over_or(true, &mut said.partial_allowed);
        self.parts::<WindowPart, _>("availability", &mut said.availability);
        self.value("neededBy").over(&mut said.needed_by);
        self.place(said);
        self.value("remote").over_default(&mut said.remote);
        self.number("reachKm").over(&mut said.reach_km);
        self.parts::<String, _>("areas", &mut said.areas);
        self.parts::<String, _>("priorityAreas", &mut said.priority_areas);
        self.word("audience").over_default(&mut said.audience);
        self.word("expiryPolicy")
            .over_default(&mut said.expiry_policy);
        self.expiry(said);
        self.parts::<RequirementPart, _>("requirements", &mut said.requirements);
        self.parts::<PicturePart, _>("pictures", &mut said.pictures);
        self.parts::<String, _>("tags", &mut said.tags);
    }

    /// Merges the amount, its unit and its label, which are three columns. If only the amount is given, the unit and
    /// the label are kept.
    fn quantity(&mut self, said: &mut ListingContent, reference: &Snapshot) {
        let before = said.quantity.take();
        let mut amount = before.as_ref().map(|before| before.amount);
        self.number("quantity").over(&mut amount);
        let mut label = before.as_ref().and_then(|before| before.label.clone());
        self.text("unitLabel").over(&mut label);
        let kind = reference.resource_type(said.resource_type.trim());
        let unit = self.word("unit").take();
        let unit = unit.or(before.map(|before| before.unit));
        let unit = unit.or(kind.map(|kind| kind.default_unit));
        said.quantity = amount.map(|amount| Amount {
            amount,
            unit: unit.unwrap_or_default(),
            label,
        });
    }

    fn place(&mut self, said: &mut ListingContent) {
        self.parts::<String, _>("addressLines", &mut said.place.lines);
        self.text("town").over(&mut said.place.town);
        self.text("postcode").over(&mut said.place.postcode);
        let (mut latitude, mut longitude) = (
            said.place.point.map(|point| point.latitude),
            said.place.point.map(|point| point.longitude),
        );
        self.number("latitude").over(&mut latitude);
        self.number("longitude").over(&mut longitude);
        let whole = latitude.is_some() == longitude.is_some();
        let message = "Enter both latitude and longitude, or neither.";
        self.checks
            .require(whole, "longitude", Code::Required, message);
        let point = latitude.zip(longitude);
        // The ranges are checked later, with the rest of the content.
        said.place.point = point.map(|(latitude, longitude)| Point {
            latitude,
            longitude,
        });
    }

    /// Merges the end date. If the cell is empty, the listing keeps the end date that was set at publication.
    fn expiry(&mut self, said: &mut ListingContent) {
        if said.expiry_policy == ExpiryPolicy::Standing {
            said.expires_at = None;
        }
        let sent = self.read("expiresAt", |value| {
            let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            Some(clock::from_micros(at.timestamp_micros()))
        });
        said.expires_at = sent.take().or(said.expires_at);
    }

    /// Reads a value. Adds a problem and treats it as absent if it has another type.
    fn read<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Said<T> {
        match self.members.get(name) {
            None => Said::Nothing,
            Some(Value::Null) => Said::Removed,
            Some(value) => read(value).map_or_else(
                || {
                    let form = columns::exactly(name).map_or(Form::Text, |column| column.form);
                    self.checks.add(name, Code::Invalid, form.expected());
                    Said::Nothing
                },
                Said::Value,
            ),
        }
    }

    fn value<T: DeserializeOwned>(&mut self, name: &str) -> Said<T> {
        self.read(name, |value| serde_json::from_value(value.clone()).ok())
    }

    /// Reads a text. An empty text counts as null.
    fn text(&mut self, name: &str) -> Said<String> {
        match self.value::<String>(name) {
            Said::Value(text) if text.trim().is_empty() => Said::Removed,
            text => text,
        }
    }

    /// Reads an enum value, in upper or lower case.
    fn word<T: DeserializeOwned>(&mut self, name: &str) -> Said<T> {
        self.read(name, |value| {
            let word = value.as_str()?.trim().to_uppercase();
            serde_json::from_value(word.into()).ok()
        })
    }

    /// Reads a number, or a text that contains one.
    fn number<T: FromStr>(&mut self, name: &str) -> Said<T> {
        self.read(name, |value| match value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
    }

    fn parts<T: DeserializeOwned, U: From<T>>(&mut self, name: &str, list: &mut Vec<U>) {
        match self.value::<Vec<T>>(name) {
            Said::Nothing => {}
            Said::Removed => list.clear(),
            Said::Value(parts) => *list = parts.into_iter().map(U::from).collect(),
        }
    }
}
