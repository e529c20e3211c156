//! Who may do what to an organisation, what its profile may hold, and what follows from it.

use entity::{
    membership::MembershipRole,
    organisation::{
        Model, OrganisationKind, OrganisationSize, OrganisationState, Sector, VerificationMethod,
        VerificationStatus,
    },
};
use uuid::Uuid;

use crate::{
    kit::{Error, Id, UserError, UserErrorCode, Viewer, input::Checks, place::Point},
    places::rules::{self as places, Address},
    registers::rules::{self as registers, Identifier},
};

/// The sector that a kind of organisation belongs to.
#[must_use]
pub const fn sector(kind: OrganisationKind) -> Sector {
    use OrganisationKind as Kind;

    match kind {
        Kind::CountyCouncil
        | Kind::DistrictOrBorough
        | Kind::Unitary
        | Kind::ParishOrTown
        | Kind::StrategicAuthority
        | Kind::CouncilTeam
        | Kind::NhsBody
        | Kind::PoliceFire
        | Kind::SchoolCollege
        | Kind::University
        | Kind::OtherPublic => Sector::Public,
        Kind::Business | Kind::SoleTrader => Sector::Private,
        Kind::Charity
        | Kind::Cio
        | Kind::Cic
        | Kind::SocialEnterprise
        | Kind::Cooperative
        | Kind::CommunityGroup
        | Kind::FaithGroup
        | Kind::ResidentsAssociation
        | Kind::InfrastructureVcse
        | Kind::HousingAssociation => Sector::Vcse,
    }
}

/// Whoever acts on a thing by its id says first who they are.
pub fn may_ask(viewer: &Viewer) -> Result<(), Error> {
    if !viewer.is_system() {
        viewer.signed_in()?;
    }
    Ok(())
}

/// Managers keep their organisation's profile; staff may help.
pub fn may_edit(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    if viewer.is_staff() || viewer.at_least(organisation, MembershipRole::Manager) {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only its managers and owners, and staff, change an organisation.",
    ))
}

/// An organisation is put under another by those who manage the other, or by staff.
pub fn may_adopt(viewer: &Viewer, parent: Uuid) -> Result<(), Error> {
    if viewer.is_staff() || viewer.at_least(parent, MembershipRole::Manager) {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only managers and owners of the parent organisation, and staff, put an organisation under it.",
    ))
}

/// Staff verify organisations.
pub fn may_verify(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_staff() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only brokers, moderators and programme administrators verify organisations.",
    ))
}

/// A merged organisation only points to the one that carries on.
pub fn is_active(organisation: &Model, field: &str) -> Result<(), Error> {
    if organisation.state == OrganisationState::Active {
        return Ok(());
    }
    Err(UserError::at(
        field,
        UserErrorCode::InvalidState,
        "This organisation was merged into another: see mergedInto, and use that one.",
    )
    .into())
}

/// Whoever verifies says how; other outcomes need no method.
pub fn verification(
    status: VerificationStatus,
    method: Option<VerificationMethod>,
) -> Result<(), Error> {
    if status == VerificationStatus::Verified && method.is_none() {
        let message = "Say how the organisation was verified.";
        return Err(UserError::at("method", UserErrorCode::Required, message).into());
    }
    Ok(())
}

/// What somebody says of an organisation. What is `None` stays as it is, and is empty in a new one.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// What it is called.
    pub name: Option<String>,
    /// What it is.
    pub kind: Option<OrganisationKind>,
    /// How large it is.
    pub size: Option<Option<OrganisationSize>>,
    /// What it does.
    pub description: Option<Option<String>>,
    /// Its pages on the web.
    pub website: Option<Option<String>>,
    /// An address that anybody may write to.
    pub public_email: Option<Option<String>>,
    /// A number that anybody may call.
    pub public_phone: Option<Option<String>>,
    /// What registers call it.
    pub identifiers: Option<Vec<Identifier>>,
    /// The organisation that it is a part of.
    pub parent: Option<Option<Id<entity::organisation::Entity>>>,
    /// Where it is.
    pub place: Option<Option<Address>>,
    /// Codes of the areas that it works in.
    pub areas: Option<Vec<String>>,
}

