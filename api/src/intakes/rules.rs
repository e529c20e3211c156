//! Permissions, validation and retention periods of intakes.

use chrono::{DateTime, Duration, Utc};
use entity::{
    intake::{self, Column, IntakeState, Model},
    membership::MembershipRole,
    person::PlatformRole,
};
use uuid::Uuid;

use super::acts;
use crate::kit::{
    Error, UserErrorCode as Code, Viewer,
    lifecycle::{self, Lifecycle, Rule},
    validation::Validator,
};

/// Maximum time for which contact details are kept after an intake arrives.
pub const KEPT_OPEN: Duration = Duration::days(90);
/// Maximum time for which contact details are kept after an intake is decided.
pub const KEPT_DECIDED: Duration = Duration::days(28);
/// Lifetime of a claim link.
pub const CLAIM_DAYS: Duration = Duration::days(14);
/// Maximum number of claim links per intake.
pub const MAX_CLAIMS: u64 = 5;
/// Maximum age of an intake on arrival, and tolerance for a client's clock that is fast.
const OLDEST: Duration = Duration::days(90);
const FASTEST: Duration = Duration::hours(1);

/// Act on an intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
#[expect(missing_docs, reason = "the names are those of the mutations")]
pub enum Act {
    Triage,
    Reject,
    Merge,
    SendClaim,
    Claim,
}

/// Role that an act on an intake needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Brokers.
    Broker,
    /// The person who was mailed the link.
    Contact,
}

impl Lifecycle for intake::Entity {
    type State = IntakeState;
    type Act = Act;
    type Role = By;
    type Context = ();
    type Side = ();

    const NOUN: &'static str = "intake";
    const STATE: Option<Column> = Some(Column::State);
    const VERSION: Option<Column> = Some(Column::Version);
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(row: &Model) -> i32 {
        row.version
    }

    fn state_at(row: &Model, (): &(), _: DateTime<Utc>) -> IntakeState {
        row.state
    }

    fn state_name(state: IntakeState) -> String {
        lifecycle::stored_name(&state)
    }

    fn rule(act: Act) -> Rule<Self> {
        use IntakeState::{Converted, Merged, New, Rejected, Triaged};

        let undecided: &'static [IntakeState] = &[New, Triaged];
        let triaged: &'static [IntakeState] = &[Triaged];
        let (from, by, to, record) = match act {
            Act::Triage => (undecided, By::Broker, Some(Triaged), acts::TRIAGED),
            Act::Reject => (undecided, By::Broker, Some(Rejected), acts::REJECTED),
            Act::Merge => (undecided, By::Broker, Some(Merged), acts::MERGED),
            Act::SendClaim => (triaged, By::Broker, None, acts::CLAIM_SENT),
            Act::Claim => (triaged, By::Contact, Some(Converted), acts::CLAIMED),
        };
        Rule {
            from,
            by,
            to,
            record: Some(record),
        }
    }

    fn authorise(viewer: &Viewer, _: &Model, (): &(), act: Act) -> Result<(), Error> {
        match Self::rule(act).by {
            By::Broker => may_decide(viewer),
            // The link is the permission.
            By::Contact => viewer.signed_in().map(|_| ()),
        }
    }
}

/// Checks that the viewer may record an intake: brokers, and members of the host organisation, except observers.
pub fn may_take(viewer: &Viewer, host: Option<Uuid>) -> Result<(), Error> {
    viewer.signed_in()?;
    let member = host.is_some_and(|host| viewer.at_least(host, MembershipRole::Member));
    if member || viewer.has_role(PlatformRole::Broker) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only brokers and members of the host organisation, except observers, can record an intake. Ask one of them.",
    ))
}

/// Checks that the viewer is a broker.
pub fn may_decide(viewer: &Viewer) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.has_role(PlatformRole::Broker) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only brokers can decide on an intake. Ask a broker.",
    ))
}

/// Contact details of the person who made an offer or request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Name of the person.
    pub name: Option<String>,
    /// Organisation that the person spoke for.
    pub organisation: Option<String>,
    /// Email address of the person.
    pub email: Option<String>,
    /// Telephone number of the person.
    pub phone: Option<String>,
}

