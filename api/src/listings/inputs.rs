//! GraphQL inputs of listings, and their conversion to content and to changes of content.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{
    listing::{self, Audience, CloseReason, ExpiryPolicy, RequirementKind, Weekday},
    organisation,
    resource_type::{LendingMode, Unit},
};
use rust_decimal::Decimal;

use super::{
    content::{Amount, ListingContent},
    service::ListingId,
};
use crate::{
    inputs,
    kit::{
        Error, Id,
        date::{Date, LocalTime},
        validation::Validator,
    },
    locations::{PlaceInput, rules::Address},
};

/// Quantity of a resource.
#[derive(InputObject, Debug)]
pub struct QuantityInput {
    /// Number of units, more than 0, as a decimal text: `"40"` or `"2.5"`.
    pub amount: Decimal,
    /// Unit in which the resource is counted. Use `ITEM` with a label if no other unit fits.
    pub unit: Unit,
    /// Label to show for the unit, such as `laptops`: at most 40 characters. Default: the name of the unit.
    pub unit_label: Option<String>,
}

/// Period in which a resource is available. Fields that are left out set no limit.
#[derive(InputObject, Debug)]
pub struct AvailabilityWindowInput {
    /// First day, from 2000 to 2100.
    pub from: Option<Date>,
    /// Last day, included. Not before `from`.
    pub until: Option<Date>,
    /// Days of the week. Empty: all days.
    #[graphql(default)]
    pub weekdays: Vec<Weekday>,
    /// Start on each day, in UK time. Set both times or neither.
    pub start_time: Option<LocalTime>,
    /// End on each day, in UK time, after `startTime`.
    pub end_time: Option<LocalTime>,
}

/// A condition that the other organisation must meet.
#[derive(InputObject, Debug)]
pub struct RequirementInput {
    /// Kind of the condition.
    pub kind: RequirementKind,
    /// Description of the condition: at most 500 characters.
    pub detail: Option<String>,
    /// Minimum age in years, 0 to 120. Required for `MINIMUM_AGE`, and not allowed for other kinds.
    pub minimum_age: Option<i32>,
}

/// A picture at a web address.
#[derive(InputObject, Debug)]
pub struct PictureInput {
    /// Web address of the picture, with https: at most 2,000 characters.
    pub url: String,
    /// Alternative text for people who cannot see the picture: 1 to 300 characters.
    pub alt: String,
}

/// Organisation, content, publish flag and idempotency key of a listing to draft.
pub type NewListing = (
    Id<organisation::Entity>,
    ListingContent,
    bool,
    Option<String>,
);

