//! Who takes down what others tell and who decides about it, what a record can hold, and for how long.

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
    validation::Checks,
};

/// How long the contact of a record is kept at most, from when it reached the marketplace.
pub const KEPT_OPEN: Duration = Duration::days(90);
/// How long it is kept at most once it was decided what becomes of the record.
pub const KEPT_DECIDED: Duration = Duration::days(28);
/// How long a link is good.
pub const CLAIM_DAYS: Duration = Duration::days(14);
/// How often a link is sent for one record.
pub const MOST_CLAIMS: u64 = 5;
/// How long ago a record may have been taken when it reaches the marketplace, and how far a tablet's clock may be fast.
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

/// Who takes something down: brokers, and for an organisation its members, observers excepted.
pub fn may_take(viewer: &Viewer, host: Option<Uuid>) -> Result<(), Error> {
    viewer.signed_in()?;
    let member = host.is_some_and(|host| viewer.at_least(host, MembershipRole::Member));
    if member || viewer.holds(PlatformRole::Broker) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only brokers, and members of the organisation that holds the event, observers excepted, take down what others tell.",
    ))
}

/// Brokers decide what becomes of it.
pub fn may_decide(viewer: &Viewer) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.holds(PlatformRole::Broker) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only brokers decide what becomes of an intake.",
    ))
}

/// How somebody can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// What they are called.
    pub name: Option<String>,
    /// For whom they spoke.
    pub organisation: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
}

impl Contact {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The same, checked, which needs consent where anything was said.
    #[must_use]
    pub fn check(&self, checks: &mut Checks, consent: bool) -> Self {
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
        let message = "Ask whether we may keep how to reach them. Without their consent, leave the contact out.";
        checks.demand(
            checked.is_nothing() || consent,
            "consent",
            Code::Required,
            message,
        );
        checked
    }

    /// The contact in a record, while it may be seen.
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

    /// This one, with what it leaves out as another has it.
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

/// Whether the contact can make a draft of an intake.
#[must_use]
pub fn is_claimable(row: &Model, now: DateTime<Utc>) -> bool {
    lifecycle::check::<intake::Entity>(row, &(), Act::Claim, &(), now).is_ok()
}

/// Until when the contact of a record that is decided about now is kept.
#[must_use]
pub fn kept_once_decided(row: &Model, now: DateTime<Utc>) -> DateTime<Utc> {
    row.contact_until.min(now + KEPT_DECIDED)
}

/// Notes a time at which nothing can have been taken that arrives now.
pub fn taken_at(checks: &mut Checks, at: DateTime<Utc>, now: DateTime<Utc>) {
    let fits = at <= now + FASTEST && at >= now - OLDEST;
    let message = format!(
        "This must be a time of the last {} days. Is the clock right?",
        OLDEST.num_days()
    );
    checks.demand(fits, "takenAt", Code::OutOfRange, message);
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
            let mut checks = Checks::new();
            let _ = contact.check(&mut checks, consent);
            assert_eq!(checks.is_clean(), fits);
        }
    }
}
