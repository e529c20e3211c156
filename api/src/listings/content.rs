//! Content of a listing, as its organisation writes it, and its validation.
//!
//! New and changed listings are validated alike: a change is merged into the present content, and the result is checked
//! as a whole.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::{
    listing::{
        self, Audience, Details, ExpiryPolicy, ListingKind, Picture, Requirement, RequirementKind,
        Window,
    },
    priority_edition::{self, PriorityEditionState},
    resource_type::{self, LendingMode, Unit},
};
use rust_decimal::Decimal;

use crate::{
    kit::{UserErrorCode as Code, clock, validation::Validator},
    locations::{place::Point, rules as places, rules::Address},
    reference::{Snapshot, in_force, quantity},
};

/// Maximum number of tags of a listing.
pub const MAX_TAGS: usize = 20;

/// Maximum number of pictures of a listing.
pub const MAX_PICTURES: usize = 10;

/// Maximum number of requirements of a listing.
pub const MAX_REQUIREMENTS: usize = 20;

/// Maximum number of availability windows of a listing.
pub const MAX_WINDOWS: usize = 20;

/// Maximum number of priority areas of a listing or an event.
pub const MAX_PRIORITY_AREAS: usize = 20;

/// Maximum reach of a listing, in kilometres.
const FARTHEST_KM: i32 = 500;

/// Quantity as its organisation enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Number of units, more than 0.
    pub amount: Decimal,
    /// Unit in which the resource is counted.
    pub unit: Unit,
    /// Label to show for the unit, such as `laptops`.
    pub label: Option<String>,
}

/// Content of a listing. The fields are those of the GraphQL inputs.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct ListingContent {
    pub title: String,
    pub description: String,
    pub resource_type: String,
    pub lending_mode: Option<LendingMode>,
    pub quantity: Option<Amount>,
    pub partial_allowed: bool,
    pub availability: Vec<Window>,
    pub needed_by: Option<NaiveDate>,
    pub place: Address,
    pub remote: bool,
    pub reach_km: Option<i32>,
    pub areas: Vec<String>,
    /// Codes in the edition in force, or `edition/code`.
    pub priority_areas: Vec<String>,
    pub audience: Audience,
    pub expiry_policy: ExpiryPolicy,
    pub expires_at: Option<DateTime<Utc>>,
    pub requirements: Vec<Requirement>,
    pub pictures: Vec<Picture>,
    pub tags: Vec<String>,
    pub external_reference: Option<String>,
}

/// Valid content of a listing, in the form in which it is stored.
#[derive(Debug)]
pub struct Checked {
    /// Content with texts trimmed, codes complete and lists without repetition.
    pub content: ListingContent,
    /// Resource type of the listing.
    pub kind: resource_type::Model,
    /// Quantity in base units; `None` if it is not counted.
    pub quantity: Option<i64>,
    /// Unit of the quantity; the default unit of the resource type if it is not counted.
    pub unit: Unit,
}

impl ListingContent {
    /// Returns the present content of a listing.
    #[must_use]
    pub fn of(row: &listing::Model) -> Self {
        let Details {
            availability,
            requirements,
            pictures,
            tags,
            address_lines,
        } = row.details.clone();
        let point = row
            .latitude
            .zip(row.longitude)
            .and_then(|(latitude, longitude)| Point::new(latitude, longitude));
        Self {
            title: row.title.clone(),
            description: row.description.clone(),
            resource_type: row.resource_type.clone(),
            lending_mode: row.lending_mode,
            quantity: row.quantity.map(|base| Amount {
                amount: quantity::from_base(base, row.unit),
                unit: row.unit,
                label: row.unit_label.clone(),
            }),
            partial_allowed: row.partial_allowed,
            availability,
            needed_by: row.needed_by,
            place: Address {
                lines: address_lines,
                town: row.town.clone(),
                postcode: row.postcode.clone(),
                point,
            },
            remote: row.remote,
            reach_km: row.reach_km,
            areas: row.areas.0.clone(),
            priority_areas: row.priority_areas.0.clone(),
            audience: row.audience,
            expiry_policy: row.expiry_policy,
            expires_at: clock::unless_never(row.expires_at),
            requirements,
            pictures,
            tags,
            external_reference: row.external_reference.clone(),
        }
    }

