//! Rules of events: the acts that each role may perform in each state, and the transitions.
//!
//! `DRAFT → SCHEDULED → COMPLETED`; `SCHEDULED → POSTPONED → (reschedule) SCHEDULED`; both may be `CANCELLED`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    event::{self, Column, EventState, RegistrationMode},
    listing::Audience,
    membership::MembershipRole,
};
use uuid::Uuid;

use super::acts;
use crate::kit::{
    Error, Viewer, clock,
    lifecycle::{self, Lifecycle, Rule},
};

/// Time before the start at which people with a place are reminded.
pub const REMIND_BEFORE: Duration = Duration::days(1);

/// Action on an event. `viewerActs` returns them in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "EventAct")]
pub enum Act {
    /// Changes the content: `updateEvent`.
    Edit,
    /// Announces a draft to its audience: `scheduleEvent`.
    Schedule,
    /// Sets another date: `rescheduleEvent`.
    Reschedule,
    /// Postpones the event without a new date: `postponeEvent`.
    Postpone,
    /// Cancels the event: `cancelEvent`.
    Cancel,
    /// Deletes a draft: `deleteEvent`.
    Delete,
}

impl Lifecycle for event::Entity {
    type State = EventState;
    type Act = Act;
    type Role = By;
    type Context = ();
    type Side = ();

    const NOUN: &'static str = "event";
    const STATE: Option<Column> = Some(Column::State);
    const VERSION: Option<Column> = Some(Column::Version);
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(row: &event::Model) -> i32 {
        row.version
    }

    fn state_at(row: &event::Model, (): &(), now: DateTime<Utc>) -> EventState {
        state_at(row, now)
    }

    fn state_name(state: EventState) -> String {
        lifecycle::stored_name(&state)
    }

    fn rule(act: Act) -> Rule<Self> {
        use By::{AuthorOfDraft, Organiser};
        use EventState::{Cancelled, Draft, Postponed, Scheduled};

        let (from, by, to, record): (&'static [EventState], _, _, _) = match act {
            Act::Edit => (&[Draft, Scheduled, Postponed], AuthorOfDraft, None, None),
            Act::Schedule => (&[Draft], Organiser, Some(Scheduled), Some(acts::SCHEDULED)),
            Act::Reschedule => {
                let from = &[Scheduled, Postponed];
                (from, Organiser, Some(Scheduled), Some(acts::RESCHEDULED))
            }
            Act::Postpone => (
                &[Scheduled],
                Organiser,
                Some(Postponed),
                Some(acts::POSTPONED),
            ),
            Act::Cancel => {
                let from = &[Scheduled, Postponed];
                (from, Organiser, Some(Cancelled), Some(acts::CANCELLED))
            }
            Act::Delete => (&[Draft], AuthorOfDraft, None, Some(acts::DELETED)),
        };
        Rule {
            from,
            by,
            to,
            record,
        }
    }

    fn authorise(viewer: &Viewer, row: &event::Model, (): &(), act: Act) -> Result<(), Error> {
        let me = viewer.signed_in()?;
        let own_draft = row.state == EventState::Draft
            && row.created_by == me.id
            && viewer.at_least(row.organisation_id, MembershipRole::Member);
        let allowed = match Self::rule(act).by {
            By::AuthorOfDraft if own_draft => true,
            By::AuthorOfDraft | By::Organiser => organises(viewer, row.organisation_id),
        };
        if allowed {
            return Ok(());
        }
        Err(Error::Forbidden(
            "Only editors of the event's organisation and programme administrators can do this. Members can edit and \
             delete their own drafts.",
        ))
    }
}

/// Role that an act on an event needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Organisers: see [`organises`].
    Organiser,
    /// The member who drafted the event while it is a draft, and organisers.
    AuthorOfDraft,
}

/// Returns the state of an event at an instant. A scheduled event is completed from its end on, even if the worker has
/// not recorded it yet.
#[must_use]
pub fn state_at(row: &event::Model, now: DateTime<Utc>) -> EventState {
    match row.state {
        EventState::Scheduled if row.ends_at <= now => EventState::Completed,
        state => state,
    }
}

