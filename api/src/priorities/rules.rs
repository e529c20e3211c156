//! Who may see and do what to the priorities, and what an edition may hold.

use entity::priority_edition::PriorityEditionState;

use crate::kit::Viewer;

/// The states in which the viewer sees an edition: drafts are for staff.
#[must_use]
pub fn seen_states(viewer: &Viewer) -> Vec<PriorityEditionState> {
    use PriorityEditionState::{Adopted, Consultation, Draft, Superseded};

    [Draft, Consultation, Adopted, Superseded]
        .into_iter()
        .filter(|state| may_see(viewer, *state))
        .collect()
}

/// Whether the viewer sees an edition in this state, and what is in it.
#[must_use]
pub fn may_see(viewer: &Viewer, state: PriorityEditionState) -> bool {
    state != PriorityEditionState::Draft || viewer.is_staff()
}