impl Contact {
    /// Returns true if there are no contact details.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Validates and normalises the contact details. Refuses them without consent.
    #[must_use]
    pub fn check(&self, checks: &mut Validator, consent: bool) -> Self {
        let Self {
            name,
            organisation,
            email,
            phone,
        } = self;
        let email = email.as_deref().filter(|email| !email.trim().is_empty());
        let checked = Self {
            name: checks.optional("contact.name", name.as_deref(), 120),
            organisation: checks.optional("contact.organisation", organisation.as_deref(), 200),
            email: email.map(|email| checks.email("contact.email", email)),
            phone: checks.phone("contact.phone", phone.as_deref()),
        };
        let message = "Contact details need the person's consent. Ask for it and set `consent` to true, or leave \
                       the contact out.";
        checks.require(
            checked.is_nothing() || consent,
            "consent",
            Code::Required,
            message,
        );
        checked
    }

    /// Returns the contact details of an intake; empty after their retention period.
    #[must_use]
    pub fn of(row: &Model, now: DateTime<Utc>) -> Self {
        if row.contact_until <= now {
            return Self::default();
        }
        Self {
            name: row.contact_name.clone(),
            organisation: row.contact_organisation.clone(),
            email: row.contact_email.clone(),
            phone: row.contact_phone.clone(),
        }
    }

    /// Fills missing contact details from another contact.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            organisation: self.organisation.or(other.organisation),
            email: self.email.or(other.email),
            phone: self.phone.or(other.phone),
        }
    }
}

/// Returns true if the contact can make a draft of an intake.
#[must_use]
pub fn is_claimable(row: &Model, now: DateTime<Utc>) -> bool {
    lifecycle::check::<intake::Entity>(row, &(), Act::Claim, &(), now).is_ok()
}

/// Returns the instant until which contact details are kept if the intake is decided now.
#[must_use]
pub fn kept_once_decided(row: &Model, now: DateTime<Utc>) -> DateTime<Utc> {
    row.contact_until.min(now + KEPT_DECIDED)
}

/// Adds an error if an intake that arrives now cannot have been taken at this time.
pub fn taken_at(checks: &mut Validator, at: DateTime<Utc>, now: DateTime<Utc>) {
    let fits = at <= now + FASTEST && at >= now - OLDEST;
    let message = format!(
        "Enter a time within the last {} days. Check the clock of your device.",
        OLDEST.num_days()
    );
    checks.require(fits, "takenAt", Code::OutOfRange, message);
}

#[cfg(test)]
mod tests {
    use entity::{intake::IntakeSource, listing::ListingKind};
    use sea_orm::Iterable;

    use super::*;
    use crate::kit::clock;

    fn row(state: IntakeState) -> Model {
        let at = clock::from_micros(1_800_000_000_000_000);
        Model {
            id: Uuid::nil(),
            kind: ListingKind::Offer,
            source: IntakeSource::Event,
            state,
            host_id: None,
            event_id: None,
            taken_by: Uuid::nil(),
            taken_at: at,
            title: String::new(),
            description: String::new(),
            resource_type: None,
            area: None,
            contact_name: Some("Ann".into()),
            contact_organisation: None,
            contact_email: None,
            contact_phone: None,
            contact_until: at + KEPT_OPEN,
            note: None,
            merged_into: None,
            listing_id: None,
            claimed_by: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    #[test]
    fn every_act_in_every_state() {
        use IntakeState::{Converted, Merged, New, Rejected, Triaged};
        for (state, expected) in [
            (New, 3),
            (Triaged, 5),
            (Converted, 0),
            (Merged, 0),
            (Rejected, 0),
        ] {
            let row = row(state);
            let possible = Act::iter().filter(|act| {
                lifecycle::check::<intake::Entity>(&row, &(), *act, &(), row.created_at).is_ok()
            });
            assert_eq!(possible.count(), expected, "{state:?}");
        }
    }

    #[test]
    fn a_contact_is_seen_until_its_instant_and_kept_no_longer_than_was_said() {
        let row = row(IntakeState::New);
        let before = row.contact_until - Duration::microseconds(1);
        assert!(!Contact::of(&row, before).is_nothing());
        assert!(Contact::of(&row, row.contact_until).is_nothing());
        assert_eq!(
            kept_once_decided(&row, row.created_at),
            row.created_at + KEPT_DECIDED
        );
        assert_eq!(kept_once_decided(&row, before), row.contact_until);
    }

    #[test]
    fn nothing_is_kept_of_somebody_without_their_consent() {
        let contact = Contact {
            phone: Some("01372 111111".into()),
            ..Contact::default()
        };
        for (contact, consent, fits) in [
            (&contact, false, false),
            (&contact, true, true),
            (&Contact::default(), false, true),
        ] {
            let mut checks = Validator::new();
            let _ = contact.check(&mut checks, consent);
            assert_eq!(checks.is_clean(), fits);
        }
    }
}