/// Returns the opening time of registration, if one is set, and the closing time, which defaults to the start of the
/// event.
#[must_use]
pub fn registration_window(row: &event::Model) -> (Option<DateTime<Utc>>, DateTime<Utc>) {
    let closes = row.registration_closes_at.unwrap_or(row.starts_at);
    (row.registration_opens_at, closes)
}

/// Returns true if people can register at an instant.
#[must_use]
pub fn registration_open(row: &event::Model, now: DateTime<Utc>) -> bool {
    let (opens, closes) = registration_window(row);
    row.registration != RegistrationMode::None
        && state_at(row, now) == EventState::Scheduled
        && opens.is_none_or(|opens| opens <= now)
        && now < closes
}

/// Returns true if people without an account may register. The default is true for public events and false for unlisted
/// ones. Other events have no guests.
#[must_use]
pub fn guests_welcome(row: &event::Model) -> bool {
    let seen = match row.audience {
        Audience::Public => row.guests_welcome.unwrap_or(true),
        Audience::Unlisted => row.guests_welcome.unwrap_or(false),
        _ => false,
    };
    seen && row.registration != RegistrationMode::None
}

/// Checks that the viewer may draft events for an organisation: as a member with a role above observer.
pub fn may_draft(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Member) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only members of the organisation can draft events for it. Observers cannot.",
    ))
}

/// Returns true if the viewer organises the events of an organisation: as one of its editors or as a programme
/// administrator.
#[must_use]
pub fn organises(viewer: &Viewer, organisation: Uuid) -> bool {
    viewer.at_least(organisation, MembershipRole::Editor) || viewer.is_admin()
}

/// Returns true if an event was ever announced.
#[must_use]
pub fn was_announced(row: &event::Model) -> bool {
    clock::unless_never(row.first_scheduled_at).is_some()
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    fn row(state: EventState) -> event::Model {
        let starts_at = clock::from_micros(1_800_000_000_000_000);
        event::Model {
            state,
            starts_at,
            ends_at: starts_at + Duration::hours(2),
            registration: RegistrationMode::Event,
            ..Default::default()
        }
    }

    #[test]
    fn every_act_in_every_state() {
        use EventState::{Cancelled, Completed, Draft, Postponed, Scheduled};
        let now = clock::from_micros(1_700_000_000_000_000);
        for (state, expected) in [
            (Draft, "Edit Schedule Delete"),
            (Scheduled, "Edit Reschedule Postpone Cancel"),
            (Postponed, "Edit Reschedule Cancel"),
            (Cancelled, ""),
            (Completed, ""),
        ] {
            let row = row(state);
            let can =
                |act: &Act| lifecycle::check::<event::Entity>(&row, &(), *act, &(), now).is_ok();
            let acts = Act::iter().filter(can);
            let acts: Vec<String> = acts.map(|act| format!("{act:?}")).collect();
            assert_eq!(acts.join(" "), expected, "{state:?}");
        }
    }

    #[test]
    fn time_completes_an_event_at_its_end_and_no_other() {
        let scheduled = row(EventState::Scheduled);
        let before = scheduled.ends_at - Duration::microseconds(1);
        assert_eq!(state_at(&scheduled, before), EventState::Scheduled);
        let ended = state_at(&scheduled, scheduled.ends_at);
        assert_eq!(ended, EventState::Completed);
        let postponed = row(EventState::Postponed);
        let state = state_at(&postponed, postponed.ends_at);
        assert_eq!(state, EventState::Postponed);
    }

    #[test]
    fn registration_is_open_from_its_first_instant_until_it_closes_or_the_event_begins() {
        let mut event = row(EventState::Scheduled);
        let tick = Duration::microseconds(1);
        assert!(registration_open(&event, event.starts_at - tick));
        assert!(!registration_open(&event, event.starts_at));
        let opens = event.starts_at - Duration::days(7);
        event.registration_opens_at = Some(opens);
        event.registration_closes_at = Some(opens + Duration::days(1));
        assert!(!registration_open(&event, opens - tick));
        assert!(registration_open(&event, opens));
        assert!(!registration_open(&event, opens + Duration::days(1)));
    }
}
