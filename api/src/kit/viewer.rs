//! Whoever asks: somebody who signed in, nobody, or the marketplace itself.
//!
//! It is loaded at most once per request and never for anonymous ones. The time of the request is
//! in it, so that rules stay pure.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{membership::MembershipRole, person::PlatformRole};
use uuid::Uuid;

use super::{Error, clock};

/// Who asks, and when.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The instant of the request.
    pub now: DateTime<Utc>,
    /// Who it is.
    pub who: Who,
}

/// The kinds of callers.
#[derive(Clone, Debug)]
pub enum Who {
    /// A request without a token.
    Nobody,
    /// A person with a valid access token.
    Person(SignedIn),
    /// The worker or the command line.
    System,
}

/// A person who signed in, with what they may do.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person's row.
    pub id: Uuid,
    /// The session that the token belongs to.
    pub session_id: Uuid,
    /// Platform roles held at this moment.
    pub roles: Vec<PlatformRole>,
    /// Active memberships at this moment.
    pub memberships: Vec<(Uuid, MembershipRole)>,
}

impl Viewer {
    /// Nobody, now.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            now: clock::now(),
            who: Who::Nobody,
        }
    }

    /// The marketplace itself, now.
    #[must_use]
    pub fn system() -> Self {
        Self {
            now: clock::now(),
            who: Who::System,
        }
    }

    /// The calendar day of the request in Surrey.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        clock::local_day(self.now)
    }

    /// The person who signed in, if one did.
    #[must_use]
    pub const fn person(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::Person(person) => Some(person),
            _ => None,
        }
    }

    /// The id of the person who signed in.
    #[must_use]
    pub fn person_id(&self) -> Option<Uuid> {
        self.person().map(|person| person.id)
    }

    /// The person who signed in, or [`Error::Unauthenticated`].
    pub fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.person().ok_or(Error::Unauthenticated)
    }

    /// Whether it is a request without a token.
    #[must_use]
    pub const fn is_nobody(&self) -> bool {
        matches!(self.who, Who::Nobody)
    }

    /// Whether it is the marketplace itself.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        matches!(self.who, Who::System)
    }

    /// Whether the viewer holds a platform role. Administrators hold all of them.
    #[must_use]
    pub fn holds(&self, role: PlatformRole) -> bool {
        match &self.who {
            Who::Nobody => false,
            Who::Person(person) => {
                person.roles.contains(&role) || person.roles.contains(&PlatformRole::ProgrammeAdmin)
            }
            Who::System => true,
        }
    }

    /// Whether the viewer is a programme administrator.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.holds(PlatformRole::ProgrammeAdmin)
    }

    /// Whether the viewer holds any platform role.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.holds(PlatformRole::Broker) || self.holds(PlatformRole::Moderator)
    }

    /// The viewer's role in an organisation.
    #[must_use]
    pub fn role_in(&self, organisation: Uuid) -> Option<MembershipRole> {
        self.person()?
            .memberships
            .iter()
            .find_map(|(id, role)| (*id == organisation).then_some(*role))
    }

    /// Whether the viewer holds this role in an organisation, or a higher one.
    #[must_use]
    pub fn at_least(&self, organisation: Uuid, role: MembershipRole) -> bool {
        self.role_in(organisation).is_some_and(|held| held >= role)
    }

    /// The organisations that the viewer is a member of.
    pub fn organisations(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.person()
            .into_iter()
            .flat_map(|person| person.memberships.iter().map(|(id, _)| *id))
    }
}