    /// Returns the GraphQL names of the fields that differ from `before`.
    #[must_use]
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        macro_rules! differing {
            ($($field:ident $name:literal),* $(,)?) => {{
                // Destructured, so that a new field fails to compile until it is in the list.
                let Self { $($field),* } = self;
                let mut names = Vec::new();
                $(if *$field != before.$field { names.push($name); })*
                names
            }};
        }
        differing!(
            title "title", description "description", resource_type "resourceType", lending_mode "lendingMode",
            quantity "quantity", partial_allowed "partialAllowed", availability "availability",
            needed_by "neededBy", place "place", remote "remote", reach_km "reachKm", areas "areas",
            priority_areas "priorityAreas", audience "audience", expiry_policy "expiryPolicy",
            expires_at "expiresAt", requirements "requirements", pictures "pictures", tags "tags",
            external_reference "externalReference",
        )
    }

    /// Validates the content and adds each problem to `checks`. `before` is the present content of the listing: a value
    /// that does not change stays valid, even if its code has gone out of force or its time has passed.
    pub fn check(
        self,
        checks: &mut Validator,
        kind: ListingKind,
        before: Option<&Self>,
        reference: &Snapshot,
        now: DateTime<Utc>,
    ) -> Option<Checked> {
        let today = clock::local_day(now);
        let found = reference
            .resource_type(self.resource_type.trim())
            .filter(|found| {
                before.is_some_and(|before| before.resource_type == found.code)
                    || in_force(found.valid_from, found.valid_to, today)
            });
        if found.is_none() {
            let message = "No resource type in force has this code. `resourceTypes` lists the codes; `other` fits any resource.";
            checks.add("resourceType", Code::Unknown, message);
        }
        let (quantity, unit) = amount(checks, self.quantity.as_ref(), found);
        if let (Some(mode), Some(found)) = (self.lending_mode, found) {
            let fits = found.allowed_modes.0.is_empty() || found.allowed_modes.0.contains(&mode);
            checks.require(
                fits,
                "lendingMode",
                Code::LendingModeNotAllowed,
                "This lending mode is not allowed for the resource type. Choose one of its `allowedLendingModes`.",
            );
        }
        let areas = places::area_codes(checks, "areas", self.areas, |code| {
            reference.area(code).is_some()
        });
        let mut place = places::address(checks, "place", self.place);
        place.point = place.point.or_else(|| middle(&areas, reference));
        if let Some(reach) = self.reach_km {
            checks.require(
                (0..=FARTHEST_KM).contains(&reach),
                "reachKm",
                Code::OutOfRange,
                format!("The reach must be from 0 to {FARTHEST_KM} km."),
            );
        }
        if let Some(day) = self.needed_by {
            checks.require(
                kind == ListingKind::Request,
                "neededBy",
                Code::Invalid,
                "Only a request can have a date by which it is needed. Remove the date.",
            );
            let unchanged = before.is_some_and(|before| before.needed_by == self.needed_by);
            let fits = unchanged || (today..=today + Duration::days(3_650)).contains(&day);
            checks.require(
                fits,
                "neededBy",
                Code::OutOfRange,
                "The date must be today or later, and within ten years.",
            );
        }
        if let Some(end) = self.expires_at {
            let unchanged = before.is_some_and(|before| before.expires_at == self.expires_at);
            let fits = unchanged || (end > now && end <= now + Duration::days(730));
            checks.require(
                fits,
                "expiresAt",
                Code::OutOfRange,
                "The time of expiry must be later than now and within two years.",
            );
            let fixed = self.expiry_policy == ExpiryPolicy::Fixed;
            checks.require(
                fixed,
                "expiresAt",
                Code::Invalid,
                "A standing listing does not expire. Remove the time of expiry, or choose the expiry policy FIXED.",
            );
        }
        let content = Self {
            title: checks.line("title", &self.title, 3..=120),
            description: checks.lines("description", &self.description, 0..=5_000),
            resource_type: self.resource_type.trim().to_owned(),
            quantity: self.quantity.map(|amount| Amount {
                label: checks.optional("quantity.unitLabel", amount.label.as_deref(), 40),
                ..amount
            }),
            availability: windows(checks, self.availability),
            place,
            areas,
            priority_areas: priorities(checks, &self.priority_areas, reference, today),
            requirements: requirements(checks, self.requirements),
            pictures: pictures(checks, self.pictures),
            tags: tags(checks, &self.tags),
            external_reference: checks.optional(
                "externalReference",
                self.external_reference.as_deref(),
                100,
            ),
            ..self
        };
        Some(Checked {
            content,
            kind: found?.clone(),
            quantity,
            unit: unit?,
        })
    }

    /// Validates that the content is complete enough for publication. Adds each problem to `checks`.
    pub fn check_publishable(&self, checks: &mut Validator, now: DateTime<Utc>) {
        let written = self.description.chars().count() >= 10;
        checks.require(
            written,
            "description",
            Code::Required,
            "Write a description of at least 10 characters. A listing needs one before it can be published.",
        );
        let found = self.remote
            || self.place.point.is_some()
            || self.place.town.is_some()
            || !self.areas.is_empty();
        checks.require(
            found,
            "place",
            Code::Required,
            "Enter a town, a point on the map or an area, or mark the listing as remote.",
        );
        let in_time = self
            .needed_by
            .is_none_or(|day| clock::end_of_day(day) > now);
        checks.require(
            in_time,
            "neededBy",
            Code::OutOfRange,
            "The date by which it is needed has passed. Choose a later date.",
        );
    }
}

