//! Rules of partnerships: who answers, and which changes need a new answer.

use entity::{
    event::{self, EventState},
    event_partner::{Model, PartnershipState},
    membership::MembershipRole,
};
use uuid::Uuid;

use crate::{
    events::{content::MAX_PARTNERS, rules::organises},
    kit::{Error, UserError, UserErrorCode as Code, Viewer},
};

/// Maximum number of partnerships of an event, with those that were declined.
pub const MAX_PARTNERSHIPS: usize = 2 * MAX_PARTNERS;

/// Fields of an event under which a partner's name stands. A change of one asks the partners again.
const SUBSTANCE: [&str; 4] = ["title", "description", "kind", "audience"];

/// Returns true if a change asks the partners again.
#[must_use]
pub fn asks_again(fields: &[&str]) -> bool {
    fields.iter().any(|field| SUBSTANCE.contains(field))
}

/// Checks that the viewer may answer for an organisation: as one of its editors.
pub fn may_answer(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Editor) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors of the organisation that was named as a partner can answer for it.",
    ))
}

/// Returns true if the viewer sees the partnership before it is accepted: organisers of the event, members of the named
/// organisation, and staff.
#[must_use]
pub fn sees(viewer: &Viewer, event: &event::Model, partner: Uuid) -> bool {
    organises(viewer, event.organisation_id)
        || viewer.role_in(partner).is_some()
        || viewer.is_staff()
}

/// State of an organisation that the viewer names: they accept for their own organisation as they name it.
#[must_use]
pub fn first_state(viewer: &Viewer, organisation: Uuid) -> PartnershipState {
    if may_answer(viewer, organisation).is_ok() {
        PartnershipState::Accepted
    } else {
        PartnershipState::Requested
    }
}

/// Checks that an organisation can accept: it was named, and the event was announced and is not over.
pub fn can_accept(partnership: Option<&Model>, event: EventState) -> Result<(), UserError> {
    let invalid = |message: &str| UserError::new(Code::InvalidState, message);
    if !matches!(event, EventState::Scheduled | EventState::Postponed) {
        return Err(invalid(
            "The event is over, cancelled or not announced, so a partnership can no longer be accepted.",
        ));
    }
    match partnership.map(|row| row.state) {
        Some(PartnershipState::Requested) => Ok(()),
        Some(PartnershipState::Accepted) => Err(invalid("The organisation is already a partner.")),
        Some(PartnershipState::Declined) => Err(invalid(
            "The organisation declined this partnership or left it. Ask the host to run the event without it.",
        )),
        None => Err(not_named()),
    }
}

/// Checks that an organisation can decline or leave: it was named and did not decline before.
pub fn can_end(partnership: Option<&Model>) -> Result<(), UserError> {
    match partnership.map(|row| row.state) {
        Some(PartnershipState::Requested | PartnershipState::Accepted) => Ok(()),
        Some(PartnershipState::Declined) => Err(UserError::new(
            Code::InvalidState,
            "The organisation has already declined this partnership or left it.",
        )),
        None => Err(not_named()),
    }
}

fn not_named() -> UserError {
    UserError::at(
        "organisationId",
        Code::InvalidState,
        "The event does not name this organisation as a partner.",
    )
}
