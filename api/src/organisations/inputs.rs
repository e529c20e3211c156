//! GraphQL inputs for organisations.

use async_graphql::{Enum, InputObject, MaybeUndefined};
use entity::organisation::{
    self, OrganisationKind, OrganisationSize, OrganisationState, Sector, VerificationMethod,
    VerificationStatus,
};

use super::{
    rules::Profile,
    search::{self, Filter},
};
use crate::{
    kit::{Id, page::Order},
    locations::PlaceInput,
    organisations::registers::OrganisationIdentifierInput,
};

/// Order of a list of organisations.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum OrganisationOrder {
    /// By name, from A to Z.
    #[default]
    Name,
    /// Most recently created first.
    Newest,
}

impl OrganisationOrder {
    /// Returns the order in which to cut pages.
    #[must_use]
    pub fn order(self) -> Order {
        match self {
            Self::Name => search::by_name(),
            Self::Newest => search::newest(),
        }
    }
}

/// Filter for organisations. A field that is omitted or empty does not filter.
#[derive(InputObject)]
pub struct OrganisationFilter {
    /// Words of a name or town, or parts of words, all of which must occur; or a complete register number, in any
    /// spelling. At most 200 characters, of which the first 12 words are used. Capitals and accents make no difference. A
    /// text without letters and digits finds no organisation.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Organisations of one of these kinds. Maximum 100.
    #[graphql(default)]
    pub kinds: Vec<OrganisationKind>,
    /// Organisations of one of these sectors. Maximum 100.
    #[graphql(default)]
    pub sectors: Vec<Sector>,
    /// Codes of areas. Matches organisations that work in one of them, in an area inside one, or in a predecessor or
    /// successor of one. Maximum 100.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Organisations with one of these results of verification. Maximum 100.
    #[graphql(default)]
    pub verification: Vec<VerificationStatus>,
    /// Organisations in one of these states. Default `[ACTIVE]`.
    #[graphql(default_with = "vec![OrganisationState::Active]")]
    pub states: Vec<OrganisationState>,
}

impl Default for OrganisationFilter {
    fn default() -> Self {
        Self {
            text: None,
            kinds: Vec::new(),
            sectors: Vec::new(),
            areas: Vec::new(),
            verification: Vec::new(),
            states: vec![OrganisationState::Active],
        }
    }
}

impl From<OrganisationFilter> for Filter {
    fn from(filter: OrganisationFilter) -> Self {
        let OrganisationFilter {
            text,
            kinds,
            sectors,
            areas,
            verification,
            states,
        } = filter;
        Self {
            text,
            kinds,
            sectors,
            areas,
            verification,
            states,
        }
    }
}

/// Profile of a new organisation.
#[derive(InputObject)]
pub struct CreateOrganisationInput {
    /// Name: 2 to 120 characters.
    pub name: String,
    /// Kind of organisation.
    pub kind: OrganisationKind,
    /// Number of people who work for the organisation.
    pub size: Option<OrganisationSize>,
    /// Description of the organisation's work: at most 5,000 characters of plain text.
    pub description: Option<String>,
    /// Address of the website, starting with https:// or http://, without a user name or password: at most 2,000
    /// characters.
    pub website: Option<String>,
    /// Public email address: at most 254 characters.
    pub public_email: Option<String>,
    /// Public telephone number: at most 30 characters.
    pub public_phone: Option<String>,
    /// Register numbers of the organisation: at most 10. Each number belongs to one organisation only.
    #[graphql(default)]
    pub identifiers: Vec<OrganisationIdentifierInput>,
    /// The parent organisation. Only managers and owners of the parent, and staff, can set it.
    pub parent_id: Option<Id<organisation::Entity>>,
    /// Address of the organisation and its point on the map.
    pub place: Option<PlaceInput>,
    /// Codes of the areas in which the organisation works: at most 20.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Idempotency key that you choose for this organisation, 1 to 100 characters. A retry with the same key and input
    /// returns the organisation of the first call.
    pub idempotency_key: Option<String>,
}

