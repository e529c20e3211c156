//! Everything that an organisation says of a listing, and whether it can be so.
//!
//! A new listing and a changed one take the same way: the particulars as they were, with what was sent
//! laid over them, are checked as a whole.

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
    kit::{UserErrorCode as Code, clock, validation::Checks},
    locations::{place::Point, rules as places, rules::Address},
    reference::{Snapshot, in_force, quantity},
};

/// Most tags of a listing.
pub const MOST_TAGS: usize = 20;

/// Most pictures of a listing.
pub const MOST_PICTURES: usize = 10;

/// Most requirements of a listing.
pub const MOST_REQUIREMENTS: usize = 20;

/// Most availability windows of a listing.
pub const MOST_WINDOWS: usize = 20;

/// Most priority areas of a listing or an event.
pub const MOST_PRIORITY_AREAS: usize = 20;

/// The farthest that a resource travels, in kilometres.
const FARTHEST_KM: i32 = 500;

/// How much of what: `label` names what an `ITEM` is, or how people call the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// In units, more than 0.
    pub amount: Decimal,
    /// What is counted.
    pub unit: Unit,
    /// What people call it.
    pub label: Option<String>,
}

/// What an organisation says of a listing.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    missing_docs,
    reason = "the names are those of the inputs, which say what they mean"
)]
pub struct Particulars {
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
    /// Codes of the edition in force, or `edition/code`.
    pub priority_areas: Vec<String>,
    pub audience: Audience,
    pub expiry_policy: ExpiryPolicy,
    pub expires_at: Option<DateTime<Utc>>,
    pub requirements: Vec<Requirement>,
    pub pictures: Vec<Picture>,
    pub tags: Vec<String>,
    pub external_reference: Option<String>,
}

/// Particulars that can be so, in the form in which they are kept.
#[derive(Debug)]
pub struct Checked {
    /// With texts trimmed, codes complete and lists without repetition.
    pub said: Particulars,
    /// Its resource type.
    pub kind: resource_type::Model,
    /// In base units.
    pub quantity: Option<i64>,
    /// What is counted, or would be.
    pub unit: Unit,
}

impl Particulars {
    /// What a listing says now.
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

    /// Names of the fields that differ, as GraphQL spells them.
    #[must_use]
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        macro_rules! differing {
            ($($field:ident $name:literal),* $(,)?) => {{
                // Destructured, so that a new field fails to compile until it stands in the list.
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

    /// Notes everything that cannot be so. `before` is what the listing said so far: what is not changed may
    /// have gone out of force since.
    pub fn check(
        self,
        checks: &mut Checks,
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
            let message = "There is no resource type with this code in force. `resourceTypes` lists them; `other` fits anything.";
            checks.refuse("resourceType", Code::Unknown, message);
        }
        let (quantity, unit) = amount(checks, self.quantity.as_ref(), found);
        if let (Some(mode), Some(found)) = (self.lending_mode, found) {
            let fits = found.allowed_modes.0.is_empty() || found.allowed_modes.0.contains(&mode);
            checks.demand(
                fits,
                "lendingMode",
                Code::LendingModeNotAllowed,
                "This lending mode does not suit the resource type.",
            );
        }
        let areas = places::area_codes(checks, "areas", self.areas, |code| {
            reference.area(code).is_some()
        });
        let mut place = places::address(checks, "place", self.place);
        place.point = place.point.or_else(|| middle(&areas, reference));
        if let Some(reach) = self.reach_km {
            checks.demand(
                (0..=FARTHEST_KM).contains(&reach),
                "reachKm",
                Code::OutOfRange,
                format!("The reach is from 0 to {FARTHEST_KM} km."),
            );
        }
        if let Some(day) = self.needed_by {
            checks.demand(
                kind == ListingKind::Request,
                "neededBy",
                Code::Invalid,
                "Only requests have a day by which they are needed.",
            );
            let unchanged = before.is_some_and(|before| before.needed_by == self.needed_by);
            let fits = unchanged || (today..=today + Duration::days(3_650)).contains(&day);
            checks.demand(
                fits,
                "neededBy",
                Code::OutOfRange,
                "The day is today or later, within ten years.",
            );
        }
        if let Some(end) = self.expires_at {
            let unchanged = before.is_some_and(|before| before.expires_at == self.expires_at);
            let fits = unchanged || (end > now && end <= now + Duration::days(730));
            checks.demand(
                fits,
                "expiresAt",
                Code::OutOfRange,
                "It expires later than now, within two years.",
            );
            let fixed = self.expiry_policy == ExpiryPolicy::Fixed;
            checks.demand(
                fixed,
                "expiresAt",
                Code::Invalid,
                "A standing listing does not expire. Leave this out, or choose FIXED.",
            );
        }
        let said = Self {
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
            said,
            kind: found?.clone(),
            quantity,
            unit: unit?,
        })
    }

    /// Notes what a listing that everybody reads must say beside.
    pub fn check_publishable(&self, checks: &mut Checks, now: DateTime<Utc>) {
        let written = self.description.chars().count() >= 10;
        checks.demand(
            written,
            "description",
            Code::Required,
            "Describe it in a sentence or two before it is published.",
        );
        let found = self.remote
            || self.place.point.is_some()
            || self.place.town.is_some()
            || !self.areas.is_empty();
        checks.demand(
            found,
            "place",
            Code::Required,
            "Say where it is: a place, an area, or that it is remote.",
        );
        let in_time = self
            .needed_by
            .is_none_or(|day| clock::end_of_day(day) > now);
        checks.demand(
            in_time,
            "neededBy",
            Code::OutOfRange,
            "The day by which it is needed has passed. Choose a later one.",
        );
    }
}

fn amount(
    checks: &mut Checks,
    amount: Option<&Amount>,
    kind: Option<&resource_type::Model>,
) -> (Option<i64>, Option<Unit>) {
    let Some(amount) = amount else {
        return (None, kind.map(|kind| kind.default_unit));
    };
    if let Some(kind) = kind {
        let fits = kind.allowed_units.0.is_empty() || kind.allowed_units.0.contains(&amount.unit);
        checks.demand(fits, "quantity.unit", Code::UnitNotAllowed, "This unit does not suit the resource type. ITEM with a label of your own fits anything.");
    }
    (
        checks.keep(quantity::to_base(
            amount.amount,
            amount.unit,
            "quantity.amount",
        )),
        Some(amount.unit),
    )
}

/// The middle of the first area that has one.
#[must_use]
pub fn middle(areas: &[String], reference: &Snapshot) -> Option<Point> {
    areas.iter().find_map(|code| {
        let area = reference.area(code)?;
        Point::new(area.latitude?, area.longitude?)
    })
}

/// Codes of priority areas that may be named, each as `edition/code` and once.
pub fn priorities(
    checks: &mut Checks,
    codes: &[String],
    reference: &Snapshot,
    today: NaiveDate,
) -> Vec<String> {
    let mut kept = BTreeSet::new();
    if checks.at_most("priorityAreas", codes.len(), MOST_PRIORITY_AREAS) {
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
                    let message = "There is no priority area with this code in the edition in force. `priorityEdition` lists them.";
                    checks.refuse(&format!("priorityAreas.{at}"), Code::Unknown, message);
                }
            }
        }
    }
    kept.into_iter().collect()
}

