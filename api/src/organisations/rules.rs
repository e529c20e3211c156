//! Rules of organisations: permissions, checks of a profile, and derived values.

use entity::{
    membership::MembershipRole,
    organisation::{
        Model, OrganisationKind, OrganisationSize, OrganisationState, Sector, VerificationMethod,
        VerificationStatus,
    },
};
use text::search::plain;
use uuid::Uuid;

use crate::{
    kit::{Error, Id, UserError, UserErrorCode, Viewer, validation::Validator},
    locations::{place::Point, rules as places, rules::Address},
    organisations::registers::{rules as registers, rules::Identifier},
};

/// Returns the sector of a kind of organisation.
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

/// Checks that the caller is signed in, before an act on a row that is named by its id.
pub fn may_ask(viewer: &Viewer) -> Result<(), Error> {
    if !viewer.is_system() {
        viewer.signed_in()?;
    }
    Ok(())
}

/// Checks that the viewer may edit the organisation: as a manager or owner, or as staff.
pub fn may_edit(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    if viewer.is_staff() || viewer.at_least(organisation, MembershipRole::Manager) {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only managers and owners of the organisation, and staff, can change it.",
    ))
}

/// Checks that the viewer may put an organisation under a parent: as a manager or owner of the parent, or as staff.
pub fn may_adopt(viewer: &Viewer, parent: Uuid) -> Result<(), Error> {
    if viewer.is_staff() || viewer.at_least(parent, MembershipRole::Manager) {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only managers and owners of the parent organisation, and staff, can put an organisation under it.",
    ))
}

/// Checks that the viewer is staff.
pub fn may_verify(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_staff() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only brokers, moderators and programme administrators can verify organisations.",
    ))
}

/// Checks that an organisation was not merged into another.
pub fn is_active(organisation: &Model, field: &str) -> Result<(), Error> {
    if organisation.state == OrganisationState::Active {
        return Ok(());
    }
    Err(UserError::at(
        field,
        UserErrorCode::InvalidState,
        format!(
            "{} was merged into another organisation: see mergedInto. Use that one instead.",
            organisation.name
        ),
    )
    .into())
}

/// Checks that a verification names its method. Other results need none.
pub fn verification(
    status: VerificationStatus,
    method: Option<VerificationMethod>,
) -> Result<(), Error> {
    if status == VerificationStatus::Verified && method.is_none() {
        let message = "Choose the method by which the organisation was verified.";
        return Err(UserError::at("method", UserErrorCode::Required, message).into());
    }
    Ok(())
}

/// Profile of an organisation, or changes to it. `None` leaves a field as it is; in a new organisation it stays empty.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Name of the organisation.
    pub name: Option<String>,
    /// Kind of organisation.
    pub kind: Option<OrganisationKind>,
    /// Number of people who work for the organisation.
    pub size: Option<Option<OrganisationSize>>,
    /// Description of the organisation's work.
    pub description: Option<Option<String>>,
    /// Address of the website.
    pub website: Option<Option<String>>,
    /// Public email address.
    pub public_email: Option<Option<String>>,
    /// Public telephone number.
    pub public_phone: Option<Option<String>>,
    /// Register numbers.
    pub identifiers: Option<Vec<Identifier>>,
    /// The parent organisation.
    pub parent: Option<Option<Id<entity::organisation::Entity>>>,
    /// Address and point on the map.
    pub place: Option<Option<Address>>,
    /// Codes of the areas in which the organisation works.
    pub areas: Option<Vec<String>>,
}

/// Checks and normalises a profile. `known` returns true for a code of an area that may be used.
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
    let mut checks = Validator::new();
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

/// Returns the row with a checked profile applied. Without a point of its own, the organisation gets the middle of its
/// first area.
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
    set(&mut row.website, profile.website.as_ref());
    set(&mut row.public_email, profile.public_email.as_ref());
    set(&mut row.public_phone, profile.public_phone.as_ref());
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
    let searched = [Some(row.name.as_str()), row.town.as_deref()];
    row.search_text = plain(&searched.map(Option::unwrap_or_default).join(" "));
    let point = own.or_else(|| middle(&row.areas.0));
    row.latitude = point.map(|point| point.latitude);
    row.longitude = point.map(|point| point.longitude);
    row
}

fn set<T: Clone>(field: &mut T, said: Option<&T>) {
    if let Some(said) = said {
        field.clone_from(said);
    }
}

/// Returns the point of an organisation on the map.
#[must_use]
pub fn point(row: &Model) -> Option<Point> {
    Point::new(row.latitude?, row.longitude?)
}

/// Returns the names of the fields in which two states of an organisation differ.
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

/// Checks whether a change affects what staff confirmed, so that they have to verify the organisation again.
#[must_use]
pub fn ends_verification(viewer: &Viewer, before: &Model, fields: &[&str]) -> bool {
    let confirmed = ["name", "kind", "identifiers"];
    before.verification == VerificationStatus::Verified
        && !viewer.is_staff()
        && fields.iter().any(|field| confirmed.contains(field))
}