fn amount(
    checks: &mut Validator,
    amount: Option<&Amount>,
    kind: Option<&resource_type::Model>,
) -> (Option<i64>, Option<Unit>) {
    let Some(amount) = amount else {
        return (None, kind.map(|kind| kind.default_unit));
    };
    if let Some(kind) = kind {
        let fits = kind.allowed_units.0.is_empty() || kind.allowed_units.0.contains(&amount.unit);
        checks.require(fits, "quantity.unit", Code::UnitNotAllowed, "This unit is not allowed for the resource type. Choose one of its `allowedUnits`, or ITEM with a label.");
    }
    (
        checks.collect(quantity::to_base(
            amount.amount,
            amount.unit,
            "quantity.amount",
        )),
        Some(amount.unit),
    )
}

/// Returns the middle of the first area that has one.
#[must_use]
pub fn middle(areas: &[String], reference: &Snapshot) -> Option<Point> {
    areas.iter().find_map(|code| {
        let area = reference.area(code)?;
        Point::new(area.latitude?, area.longitude?)
    })
}

/// Validates codes of priority areas. Returns each once, as `edition/code`; a code without an edition is one of the
/// edition in force on `today`.
pub fn priorities(
    checks: &mut Validator,
    codes: &[String],
    reference: &Snapshot,
    today: NaiveDate,
) -> Vec<String> {
    let mut kept = BTreeSet::new();
    if checks.at_most("priorityAreas", codes.len(), MAX_PRIORITY_AREAS) {
        for (at, code) in codes.iter().enumerate() {
            let in_force = reference
                .edition_on(today)
                .map_or("", |edition| &edition.code);
            let (edition, code) = code
                .trim()
                .split_once('/')
                .unwrap_or((in_force, code.trim()));
            match reference.priority(edition, code) {
                Some(area) if reference.edition(edition).is_some_and(is_public) => {
                    let _ = kept.insert(format!("{}/{}", area.edition, area.code));
                }
                _ => {
                    let message = "There is no priority area with this code in the edition in force. `priorityEdition` lists the codes.";
                    checks.add(&format!("priorityAreas.{at}"), Code::Unknown, message);
                }
            }
        }
    }
    kept.into_iter().collect()
}

/// Returns true if an edition is public: every edition except drafts.
fn is_public(edition: &priority_edition::Model) -> bool {
    edition.state != PriorityEditionState::Draft
}

