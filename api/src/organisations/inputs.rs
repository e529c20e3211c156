//! What clients send of organisations.

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

/// In which order to list organisations.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum OrganisationOrder {
    /// By name, from A to Z.
    #[default]
    Name,
    /// The newest first.
    Newest,
}

impl OrganisationOrder {
    /// How a page is cut in this order.
    #[must_use]
    pub fn order(self) -> Order {
        match self {
            Self::Name => search::by_name(),
            Self::Newest => search::newest(),
        }
    }
}

/// Which organisations to list. A list that is left out or empty leaves nothing out.
#[derive(InputObject)]
pub struct OrganisationFilter {
    /// Part of a name or of a town, or a whole number of a register.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Of one of these kinds.
    #[graphql(default)]
    pub kinds: Vec<OrganisationKind>,
    /// Of one of these sectors.
    #[graphql(default)]
    pub sectors: Vec<Sector>,
    /// Working in one of these areas (codes), in an area inside one, or in what came before or after one.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// With one of these findings of staff.
    #[graphql(default)]
    pub verification: Vec<VerificationStatus>,
    /// In one of these states.
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

/// A new organisation.
#[derive(InputObject)]
pub struct CreateOrganisationInput {
    /// What it is called: 2 to 120 characters.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// How many people work for it.
    pub size: Option<OrganisationSize>,
    /// What it does: at most 5,000 characters of plain text.
    pub description: Option<String>,
    /// Its pages on the web, with https:// or http:// before them.
    pub website: Option<String>,
    /// An address that anybody may write to.
    pub public_email: Option<String>,
    /// A number that anybody may call.
    pub public_phone: Option<String>,
    /// The numbers under which registers know it: at most 10. Each belongs to one organisation only.
    #[graphql(default)]
    pub identifiers: Vec<OrganisationIdentifierInput>,
    /// The organisation that it is a part of. Only managers of that one, and staff, may say so.
    pub parent_id: Option<Id<organisation::Entity>>,
    /// Where it is.
    pub place: Option<PlaceInput>,
    /// Codes of the areas that it works in: at most 20.
    #[graphql(default)]
    pub areas: Vec<String>,
    /// Any text of your own, new for each organisation: a retry with the same one gets the same answer.
    pub idempotency_key: Option<String>,
}

impl CreateOrganisationInput {
    /// What it says of the organisation, and the key.
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

/// What to change of an organisation. What is left out stays; null empties a field.
#[derive(InputObject)]
pub struct UpdateOrganisationInput {
    /// The organisation.
    pub organisation_id: Id<organisation::Entity>,
    /// The version that you read. When it has changed since, the change is refused.
    pub version: i32,
    /// What it is called: 2 to 120 characters. Changing it means that a verified organisation has to be verified again.
    pub name: Option<String>,
    /// What it is. Changing it means that a verified organisation has to be verified again.
    pub kind: Option<OrganisationKind>,
    /// How many people work for it.
    pub size: MaybeUndefined<OrganisationSize>,
    /// What it does: at most 5,000 characters of plain text.
    pub description: MaybeUndefined<String>,
    /// Its pages on the web, with https:// or http:// before them.
    pub website: MaybeUndefined<String>,
    /// An address that anybody may write to.
    pub public_email: MaybeUndefined<String>,
    /// A number that anybody may call.
    pub public_phone: MaybeUndefined<String>,
    /// All numbers under which registers know it. Changing them means that a verified organisation has to be
    /// verified again.
    pub identifiers: MaybeUndefined<Vec<OrganisationIdentifierInput>>,
    /// The organisation that it is a part of. Only managers of that one, and staff, may say so.
    pub parent_id: MaybeUndefined<Id<organisation::Entity>>,
    /// Where it is: the whole of it.
    pub place: MaybeUndefined<PlaceInput>,
    /// Codes of all areas that it works in.
    pub areas: MaybeUndefined<Vec<String>>,
}

impl UpdateOrganisationInput {
    /// Which organisation, at which version, and what to change.
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

/// What staff found when they looked at an organisation.
#[derive(InputObject)]
pub struct VerifyOrganisationInput {
    /// The organisation.
    pub organisation_id: Id<organisation::Entity>,
    /// The version that was looked at. When it has changed since, the finding is refused.
    pub version: Option<i32>,
    /// What was found.
    pub status: VerificationStatus,
    /// How; needed for `VERIFIED`.
    pub method: Option<VerificationMethod>,
}