#[cfg(test)]
mod tests {
    use entity::{json::Texts, person::PlatformRole};

    use super::*;
    use crate::kit::{
        clock,
        viewer::{SignedIn, Who},
    };

    fn row() -> Model {
        super::super::service::blank(&Viewer::anonymous())
    }

    fn viewer(roles: &[PlatformRole], memberships: &[(Uuid, MembershipRole)]) -> Viewer {
        let who = SignedIn {
            id: Uuid::now_v7(),
            session_id: Uuid::now_v7(),
            roles: roles.to_vec(),
            memberships: memberships.to_vec(),
        };
        Viewer {
            now: clock::now(),
            who: Who::Person(who),
        }
    }

    /// Middles of two sample areas.
    fn middle(areas: &[String]) -> Option<Point> {
        match areas.first()?.as_str() {
            "north" => Point::new(1.0, 1.0),
            "south" => Point::new(-1.0, 1.0),
            _ => None,
        }
    }

    #[test]
    fn managers_and_staff_edit_and_only_staff_verify() {
        let here = Uuid::now_v7();
        for role in [
            MembershipRole::Observer,
            MembershipRole::Member,
            MembershipRole::Editor,
            MembershipRole::Manager,
            MembershipRole::Owner,
        ] {
            let member = viewer(&[], &[(here, role)]);
            let may = role >= MembershipRole::Manager;
            assert_eq!(may_edit(&member, here).is_ok(), may);
            assert_eq!(may_adopt(&member, here).is_ok(), may);
            assert!(may_edit(&member, Uuid::now_v7()).is_err());
            assert!(may_verify(&member).is_err());
        }
        for role in [
            PlatformRole::Broker,
            PlatformRole::Moderator,
            PlatformRole::ProgrammeAdmin,
        ] {
            let staff = viewer(&[role], &[]);
            assert!(may_edit(&staff, here).is_ok() && may_verify(&staff).is_ok());
        }
        let nobody = Viewer::anonymous();
        for answer in [
            may_ask(&nobody),
            may_edit(&nobody, here),
            may_adopt(&nobody, here),
            may_verify(&nobody),
        ] {
            assert!(matches!(answer, Err(Error::Unauthenticated)));
        }
    }

    #[test]
    fn only_what_was_said_changes() {
        let before = Model {
            website: Some("https://hub.example".into()),
            town: Some("Walton".into()),
            search_text: "walton".into(),
            ..row()
        };
        let nothing = Profile::default();
        assert_eq!(applied(before.clone(), &nothing, middle), before);
        let said = Profile {
            name: Some("Äpfel".into()),
            website: Some(None),
            ..Profile::default()
        };
        let after = applied(before.clone(), &said, middle);
        assert_eq!(changed(&before, &after), ["name", "website"]);
        assert_eq!(
            (after.sort_name.as_str(), after.town.as_deref()),
            ("äpfel", Some("Walton"))
        );
    }

    #[test]
    fn a_point_follows_the_areas_until_somebody_puts_one() {
        let areas = |code: &str| Profile {
            areas: Some(vec![code.into()]),
            ..Profile::default()
        };
        let north = applied(row(), &areas("north"), middle);
        assert_eq!(point(&north), Point::new(1.0, 1.0));
        assert_eq!(
            point(&applied(north.clone(), &areas("south"), middle)),
            Point::new(-1.0, 1.0)
        );
        assert_eq!(point(&applied(north.clone(), &areas("moon"), middle)), None);
        let put = Profile {
            place: Some(Some(Address {
                point: Point::new(5.0, 5.0),
                ..Address::default()
            })),
            ..Profile::default()
        };
        let put = applied(north, &put, middle);
        assert_eq!(
            point(&applied(put.clone(), &areas("south"), middle)),
            Point::new(5.0, 5.0)
        );
        let cleared = Profile {
            place: Some(None),
            ..Profile::default()
        };
        assert_eq!(point(&applied(put, &cleared, middle)), Point::new(1.0, 1.0));
    }

    #[test]
    fn a_verified_organisation_that_changes_what_was_looked_at_is_looked_at_again() {
        let verified = Model {
            verification: VerificationStatus::Verified,
            areas: Texts(Vec::new()),
            ..row()
        };
        let (manager, broker) = (viewer(&[], &[]), viewer(&[PlatformRole::Broker], &[]));
        for (field, matters) in [
            ("name", true),
            ("kind", true),
            ("identifiers", true),
            ("website", false),
            ("areas", false),
        ] {
            assert_eq!(
                ends_verification(&manager, &verified, &["size", field]),
                matters
            );
            assert!(!ends_verification(&broker, &verified, &[field]));
            assert!(!ends_verification(&manager, &row(), &[field]));
        }
    }
}
