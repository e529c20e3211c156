//! What clients send of a listing, and how it is laid over what the listing says.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{
    listing::{self, Audience, CloseReason, ExpiryPolicy, RequirementKind, Weekday},
    organisation,
    resource_type::{LendingMode, Unit},
};
use rust_decimal::Decimal;

use super::{
    content::{Amount, Particulars},
    service::ListingId,
};
use crate::{
    kit::{
        Error, Id,
        date::{Date, LocalTime},
        validation::Checks,
    },
    locations::{PlaceInput, rules::Address},
};

/// How much of what.
#[derive(InputObject, Debug)]
pub struct QuantityInput {
    /// How many units, more than 0, as text: `"40"` or `"2.5"`.
    pub amount: Decimal,
    /// What is counted. What has no unit here is an `ITEM` with a label.
    pub unit: Unit,
    /// What people call it, such as `laptops`: at most 40 characters.
    pub unit_label: Option<String>,
}

/// When something can be had. What is left out is not limited.
#[derive(InputObject, Debug)]
pub struct AvailabilityWindowInput {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// On which days of the week; empty for all.
    #[graphql(default)]
    pub weekdays: Vec<Weekday>,
    /// From which time of day, in Surrey: give both times or neither.
    pub start_time: Option<LocalTime>,
    /// Until which time of day, in Surrey.
    pub end_time: Option<LocalTime>,
}

/// A condition that the other side must meet.
#[derive(InputObject, Debug)]
pub struct RequirementInput {
    /// What kind of condition it is.
    pub kind: RequirementKind,
    /// In words: at most 500 characters.
    pub detail: Option<String>,
    /// For `MINIMUM_AGE`, and only for it: the lowest age, 0 to 120 years.
    pub minimum_age: Option<i32>,
}

/// A picture, by address.
#[derive(InputObject, Debug)]
pub struct PictureInput {
    /// An https address.
    pub url: String,
    /// What the picture shows, for those who do not see it: 1 to 300 characters.
    pub alt: String,
}