/// Declares the input of a mutation that drafts a listing, and its conversion.
macro_rules! create_input {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(InputObject, Debug)]
        pub struct $name {
            /// Organisation that posts the listing. The viewer must be a member with a role above observer.
            pub organisation_id: Id<organisation::Entity>,
            /// Title, on one line: 3 to 120 characters.
            pub title: String,
            /// Description: at most 5,000 characters, plain text. A published listing needs at least 10.
            #[graphql(default)]
            pub description: String,
            /// Code of a resource type in force, from the query `resourceTypes`. `other` fits any resource.
            pub resource_type: String,
            /// Way in which the resource is shared, one of those that the resource type allows.
            pub lending_mode: Option<LendingMode>,
            /// Quantity offered or requested. Left out if it is not counted.
            pub quantity: Option<QuantityInput>,
            /// If true, a match may cover part of the quantity; if false, only all of it. Default true.
            #[graphql(default = true)]
            pub partial_allowed: bool,
            /// Periods in which the resource is available or needed: at most 20. Empty: any time.
            #[graphql(default)]
            pub availability: Vec<AvailabilityWindowInput>,
            /// Last day on which the resource is still useful, today or later, within ten years. Requests only.
            pub needed_by: Option<Date>,
            /// Place at which the resource is, or is needed.
            pub place: Option<PlaceInput>,
            /// True if the listing depends on no place: online, by telephone or by post. Default false.
            #[graphql(default)]
            pub remote: bool,
            /// Maximum distance from its place that the resource can travel, in kilometres: 0 to 500.
            pub reach_km: Option<i32>,
            /// Codes of the areas that the listing is for, from the query `areas`: at most 20.
            #[graphql(default)]
            pub areas: Vec<String>,
            /// Codes of priority areas in the edition in force, or `edition/code`: at most 20.
            #[graphql(default)]
            pub priority_areas: Vec<String>,
            /// Audience of the listing once it is published. Default `PUBLIC`.
            #[graphql(default)]
            pub audience: Audience,
            /// Rule by which the listing expires. Default `FIXED`.
            #[graphql(default)]
            pub expiry_policy: ExpiryPolicy,
            /// Time of expiry, later than now and within two years; not for `STANDING`. Default: when it is published,
            /// 90 days later (a server setting).
            pub expires_at: Option<DateTime<Utc>>,
            /// Conditions that the other organisation must meet: at most 20.
            #[graphql(default)]
            pub requirements: Vec<RequirementInput>,
            /// Pictures of the resource: at most 10.
            #[graphql(default)]
            pub pictures: Vec<PictureInput>,
            /// Words by which a text search finds the listing: at most 20 of 2 to 40 characters. Stored in small
            /// letters.
            #[graphql(default)]
            pub tags: Vec<String>,
            /// Reference of the listing in a system of the organisation: at most 100 characters, unique in the
            /// organisation.
            pub external_reference: Option<String>,
            /// If true, publishes the listing at once, which takes the role of editor. Default false.
            #[graphql(default)]
            pub publish: bool,
            /// Key that the client chooses for this call: at most 100 characters. A retry with the same key returns the
            /// listing that the first call created.
            pub idempotency_key: Option<String>,
        }

        impl $name {
            /// Converts the input.
            pub fn into_content(self) -> Result<NewListing, Error> {
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
                let mut checks = Validator::new();
                let content = ListingContent {
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
                Ok((organisation_id, content, publish, key))
            }
        }
    };
}

create_input! {
    /// Content of an offer to draft.
    CreateOfferInput
}
create_input! {
    /// Content of a request to draft.
    CreateRequestInput
}

/// Changes to a listing. Fields that are left out keep their values. Null empties `lendingMode`, `quantity`,
/// `neededBy`, `place`, `reachKm` and `externalReference`, and resets `expiresAt`; for any other field it changes
/// nothing.
#[derive(InputObject, Debug)]
pub struct UpdateListingInput {
    /// Listing to change.
    pub id: ListingId,
    /// Version that the caller loaded. If the listing has changed since, the error is `VERSION_OUTDATED`.
    pub version: i32,
    /// Title, on one line: 3 to 120 characters.
    pub title: Option<String>,
    /// Description: at most 5,000 characters, plain text.
    pub description: Option<String>,
    /// Code of a resource type in force, from the query `resourceTypes`.
    pub resource_type: Option<String>,
    /// Way in which the resource is shared, one of those that the resource type allows.
    pub lending_mode: MaybeUndefined<LendingMode>,
    /// Quantity offered or requested; null if it is not counted. Not below `allocatedQuantity`. The unit of a listing
    /// with matches cannot change.
    pub quantity: MaybeUndefined<QuantityInput>,
    /// If true, a match may cover part of the quantity; if false, only all of it.
    pub partial_allowed: Option<bool>,
    /// Periods in which the resource is available or needed: at most 20. Replaces all periods.
    pub availability: Option<Vec<AvailabilityWindowInput>>,
    /// Last day on which the resource is still useful, today or later, within ten years. Requests only.
    pub needed_by: MaybeUndefined<Date>,
    /// Place at which the resource is, or is needed. Replaces the whole place.
    pub place: MaybeUndefined<PlaceInput>,
    /// True if the listing depends on no place: online, by telephone or by post.
    pub remote: Option<bool>,
    /// Maximum distance from its place that the resource can travel, in kilometres: 0 to 500.
    pub reach_km: MaybeUndefined<i32>,
    /// Codes of the areas that the listing is for: at most 20. Replaces all areas.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas in the edition in force, or `edition/code`: at most 20. Replaces all priority areas.
    pub priority_areas: Option<Vec<String>>,
    /// Audience of the listing while it is published.
    pub audience: Option<Audience>,
    /// Rule by which the listing expires. `STANDING` removes the time of expiry.
    pub expiry_policy: Option<ExpiryPolicy>,
    /// Time of expiry, later than now and within two years; not for `STANDING`. Null: a draft gets its expiry when it
    /// is published; a listing that has been published keeps its present expiry, or gets a new one.
    pub expires_at: MaybeUndefined<DateTime<Utc>>,
    /// Conditions that the other organisation must meet: at most 20. Replaces all conditions.
    pub requirements: Option<Vec<RequirementInput>>,
    /// Pictures of the resource: at most 10. Replaces all pictures.
    pub pictures: Option<Vec<PictureInput>>,
    /// Words by which a text search finds the listing: at most 20 of 2 to 40 characters. Replaces all tags.
    pub tags: Option<Vec<String>>,
    /// Reference of the listing in a system of the organisation: at most 100 characters, unique in the organisation.
    pub external_reference: MaybeUndefined<String>,
}

