//! Rules of conversations: permissions to write and to moderate, the form of a text, and unread messages.

use entity::{
    conversation, conversation_mark, membership::MembershipRole, message,
    message_report::MessageReportState, person::PlatformRole,
};
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode as Code, Viewer, validation::Validator};

/// Maximum number of messages of one person per minute.
pub const MAX_IN_A_MINUTE: u64 = 30;
/// Number of messages before and after a reported one that a moderator can read.
pub const AROUND: i64 = 5;

/// Checks the text of a message: plain text of several lines, 1 to 4,000 characters.
pub fn text(checks: &mut Validator, text: &str) -> String {
    checks.lines("text", text, 1..=4_000)
}

/// Checks that the viewer may ask for an organisation: as a member, but not as an observer.
pub fn may_ask(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Member) {
        return Ok(());
    }
    Err(observers_read())
}

/// Returns the organisation for which the viewer writes: the chosen one, or else the one that they belong to.
pub fn side(viewer: &Viewer, sides: [Uuid; 2], chosen: Option<Uuid>) -> Result<Uuid, Error> {
    viewer.signed_in()?;
    if chosen.is_some_and(|chosen| !sides.contains(&chosen)) {
        let message = "This organisation is not part of the conversation. Choose one of its two organisations.";
        return Err(UserError::at("organisationId", Code::Unknown, message).into());
    }
    let speaks = |id: &Uuid| viewer.at_least(*id, MembershipRole::Member);
    let side = chosen.map_or_else(
        || sides.into_iter().find(speaks),
        |id| Some(id).filter(speaks),
    );
    side.ok_or_else(observers_read)
}

const fn observers_read() -> Error {
    Error::Forbidden(
        "Only members of the organisation can write messages for it. Observers can only read.",
    )
}

/// Returns the other organisation.
#[must_use]
pub fn other(row: &conversation::Model, side: Uuid) -> Uuid {
    if row.asker_id == side {
        row.asked_id
    } else {
        row.asker_id
    }
}

/// Checks that the viewer is a moderator.
pub fn may_moderate(viewer: &Viewer) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.has_role(PlatformRole::Moderator) {
        return Ok(());
    }
    Err(Error::Forbidden("Only moderators can decide on reports."))
}

/// Checks that a message can be hidden.
pub fn can_hide(row: &message::Model) -> Result<(), UserError> {
    if row.hidden_at.is_none() {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidState,
        "This message is already hidden.",
    ))
}

/// Checks that a report can be dismissed.
pub fn can_dismiss(state: MessageReportState) -> Result<(), UserError> {
    if state == MessageReportState::Open {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidState,
        "A moderator has already decided on this report.",
    ))
}

/// Counts the messages that a person has not read, without their own.
#[must_use]
pub fn unread(row: &conversation::Model, mark: Option<&conversation_mark::Model>) -> i64 {
    let seen = mark.map_or(0, |mark| mark.up_to + mark.own);
    (row.messages - seen).max(0)
}

/// Returns the read mark of a person after they wrote the message with this number. Their own message counts as read;
/// messages that the other side wrote in the meantime stay unread.
#[must_use]
pub const fn mark_after_writing((up_to, own): (i64, i64), number: i64) -> (i64, i64) {
    if up_to + own + 1 == number {
        (number, 0)
    } else {
        (up_to, own + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_has_read_their_own_message_and_no_other() {
        assert_eq!(mark_after_writing((0, 0), 1), (1, 0));
        assert_eq!(mark_after_writing((1, 0), 2), (2, 0));
        assert_eq!(mark_after_writing((1, 0), 3), (1, 1), "one came between");
        assert_eq!(mark_after_writing((1, 1), 4), (1, 2));
    }
}
