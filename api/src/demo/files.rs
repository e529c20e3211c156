//! Demo data files: people, organisations and listings. The head of each file lists its permitted keys; any other key
//! is an error.

use chrono::{Days, NaiveDate, NaiveTime};
use entity::{
    listing::{
        Audience, CloseReason, ExpiryPolicy, ListingKind, ListingState, Picture, Requirement,
        Weekday, Window,
    },
    membership::MembershipRole,
    organisation::{OrganisationKind, OrganisationSize},
    person::PlatformRole,
    resource_type::{LendingMode, Unit},
};
use serde::Deserialize;

use crate::{
    kit::{Error, OrInternal},
    listings::content::{Amount, ListingContent},
    locations::{place::Point, rules::Address},
    organisations::{registers::rules::Identifier as Number, rules::Profile},
};

const PEOPLE: &str = include_str!("../../data/demo/people.toml");
const ORGANISATIONS: &str = include_str!("../../data/demo/organisations.toml");
const LISTINGS: &str = include_str!("../../data/demo/listings.toml");
/// Edition of the priority areas that the listings name.
const EDITION: &str = "2021-2026";

/// Contents of the data files.
pub struct All {
    pub people: Vec<Person>,
    pub organisations: Vec<Organisation>,
    pub listings: Vec<Listing>,
}

/// Parses the data files.
pub fn read() -> Result<All, Error> {
    let PersonFile { person } = toml::from_str(PEOPLE).internal()?;
    let OrganisationFile { organisation } = toml::from_str(ORGANISATIONS).internal()?;
    let ListingFile { listing } = toml::from_str(LISTINGS).internal()?;
    Ok(All {
        people: person,
        organisations: organisation,
        listings: listing,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonFile {
    person: Vec<Person>,
}

/// A person with an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub key: String,
    pub display_name: String,
    pub email: String,
    #[serde(default)]
    pub platform_roles: Vec<PlatformRole>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationFile {
    organisation: Vec<Organisation>,
}

/// An organisation with its members, of which the first is an owner.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub key: String,
    name: String,
    kind: OrganisationKind,
    size: Option<OrganisationSize>,
    pub parent: Option<String>,
    description: Option<String>,
    website: Option<String>,
    public_email: Option<String>,
    public_phone: Option<String>,
    #[serde(default)]
    identifiers: Vec<Identifier>,
    town: Option<String>,
    postcode: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    areas: Vec<String>,
    pub verified: bool,
    pub members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Identifier {
    scheme: String,
    value: String,
}

/// Membership of a person in an organisation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub person: String,
    pub role: MembershipRole,
}

impl Organisation {
    /// Returns its profile. The parent is set later.
    pub fn profile(&self) -> Profile {
        let number = |identifier: &Identifier| Number {
            scheme: identifier.scheme.clone(),
            value: identifier.value.clone(),
        };
        Profile {
            name: Some(self.name.clone()),
            kind: Some(self.kind),
            size: Some(self.size),
            description: Some(self.description.clone()),
            website: Some(self.website.clone()),
            public_email: Some(self.public_email.clone()),
            public_phone: Some(self.public_phone.clone()),
            identifiers: Some(self.identifiers.iter().map(number).collect()),
            parent: None,
            place: Some(Some(Address {
                lines: Vec::new(),
                town: self.town.clone(),
                postcode: self.postcode.clone(),
                point: point(self.latitude, self.longitude),
            })),
            areas: Some(self.areas.clone()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListingFile {
    listing: Vec<Listing>,
}

/// A listing with its history: publication date, state and close reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    pub key: Option<String>,
    pub kind: ListingKind,
    pub organisation: String,
    pub posted_by: String,
    title: String,
    description: String,
    resource_type: String,
    lending_mode: LendingMode,
    quantity: Option<Quantity>,
    #[serde(default = "yes")]
    partial_allowed: bool,
    #[serde(default)]
    availability: Vec<Availability>,
    needed_by_day: Option<i64>,
    place: Option<Place>,
    #[serde(default)]
    remote: bool,
    reach_km: Option<i32>,
    #[serde(default)]
    areas: Vec<String>,
    #[serde(default)]
    priority_areas: Vec<String>,
    #[serde(default)]
    audience: Audience,
    #[serde(default)]
    expiry: ExpiryPolicy,
    #[serde(default)]
    requirements: Vec<Requirement>,
    #[serde(default)]
    pictures: Vec<Picture>,
    #[serde(default)]
    tags: Vec<String>,
    pub published_days_ago: Option<i64>,
    pub state: ListingState,
    pub close_reason: Option<CloseReason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    amount: String,
    unit: Unit,
    label: Option<String>,
}

impl TryFrom<Quantity> for Amount {
    type Error = Error;

    fn try_from(quantity: Quantity) -> Result<Self, Error> {
        Ok(Self {
            amount: quantity.amount.parse().internal()?,
            unit: quantity.unit,
            label: quantity.label,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Availability {
    from_day: i64,
    until_day: Option<i64>,
    #[serde(default)]
    weekdays: Vec<Weekday>,
    start: Option<NaiveTime>,
    end: Option<NaiveTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    town: Option<String>,
    postcode: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Listing {
    /// Returns its content. Days in the file are relative to `today`.
    pub fn content(self, today: NaiveDate) -> Result<ListingContent, Error> {
        let quantity = self.quantity.map(Amount::try_from);
        let window = |window: Availability| Window {
            from: Some(day(today, window.from_day)),
            until: window.until_day.map(|until| day(today, until)),
            weekdays: window.weekdays,
            start_time: window.start,
            end_time: window.end,
        };
        let place = self.place.map(|place| Address {
            lines: Vec::new(),
            town: place.town,
            postcode: place.postcode,
            point: point(place.latitude, place.longitude),
        });
        let priority = |code: String| format!("{EDITION}/{code}");
        Ok(ListingContent {
            title: self.title,
            description: self.description,
            resource_type: self.resource_type,
            lending_mode: Some(self.lending_mode),
            quantity: quantity.transpose()?,
            partial_allowed: self.partial_allowed,
            availability: self.availability.into_iter().map(window).collect(),
            needed_by: self.needed_by_day.map(|needed| day(today, needed)),
            place: place.unwrap_or_default(),
            remote: self.remote,
            reach_km: self.reach_km,
            areas: self.areas,
            priority_areas: self.priority_areas.into_iter().map(priority).collect(),
            audience: self.audience,
            expiry_policy: self.expiry,
            expires_at: None,
            requirements: self.requirements,
            pictures: self.pictures,
            tags: self.tags,
            external_reference: None,
        })
    }
}

const fn yes() -> bool {
    true
}

fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Point::new(latitude?, longitude?)
}

/// Returns the day that is `away` days after today, or before it if negative.
pub fn day(today: NaiveDate, away: i64) -> NaiveDate {
    let days = Days::new(away.unsigned_abs());
    let day = if away < 0 {
        today.checked_sub_days(days)
    } else {
        today.checked_add_days(days)
    };
    day.unwrap_or(today)
}