fn windows(checks: &mut Validator, windows: Vec<Window>) -> Vec<Window> {
    if !checks.at_most("availability", windows.len(), MAX_WINDOWS) {
        return Vec::new();
    }
    let years = NaiveDate::from_ymd_opt(2000, 1, 1)..=NaiveDate::from_ymd_opt(2100, 12, 31);
    let mut kept = Vec::with_capacity(windows.len());
    for (at, mut window) in windows.into_iter().enumerate() {
        let field = |name: &str| format!("availability.{at}.{name}");
        for (name, day) in [("from", window.from), ("until", window.until)] {
            let fits = day.is_none() || years.contains(&day);
            checks.require(
                fits,
                &field(name),
                Code::OutOfRange,
                "The day must be from 1 January 2000 to 31 December 2100.",
            );
        }
        let ordered = window
            .from
            .zip(window.until)
            .is_none_or(|(from, until)| from <= until);
        checks.require(
            ordered,
            &field("until"),
            Code::OutOfRange,
            "The last day must not be before the first day.",
        );
        let ordered = match (window.start_time, window.end_time) {
            (Some(start), Some(end)) => start < end,
            (None, None) => true,
            _ => false,
        };
        checks.require(
            ordered,
            &field("endTime"),
            Code::OutOfRange,
            "Enter both times or neither, the start before the end. Use two windows for a time past midnight.",
        );
        if checks.at_most(&field("weekdays"), window.weekdays.len(), 7) {
            window.weekdays.sort_unstable();
            window.weekdays.dedup();
        }
        kept.push(window);
    }
    kept
}

fn requirements(checks: &mut Validator, requirements: Vec<Requirement>) -> Vec<Requirement> {
    if !checks.at_most("requirements", requirements.len(), MAX_REQUIREMENTS) {
        return Vec::new();
    }
    let mut kept = Vec::with_capacity(requirements.len());
    for (
        at,
        Requirement {
            kind,
            detail,
            minimum_age,
        },
    ) in requirements.into_iter().enumerate()
    {
        let detail = checks.optional(&format!("requirements.{at}.detail"), detail.as_deref(), 500);
        let field = format!("requirements.{at}.minimumAge");
        match (kind, minimum_age) {
            (RequirementKind::MinimumAge, Some(age)) => checks.require(
                (0..=120).contains(&age),
                &field,
                Code::OutOfRange,
                "The minimum age must be from 0 to 120 years.",
            ),
            (RequirementKind::MinimumAge, None) => {
                checks.add(&field, Code::Required, "Enter the minimum age in years.");
            }
            (_, Some(_)) => checks.add(
                &field,
                Code::Invalid,
                "Only a requirement of the kind MINIMUM_AGE can have an age. Remove the age.",
            ),
            (_, None) => {}
        }
        kept.push(Requirement {
            kind,
            detail,
            minimum_age,
        });
    }
    kept
}

fn pictures(checks: &mut Validator, pictures: Vec<Picture>) -> Vec<Picture> {
    if !checks.at_most("pictures", pictures.len(), MAX_PICTURES) {
        return Vec::new();
    }
    let mut kept = Vec::with_capacity(pictures.len());
    for (at, Picture { url, alt }) in pictures.into_iter().enumerate() {
        let field = format!("pictures.{at}.url");
        match checks.address(&field, Some(&url), false) {
            Some(url) => kept.push(Picture {
                url,
                alt: checks.line(&format!("pictures.{at}.alt"), &alt, 1..=300),
            }),
            None => checks.add(
                &field,
                Code::Required,
                "Enter the web address of the picture. It should begin with https://",
            ),
        }
    }
    kept
}

fn tags(checks: &mut Validator, tags: &[String]) -> Vec<String> {
    if !checks.at_most("tags", tags.len(), MAX_TAGS) {
        return Vec::new();
    }
    let kept: BTreeSet<String> = tags
        .iter()
        .enumerate()
        .map(|(at, tag)| {
            checks
                .line(&format!("tags.{at}"), tag, 2..=40)
                .to_lowercase()
        })
        .collect();
    kept.into_iter().collect()
}
