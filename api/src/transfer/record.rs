//! A row as named values, which are laid over what a listing says.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use entity::listing::{ExpiryPolicy, ListingKind};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    columns::{self, Form},
    parts::{PicturePart, RequirementPart, WindowPart},
};
use crate::{
    kit::{UserErrorCode as Code, clock, input::Checks, place::Point},
    listings::particulars::{Amount, Particulars},
    reference::Snapshot,
};

/// The values of a row by the names of their columns. One that is not there says nothing; null removes.
pub type Members = Map<String, Value>;

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
        let kind = self.word("kind").flatten();
        let said = self.members.get("kind").is_some_and(|kind| !kind.is_null());
        let message = "Say what it is: OFFER or REQUEST.";
        self.checks.demand(said, "kind", Code::Required, message);
        kind
    }

    /// The reference by which it is known again; every row has one.
    pub fn reference(&mut self) -> Option<String> {
        let sent = self.text("externalReference").flatten();
        let kept = self
            .checks
            .optional("externalReference", sent.as_deref(), 100);
        let message = "Every row needs a reference of your own: by it, a second import knows the listing again.";
        self.checks
            .demand(kept.is_some(), "externalReference", Code::Required, message);
        kept
    }

    /// Lays everything over what a listing says.
    pub fn lay_over(&mut self, said: &mut Particulars, reference: &Snapshot) {
        set(
            &mut said.title,
            self.text("title").map(Option::unwrap_or_default),
        );
        set(
            &mut said.description,
            self.text("description").map(Option::unwrap_or_default),
        );
        set(
            &mut said.resource_type,
            self.text("resourceType").map(Option::unwrap_or_default),
        );
        set(&mut said.lending_mode, self.word("lendingMode"));
        self.quantity(said, reference);
        set(
            &mut said.partial_allowed,
            self.value("partialAllowed")
                .map(|flag| flag.unwrap_or(true)),
        );
        set(
            &mut said.availability,
            self.parts::<WindowPart, _>("availability"),
        );
        set(&mut said.needed_by, self.value::<NaiveDate>("neededBy"));
        self.place(said);
        set(
            &mut said.remote,
            self.value("remote").map(Option::unwrap_or_default),
        );
        set(&mut said.reach_km, self.number("reachKm"));
        set(&mut said.areas, self.parts::<String, _>("areas"));
        set(
            &mut said.priority_areas,
            self.parts::<String, _>("priorityAreas"),
        );
        set(
            &mut said.audience,
            self.word("audience").map(Option::unwrap_or_default),
        );
        set(
            &mut said.expiry_policy,
            self.word("expiryPolicy").map(Option::unwrap_or_default),
        );
        self.expiry(said);
        set(
            &mut said.requirements,
            self.parts::<RequirementPart, _>("requirements"),
        );
        set(&mut said.pictures, self.parts::<PicturePart, _>("pictures"));
        set(&mut said.tags, self.parts::<String, _>("tags"));
    }

    /// The amount, its unit and its label are three columns. Where only the amount is new, the rest stays.
    fn quantity(&mut self, said: &mut Particulars, reference: &Snapshot) {
        let (amount, unit) = (self.number::<Decimal>("quantity"), self.word("unit"));
        let label = self.text("unitLabel");
        let before = said.quantity.take();
        let amount = amount.unwrap_or_else(|| before.as_ref().map(|before| before.amount));
        let usual = || {
            Some(
                reference
                    .resource_type(said.resource_type.trim())?
                    .default_unit,
            )
        };
        said.quantity = amount.map(|amount| Amount {
            amount,
            unit: unit
                .flatten()
                .or_else(|| Some(before.as_ref()?.unit))
                .or_else(usual)
                .unwrap_or_default(),
            label: label.unwrap_or_else(|| before.as_ref()?.label.clone()),
        });
    }

    fn place(&mut self, said: &mut Particulars) {
        set(
            &mut said.place.lines,
            self.parts::<String, _>("addressLines"),
        );
        set(&mut said.place.town, self.text("town"));
        set(&mut said.place.postcode, self.text("postcode"));
        let before = said.place.point;
        let latitude = self.number("latitude");
        let longitude = self.number("longitude");
        let latitude = latitude.unwrap_or_else(|| before.map(|point| point.latitude));
        let longitude = longitude.unwrap_or_else(|| before.map(|point| point.longitude));
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
        if let Some(Some(at)) = sent {
            said.expires_at = Some(at);
        }
    }

    fn read<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
        let value = self.members.get(name)?;
        if value.is_null() {
            return Some(None);
        }
        let found = read(value);
        if found.is_none() {
            let form = columns::exactly(name).map_or(Form::Text, |column| column.form);
            self.checks.refuse(name, Code::Invalid, form.expected());
        }
        found.map(Some)
    }

    fn value<T: DeserializeOwned>(&mut self, name: &str) -> Option<Option<T>> {
        self.read(name, |value| serde_json::from_value(value.clone()).ok())
    }

    /// Empty texts are none.
    fn text(&mut self, name: &str) -> Option<Option<String>> {
        let text = self.value::<String>(name)?;
        Some(text.filter(|text| !text.trim().is_empty()))
    }

    /// One of an enum's values, in any capitals.
    fn word<T: DeserializeOwned>(&mut self, name: &str) -> Option<Option<T>> {
        self.read(name, |value| {
            let word = value.as_str()?.trim().to_uppercase();
            serde_json::from_value(word.into()).ok()
        })
    }

    /// A number, or a text that is one.
    fn number<T: FromStr>(&mut self, name: &str) -> Option<Option<T>> {
        self.read(name, |value| match value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
    }

    fn parts<T: DeserializeOwned, U: From<T>>(&mut self, name: &str) -> Option<Vec<U>> {
        let list = self.value::<Vec<T>>(name)?.unwrap_or_default();
        Some(list.into_iter().map(U::from).collect())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
