//! A row as named values, which are laid over what a listing says.

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
    kit::{UserErrorCode as Code, clock, validation::Checks},
    listings::content::{Amount, Particulars},
    locations::place::Point,
    reference::Snapshot,
};

/// The values of a row by the names of their columns. One that is not there says nothing; null removes.
pub type Members = Map<String, Value>;

/// What a row says of one thing.
enum Said<T> {
    /// Nothing: it stays.
    Nothing,
    /// That there is none.
    Removed,
    /// That it is this.
    Value(T),
}

impl<T> Said<T> {
    fn take(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Removed => None,
        }
    }

    /// Lays it over what may be missing.
    fn over(self, place: &mut Option<T>) {
        match self {
            Self::Nothing => {}
            Self::Removed => *place = None,
            Self::Value(value) => *place = Some(value),
        }
    }

    /// Lays it over what is never missing; `none` stands there where it is removed.
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

/// Reads values, and notes those that are none of what they should be.
pub struct Reader<'a> {
    members: &'a Members,
    checks: &'a mut Checks,
}

impl<'a> Reader<'a> {
    /// A reader of a row. Values of unknown name are noted at once.
    pub fn new(members: &'a Members, checks: &'a mut Checks) -> Self {
        for name in members.keys() {
            let known = columns::exactly(name).is_some();
            checks.demand(
                known,
                name,
                Code::Unknown,
                "There is no field of this name.",
            );
        }
        Self { members, checks }
    }

    /// The same for a row whose names were looked at already.
    pub const fn over(members: &'a Members, checks: &'a mut Checks) -> Self {
        Self { members, checks }
    }

    /// Whether it is an offer or a request; every row says so.
    pub fn kind(&mut self) -> Option<ListingKind> {
        let kind = self.word("kind").take();
        let said = self.members.get("kind").is_some_and(|kind| !kind.is_null());
        let message = "Say what it is: OFFER or REQUEST.";
        self.checks.demand(said, "kind", Code::Required, message);
        kind
    }

    /// The reference by which it is known again; every row has one.
    pub fn reference(&mut self) -> Option<String> {
        let (field, sent) = ("externalReference", self.text("externalReference").take());
        let kept = self.checks.optional(field, sent.as_deref(), 100);
        let message = "Every row needs a reference of your own: by it, a second import knows the listing again.";
        self.checks
            .demand(kept.is_some(), field, Code::Required, message);
        kept
    }

    /// Lays everything over what a listing says.
    pub fn lay_over(&mut self, said: &mut Particulars, reference: &Snapshot) {
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

    /// The amount, its unit and its label are three columns. Where only the amount is new, the rest stays.
    fn quantity(&mut self, said: &mut Particulars, reference: &Snapshot) {
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

    fn place(&mut self, said: &mut Particulars) {
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
        let message = "A point has a latitude and a longitude: give both or neither.";
        self.checks
            .demand(whole, "longitude", Code::Required, message);
        let point = latitude.zip(longitude);
        // Whether it lies on the earth is asked with everything else.
        said.place.point = point.map(|(latitude, longitude)| Point {
            latitude,
            longitude,
        });
    }

    /// Left empty, a listing keeps the end that it was given when it was published.
    fn expiry(&mut self, said: &mut Particulars) {
        if said.expiry_policy == ExpiryPolicy::Standing {
            said.expires_at = None;
        }
        let sent = self.read("expiresAt", |value| {
            let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            Some(clock::from_micros(at.timestamp_micros()))
        });
        said.expires_at = sent.take().or(said.expires_at);
    }

    /// A value; one that is not what it should be is noted, and says nothing.
    fn read<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Said<T> {
        match self.members.get(name) {
            None => Said::Nothing,
            Some(Value::Null) => Said::Removed,
            Some(value) => read(value).map_or_else(
                || {
                    let form = columns::exactly(name).map_or(Form::Text, |column| column.form);
                    self.checks.refuse(name, Code::Invalid, form.expected());
                    Said::Nothing
                },
                Said::Value,
            ),
        }
    }

    fn value<T: DeserializeOwned>(&mut self, name: &str) -> Said<T> {
        self.read(name, |value| serde_json::from_value(value.clone()).ok())
    }

    /// Empty texts are none.
    fn text(&mut self, name: &str) -> Said<String> {
        match self.value::<String>(name) {
            Said::Value(text) if text.trim().is_empty() => Said::Removed,
            text => text,
        }
    }

    /// One of an enum's values, in any capitals.
    fn word<T: DeserializeOwned>(&mut self, name: &str) -> Said<T> {
        self.read(name, |value| {
            let word = value.as_str()?.trim().to_uppercase();
            serde_json::from_value(word.into()).ok()
        })
    }

    /// A number, or a text that is one.
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