impl CreateOrganisationInput {
    /// Splits the input into the profile and the idempotency key.
    #[must_use]
    pub fn unpack(self) -> (Profile, Option<String>) {
        let Self {
            name,
            kind,
            size,
            description,
            website,
            public_email,
            public_phone,
            identifiers,
            parent_id,
            place,
            areas,
            idempotency_key,
        } = self;
        let profile = Profile {
            name: Some(name),
            kind: Some(kind),
            size: Some(size),
            description: Some(description),
            website: Some(website),
            public_email: Some(public_email),
            public_phone: Some(public_phone),
            identifiers: Some(identifiers.into_iter().map(Into::into).collect()),
            parent: Some(parent_id),
            place: Some(place.map(Into::into)),
            areas: Some(areas),
        };
        (profile, idempotency_key)
    }
}

/// Changes to an organisation's profile. An omitted field stays as it is; null clears it.
#[derive(InputObject)]
pub struct UpdateOrganisationInput {
    /// The organisation to change.
    pub organisation_id: Id<organisation::Entity>,
    /// Version that you read. The change is refused if the organisation has changed since.
    pub version: i32,
    /// Name: 2 to 120 characters. A change by a member ends the verification, so that staff have to verify again.
    pub name: Option<String>,
    /// Kind of organisation. A change by a member ends the verification, so that staff have to verify again.
    pub kind: Option<OrganisationKind>,
    /// Number of people who work for the organisation.
    pub size: MaybeUndefined<OrganisationSize>,
    /// Description of the organisation's work: at most 5,000 characters of plain text.
    pub description: MaybeUndefined<String>,
    /// Address of the website, starting with https:// or http://, without a user name or password: at most 2,000
    /// characters.
    pub website: MaybeUndefined<String>,
    /// Public email address: at most 254 characters.
    pub public_email: MaybeUndefined<String>,
    /// Public telephone number: at most 30 characters.
    pub public_phone: MaybeUndefined<String>,
    /// Complete list of register numbers: at most 10. A change by a member ends the verification, so that staff have to
    /// verify again.
    pub identifiers: MaybeUndefined<Vec<OrganisationIdentifierInput>>,
    /// The parent organisation. Only managers and owners of the parent, and staff, can set it.
    pub parent_id: MaybeUndefined<Id<organisation::Entity>>,
    /// Address of the organisation and its point on the map. Replaces the whole place.
    pub place: MaybeUndefined<PlaceInput>,
    /// Complete list of the codes of areas in which the organisation works: at most 20.
    pub areas: MaybeUndefined<Vec<String>>,
}

impl UpdateOrganisationInput {
    /// Splits the input into the id, the version and the changes.
    #[must_use]
    pub fn unpack(self) -> (Id<organisation::Entity>, i32, Profile) {
        let Self {
            organisation_id,
            version,
            name,
            kind,
            size,
            description,
            website,
            public_email,
            public_phone,
            identifiers,
            parent_id,
            place,
            areas,
        } = self;
        let identifiers: Option<Option<Vec<OrganisationIdentifierInput>>> = identifiers.into();
        let identifiers = identifiers.map(Option::unwrap_or_default);
        let place: Option<Option<PlaceInput>> = place.into();
        let areas: Option<Option<Vec<String>>> = areas.into();
        let profile = Profile {
            name,
            kind,
            size: size.into(),
            description: description.into(),
            website: website.into(),
            public_email: public_email.into(),
            public_phone: public_phone.into(),
            identifiers: identifiers.map(|list| list.into_iter().map(Into::into).collect()),
            parent: parent_id.into(),
            place: place.map(|place| place.map(Into::into)),
            areas: areas.map(Option::unwrap_or_default),
        };
        (organisation_id, version, profile)
    }
}

/// Result of the verification of an organisation by staff.
#[derive(InputObject)]
pub struct VerifyOrganisationInput {
    /// The organisation that was checked.
    pub organisation_id: Id<organisation::Entity>,
    /// Version that was checked: `version` as you read it. The result is refused if the organisation has changed since.
    pub version: i32,
    /// Result of the check.
    pub status: VerificationStatus,
    /// Method of verification. Required for `VERIFIED`.
    pub method: Option<VerificationMethod>,
}
