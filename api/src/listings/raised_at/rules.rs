//! Events at which a listing can be raised.

use entity::event::{self, EventState};

use crate::kit::{UserError, UserErrorCode};

/// Checks that listings can be raised at an event: it must not be a draft or cancelled.
pub fn can_be_raised_at(event: &event::Model) -> Result<(), UserError> {
    match event.state {
        EventState::Draft | EventState::Cancelled => Err(UserError::at(
            "eventId",
            UserErrorCode::InvalidState,
            "Choose an event that was announced and is not cancelled.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_raised_at_what_does_not_take_place() {
        use EventState::{Cancelled, Completed, Draft, Postponed, Scheduled};
        for (state, fine) in [
            (Draft, false),
            (Scheduled, true),
            (Postponed, true),
            (Cancelled, false),
            (Completed, true),
        ] {
            let event = event::Model {
                state,
                ..Default::default()
            };
            assert_eq!(can_be_raised_at(&event).is_ok(), fine, "{state:?}");
        }
    }
}