/// Checks a profile and puts it in order. `known` tells which codes of areas may be used.
pub fn checked(profile: Profile, known: impl Fn(&str) -> bool) -> Result<Profile, Error> {
    let Profile {
        name,
        kind,
        size,
        description,
        website,
        public_email,
        public_phone,
        identifiers,
        parent,
        place,
        areas,
    } = profile;
    let mut checks = Checks::new();
    let profile = Profile {
        name: name.map(|name| checks.line("name", &name, 2..=120)),
        kind,
        size,
        description: description
            .map(|text| Some(checks.lines("description", &text.unwrap_or_default(), 0..=5_000))),
        website: website.map(|address| checks.address("website", address.as_deref(), true)),
        public_email: public_email.map(|email| {
            let email = email.filter(|email| !email.trim().is_empty())?;
            Some(checks.email("publicEmail", &email))
        }),
        public_phone: public_phone.map(|phone| checks.phone("publicPhone", phone.as_deref())),
        identifiers: identifiers.map(|sent| registers::checked(&mut checks, sent)),
        parent,
        place: place.map(|place| Some(places::address(&mut checks, "place", place?))),
        areas: areas.map(|codes| places::area_codes(&mut checks, "areas", codes, known)),
    };
    checks.finish()?;
    Ok(profile)
}

/// The row after a checked profile. Where nobody put a point on the map it is the middle of the first area.
#[must_use]
pub fn applied(
    mut row: Model,
    profile: &Profile,
    middle: impl Fn(&[String]) -> Option<Point>,
) -> Model {
    let own = point(&row).filter(|point| Some(*point) != middle(&row.areas.0));
    if let Some(name) = &profile.name {
        row.name.clone_from(name);
        row.sort_name = name.to_lowercase();
    }
    row.kind = profile.kind.unwrap_or(row.kind);
    row.size = profile.size.unwrap_or(row.size);
    if let Some(description) = &profile.description {
        row.description = description.clone().unwrap_or_default();
    }
    set(&mut row.website, &profile.website);
    set(&mut row.public_email, &profile.public_email);
    set(&mut row.public_phone, &profile.public_phone);
    if let Some(parent) = profile.parent {
        row.parent_id = parent.map(|id| id.0);
    }
    if let Some(areas) = &profile.areas {
        row.areas = areas.clone().into();
    }
    let mut own = own;
    if let Some(place) = &profile.place {
        let place = place.clone().unwrap_or_default();
        row.address_lines = place.lines.into();
        row.town = place.town;
        row.postcode = place.postcode;
        own = place.point;
    }
    let point = own.or_else(|| middle(&row.areas.0));
    row.latitude = point.map(|point| point.latitude);
    row.longitude = point.map(|point| point.longitude);
    row
}

fn set(field: &mut Option<String>, said: &Option<Option<String>>) {
    if let Some(said) = said {
        field.clone_from(said);
    }
}

/// The point of an organisation.
#[must_use]
pub fn point(row: &Model) -> Option<Point> {
    Point::new(row.latitude?, row.longitude?)
}

/// Names of the fields in which two states of an organisation differ.
#[must_use]
pub fn changed(before: &Model, after: &Model) -> Vec<&'static str> {
    let place = |row: &Model| {
        let Model {
            address_lines,
            town,
            postcode,
            ..
        } = row.clone();
        (address_lines, town, postcode, point(row))
    };
    let differs = [
        ("name", before.name != after.name),
        ("kind", before.kind != after.kind),
        ("size", before.size != after.size),
        ("description", before.description != after.description),
        ("website", before.website != after.website),
        ("publicEmail", before.public_email != after.public_email),
        ("publicPhone", before.public_phone != after.public_phone),
        ("parent", before.parent_id != after.parent_id),
        ("place", place(before) != place(after)),
        ("areas", before.areas != after.areas),
    ];
    differs
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
}

/// Whether a change takes away what staff confirmed, so that somebody has to look again.
#[must_use]
pub fn needs_another_look(viewer: &Viewer, before: &Model, fields: &[&str]) -> bool {
    let confirmed = ["name", "kind", "identifiers"];
    before.verification == VerificationStatus::Verified
        && !viewer.is_staff()
        && fields.iter().any(|field| confirmed.contains(field))
}