/// Whether everybody sees an edition.
fn is_public(edition: &priority_edition::Model) -> bool {
    edition.state != PriorityEditionState::Draft
}

fn windows(checks: &mut Checks, windows: Vec<Window>) -> Vec<Window> {
    if !checks.at_most("availability", windows.len(), MOST_WINDOWS) {
        return Vec::new();
    }
    let years = NaiveDate::from_ymd_opt(2000, 1, 1)..=NaiveDate::from_ymd_opt(2100, 12, 31);
    let mut kept = Vec::with_capacity(windows.len());
    for (at, mut window) in windows.into_iter().enumerate() {
        let field = |name: &str| format!("availability.{at}.{name}");
        for (name, day) in [("from", window.from), ("until", window.until)] {
            let fits = day.is_none() || years.contains(&day);
            checks.demand(
                fits,
                &field(name),
                Code::OutOfRange,
                "The day lies between 2000 and 2100.",
            );
        }
        let ordered = window
            .from
            .zip(window.until)
            .is_none_or(|(from, until)| from <= until);
        checks.demand(
            ordered,
            &field("until"),
            Code::OutOfRange,
            "It ends before it begins.",
        );
        let ordered = match (window.start_time, window.end_time) {
            (Some(start), Some(end)) => start < end,
            (None, None) => true,
            _ => false,
        };
        checks.demand(
            ordered,
            &field("endTime"),
            Code::OutOfRange,
            "Give both times, the start before the end. What runs past midnight is two windows.",
        );
        if checks.at_most(&field("weekdays"), window.weekdays.len(), 7) {
            window.weekdays.sort_unstable();
            window.weekdays.dedup();
        }
        kept.push(window);
    }
    kept
}

fn requirements(checks: &mut Checks, requirements: Vec<Requirement>) -> Vec<Requirement> {
    if !checks.at_most("requirements", requirements.len(), MOST_REQUIREMENTS) {
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
            (RequirementKind::MinimumAge, Some(age)) => checks.demand(
                (0..=120).contains(&age),
                &field,
                Code::OutOfRange,
                "The age is from 0 to 120 years.",
            ),
            (RequirementKind::MinimumAge, None) => {
                checks.refuse(&field, Code::Required, "Say which age.");
            }
            (_, Some(_)) => checks.refuse(&field, Code::Invalid, "Only MINIMUM_AGE has an age."),
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

fn pictures(checks: &mut Checks, pictures: Vec<Picture>) -> Vec<Picture> {
    if !checks.at_most("pictures", pictures.len(), MOST_PICTURES) {
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
            None => checks.refuse(&field, Code::Required, "Give the address of the picture."),
        }
    }
    kept
}

fn tags(checks: &mut Checks, tags: &[String]) -> Vec<String> {
    if !checks.at_most("tags", tags.len(), MOST_TAGS) {
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