/// What to offer or request.
#[derive(InputObject, Debug)]
pub struct CreateListingInput {
    /// The organisation that posts it. The viewer is a member of it, and no mere observer.
    pub organisation_id: Id<organisation::Entity>,
    /// What it is, in a line: 3 to 120 characters.
    pub title: String,
    /// What it is, in full: at most 5,000 characters. Needed before it is published.
    #[graphql(default)]
    pub description: String,
    /// Code of a resource type in force; `other` fits anything.
    pub resource_type: String,
    /// How it changes hands.
    pub lending_mode: Option<LendingMode>,
    /// How much there is, or is needed; left out where it is not counted.
    pub quantity: Option<QuantityInput>,
    /// Whether a part of the quantity is fine.
    #[graphql(default = true)]
    pub partial_allowed: bool,
    /// When it can be had, or would be used: at most 50 windows; empty for any time.
    #[graphql(default)]
    pub availability: Vec<AvailabilityWindowInput>,
    /// For requests only: the last day on which it still helps.
    pub needed_by: Option<Date>,
    /// Where it is, or is needed.
    pub place: Option<PlaceInput>,
    /// Whether it works from anywhere.
    #[graphql(default)]
    pub remote: bool,
    /// How far from its place it can go: 0 to 500 kilometres.
    pub reach_km: Option<i32>,
    /// Codes of the areas that it is for: at most 20.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Codes of priority areas in the edition in force: at most 20.
    #[graphql(default)]
    pub priority_areas: Vec<String>,
    /// Who may see it once it is published.
    #[graphql(default)]
    pub audience: Audience,
    /// Whether time ends it.
    #[graphql(default)]
    pub expiry_policy: ExpiryPolicy,
    /// When it expires, within two years; left out, the marketplace decides (90 days from publication).
    pub expires_at: Option<DateTime<Utc>>,
    /// What the other side must meet: at most 20.
    #[graphql(default)]
    pub requirements: Vec<RequirementInput>,
    /// Pictures: at most 10.
    #[graphql(default)]
    pub pictures: Vec<PictureInput>,
    /// Words by which it is found: at most 20 of 2 to 40 characters.
    #[graphql(default)]
    pub tags: Vec<String>,
    /// What the organisation calls it in a system of its own: unique in the organisation, at most 100 characters.
    pub external_reference: Option<String>,
    /// Publish it at once. Editors may.
    #[graphql(default)]
    pub publish: bool,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// What to change. What is left out stays; null removes it where it can be removed.
#[derive(InputObject, Debug)]
pub struct UpdateListingInput {
    /// The listing.
    pub id: ListingId,
    /// The version that you saw.
    pub version: i32,
    /// What it is, in a line: 3 to 120 characters.
    pub title: Option<String>,
    /// What it is, in full: at most 5,000 characters.
    pub description: Option<String>,
    /// Code of a resource type in force.
    pub resource_type: Option<String>,
    /// How it changes hands.
    pub lending_mode: MaybeUndefined<LendingMode>,
    /// How much there is, or is needed; null where it is not counted. Not below what accepted matches hold.
    pub quantity: MaybeUndefined<QuantityInput>,
    /// Whether a part of the quantity is fine.
    pub partial_allowed: Option<bool>,
    /// When it can be had: all windows anew.
    pub availability: Option<Vec<AvailabilityWindowInput>>,
    /// For requests only: the last day on which it still helps.
    pub needed_by: MaybeUndefined<Date>,
    /// Where it is: all of it anew.
    pub place: MaybeUndefined<PlaceInput>,
    /// Whether it works from anywhere.
    pub remote: Option<bool>,
    /// How far from its place it can go: 0 to 500 kilometres.
    pub reach_km: MaybeUndefined<i32>,
    /// Codes of the areas that it is for: all anew.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas in the edition in force, or `edition/code`: all anew.
    pub priority_areas: Option<Vec<String>>,
    /// Who may see it.
    pub audience: Option<Audience>,
    /// Whether time ends it.
    pub expiry_policy: Option<ExpiryPolicy>,
    /// When it expires, within two years; null leaves it to the marketplace.
    pub expires_at: MaybeUndefined<DateTime<Utc>>,
    /// What the other side must meet: all anew.
    pub requirements: Option<Vec<RequirementInput>>,
    /// Pictures: all anew.
    pub pictures: Option<Vec<PictureInput>>,
    /// Words by which it is found: all anew.
    pub tags: Option<Vec<String>>,
    /// What the organisation calls it in a system of its own.
    pub external_reference: MaybeUndefined<String>,
}

/// Which listing to act on.
#[derive(InputObject)]
pub struct ListingActInput {
    /// The listing.
    pub id: ListingId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
}

/// Which listing to renew, and until when.
#[derive(InputObject)]
pub struct RenewListingInput {
    /// The listing.
    pub id: ListingId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
    /// When it expires, within two years; left out, the marketplace decides (90 days from now).
    pub expires_at: Option<DateTime<Utc>>,
}

/// Which listing to close, and why.
#[derive(InputObject)]
pub struct CloseListingInput {
    /// The listing.
    pub id: ListingId,
    /// The version that you saw, if it matters that it is still this one.
    pub version: Option<i32>,
    /// Why.
    pub reason: CloseReason,
}

/// Which listing to copy.
#[derive(InputObject)]
pub struct CopyListingInput {
    /// The listing.
    pub id: ListingId,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

impl CreateListingInput {
    /// What the listing is to say, for whom, and under which key.
    pub fn said(
        self,
    ) -> Result<(Id<organisation::Entity>, Particulars, bool, Option<String>), Error> {
        let Self {
            organisation_id,
            title,
            description,
            resource_type,
            lending_mode,
            quantity,
            partial_allowed,
            availability,
            needed_by,
            place,
            remote,
            reach_km,
            areas,
            priority_areas,
            audience,
            expiry_policy,
            expires_at,
            requirements,
            pictures,
            tags,
            external_reference,
            publish,
            idempotency_key,
        } = self;
        let mut checks = Checks::new();
        let said = Particulars {
            title,
            description,
            resource_type,
            lending_mode,
            quantity: quantity.map(Amount::from),
            partial_allowed,
            availability: all(availability),
            needed_by: needed_by.map(Into::into),
            place: place.map(Address::from).unwrap_or_default(),
            remote,
            reach_km,
            areas,
            priority_areas,
            audience,
            expiry_policy,
            expires_at,
            requirements: all(requirements),
            pictures: all(pictures),
            tags,
            external_reference,
        };
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        Ok((organisation_id, said, publish, key))
    }
}

impl UpdateListingInput {
    /// Which listing, which version, and what to lay over what it says.
    pub fn edit(self) -> (ListingId, i32, impl FnOnce(&mut Particulars) + Send) {
        let Self {
            id,
            version,
            title,
            description,
            resource_type,
            lending_mode,
            quantity,
            partial_allowed,
            availability,
            needed_by,
            place,
            remote,
            reach_km,
            areas,
            priority_areas,
            audience,
            expiry_policy,
            expires_at,
            requirements,
            pictures,
            tags,
            external_reference,
        } = self;
        let place = place.map_value(Address::from);
        let edit = move |said: &mut Particulars| {
            set(&mut said.title, title);
            set(&mut said.description, description);
            set(&mut said.resource_type, resource_type);
            lending_mode.update_to(&mut said.lending_mode);
            quantity
                .map_value(Amount::from)
                .update_to(&mut said.quantity);
            set(&mut said.partial_allowed, partial_allowed);
            set(&mut said.availability, availability.map(all));
            needed_by
                .map_value(Into::into)
                .update_to(&mut said.needed_by);
            match place {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => said.place = Address::default(),
                MaybeUndefined::Value(place) => said.place = place,
            }
            set(&mut said.remote, remote);
            reach_km.update_to(&mut said.reach_km);
            set(&mut said.areas, areas);
            set(&mut said.priority_areas, priority_areas);
            set(&mut said.audience, audience);
            set(&mut said.expiry_policy, expiry_policy);
            if expiry_policy == Some(ExpiryPolicy::Standing) && expires_at.is_undefined() {
                said.expires_at = None;
            }
            expires_at.update_to(&mut said.expires_at);
            set(&mut said.requirements, requirements.map(all));
            set(&mut said.pictures, pictures.map(all));
            set(&mut said.tags, tags);
            external_reference.update_to(&mut said.external_reference);
        };
        (id, version, edit)
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn all<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

impl From<QuantityInput> for Amount {
    fn from(
        QuantityInput {
            amount,
            unit,
            unit_label,
        }: QuantityInput,
    ) -> Self {
        Self {
            amount,
            unit,
            label: unit_label,
        }
    }
}

impl From<AvailabilityWindowInput> for listing::Window {
    fn from(window: AvailabilityWindowInput) -> Self {
        let AvailabilityWindowInput {
            from,
            until,
            weekdays,
            start_time,
            end_time,
        } = window;
        Self {
            from: from.map(Into::into),
            until: until.map(Into::into),
            weekdays,
            start_time: start_time.map(Into::into),
            end_time: end_time.map(Into::into),
        }
    }
}

impl From<RequirementInput> for listing::Requirement {
    fn from(
        RequirementInput {
            kind,
            detail,
            minimum_age,
        }: RequirementInput,
    ) -> Self {
        Self {
            kind,
            detail,
            minimum_age,
        }
    }
}

impl From<PictureInput> for listing::Picture {
    fn from(PictureInput { url, alt }: PictureInput) -> Self {
        Self { url, alt }
    }
}
