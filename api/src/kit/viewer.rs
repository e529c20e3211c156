//! The caller: a signed-in person, an anonymous client, or the system itself.
//!
//! Loaded at most once per request, and never for anonymous requests. It carries the time of the request, so that rules
//! stay pure.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{membership::MembershipRole, person::PlatformRole};
use uuid::Uuid;

use super::{Error, clock};

/// Caller and time of a request.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Time of the request.
    pub now: DateTime<Utc>,
    /// Kind of caller.
    pub who: Who,
}

/// Kinds of callers.
#[derive(Clone, Debug)]
pub enum Who {
    /// Anonymous client: a request without a token.
    Anonymous,
    /// Person with a valid access token.
    Person(SignedIn),
    /// The worker or the command line.
    System,
}

/// Signed-in person with their roles and memberships.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Id of the person.
    pub id: Uuid,
    /// Session to which the token belongs.
    pub session_id: Uuid,
    /// Platform roles at the time of the request.
    pub roles: Vec<PlatformRole>,
    /// Active memberships at the time of the request: the organisation and the role in it.
    pub memberships: Vec<(Uuid, MembershipRole)>,
}

impl Viewer {
    /// Anonymous viewer, at the current time.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            now: clock::now(),
            who: Who::Anonymous,
        }
    }

    /// The system itself, at the current time.
    #[must_use]
    pub fn system() -> Self {
        Self {
            now: clock::now(),
            who: Who::System,
        }
    }

    /// Calendar day of the request in Surrey (Europe/London).
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        clock::local_day(self.now)
    }

    /// The signed-in person; `None` for other callers.
    #[must_use]
    pub const fn person(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::Person(person) => Some(person),
            _ => None,
        }
    }

    /// Id of the signed-in person; `None` for other callers.
    #[must_use]
    pub fn person_id(&self) -> Option<Uuid> {
        self.person().map(|person| person.id)
    }

    /// Returns the signed-in person, or [`Error::Unauthenticated`].
    pub fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.person().ok_or(Error::Unauthenticated)
    }

    /// Returns true for an anonymous client.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        matches!(self.who, Who::Anonymous)
    }

    /// Returns true for the worker and the command line.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        matches!(self.who, Who::System)
    }

    /// Returns true if the viewer has a platform role. Administrators and the system have all of them.
    #[must_use]
    pub fn has_role(&self, role: PlatformRole) -> bool {
        match &self.who {
            Who::Anonymous => false,
            Who::Person(person) => {
                person.roles.contains(&role) || person.roles.contains(&PlatformRole::ProgrammeAdmin)
            }
            Who::System => true,
        }
    }

    /// Returns true for a programme administrator, and for the system.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.has_role(PlatformRole::ProgrammeAdmin)
    }

    /// Returns true if the viewer has any platform role.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.has_role(PlatformRole::Broker) || self.has_role(PlatformRole::Moderator)
    }

    /// Role of the viewer in an organisation; `None` if they are not a member.
    #[must_use]
    pub fn role_in(&self, organisation: Uuid) -> Option<MembershipRole> {
        self.person()?
            .memberships
            .iter()
            .find_map(|(id, role)| (*id == organisation).then_some(*role))
    }

    /// Returns true if the viewer has this role or a higher one in an organisation.
    #[must_use]
    pub fn at_least(&self, organisation: Uuid, role: MembershipRole) -> bool {
        self.role_in(organisation).is_some_and(|held| held >= role)
    }

    /// Organisations of which the viewer is a member.
    pub fn organisations(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.person()
            .into_iter()
            .flat_map(|person| person.memberships.iter().map(|(id, _)| *id))
    }
}