inputs! {
    {
        /// Listing on which to act.
        id: ListingId,
        /// Version that the caller loaded. If it is sent and the listing has changed since, the error is
        /// `VERSION_OUTDATED`.
        version: Option<i32>,
    }
    /// Listing to publish.
    PublishListingInput;
    /// Listing to pause.
    PauseListingInput;
    /// Listing to resume.
    ResumeListingInput;
    /// Listing to reopen.
    ReopenListingInput;
    /// Draft to delete.
    DeleteListingInput;
}

/// Listing to renew, and its new expiry.
#[derive(InputObject)]
pub struct RenewListingInput {
    /// Listing to renew.
    pub id: ListingId,
    /// Version that the caller loaded. If it is sent and the listing has changed since, the error is
    /// `VERSION_OUTDATED`.
    pub version: Option<i32>,
    /// New time of expiry, later than now and within two years; not for a standing listing. Default: 90 days from now
    /// (a server setting), or the present expiry if that is later.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Listing to close, and the reason.
#[derive(InputObject)]
pub struct CloseListingInput {
    /// Listing to close.
    pub id: ListingId,
    /// Version that the caller loaded. If it is sent and the listing has changed since, the error is
    /// `VERSION_OUTDATED`.
    pub version: Option<i32>,
    /// Reason for closing it.
    pub reason: CloseReason,
}

/// Listing to copy.
#[derive(InputObject)]
pub struct CopyListingInput {
    /// Listing whose content is copied.
    pub id: ListingId,
    /// Key that the client chooses for this call: at most 100 characters. A retry with the same key returns the copy
    /// that the first call created.
    pub idempotency_key: Option<String>,
}

impl UpdateListingInput {
    /// Returns the listing, the version that the caller loaded, and a function that merges the changes into the
    /// content.
    pub fn edit(self) -> (ListingId, i32, impl FnOnce(&mut ListingContent) + Send) {
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
        let edit = move |content: &mut ListingContent| {
            set(&mut content.title, title);
            set(&mut content.description, description);
            set(&mut content.resource_type, resource_type);
            lending_mode.update_to(&mut content.lending_mode);
            quantity
                .map_value(Amount::from)
                .update_to(&mut content.quantity);
            set(&mut content.partial_allowed, partial_allowed);
            set(&mut content.availability, availability.map(all));
            needed_by
                .map_value(Into::into)
                .update_to(&mut content.needed_by);
            match place {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => content.place = Address::default(),
                MaybeUndefined::Value(place) => content.place = place,
            }
            set(&mut content.remote, remote);
            reach_km.update_to(&mut content.reach_km);
            set(&mut content.areas, areas);
            set(&mut content.priority_areas, priority_areas);
            set(&mut content.audience, audience);
            set(&mut content.expiry_policy, expiry_policy);
            if expiry_policy == Some(ExpiryPolicy::Standing) && expires_at.is_undefined() {
                content.expires_at = None;
            }
            expires_at.update_to(&mut content.expires_at);
            set(&mut content.requirements, requirements.map(all));
            set(&mut content.pictures, pictures.map(all));
            set(&mut content.tags, tags);
            external_reference.update_to(&mut content.external_reference);
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
