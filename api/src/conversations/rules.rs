//! Who may speak in a conversation and who moderates, what can be said, and what somebody has not read.

use entity::{
    conversation, conversation_mark, membership::MembershipRole, message,
    message_report::MessageReportState, person::PlatformRole,
};
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode as Code, Viewer, validation::Checks};

/// The most messages of one person in a minute.
pub const MOST_IN_A_MINUTE: u64 = 30;
/// How many messages before and after a reported one a moderator reads.
pub const AROUND: i64 = 5;

/// What is said: plain text of several lines.
pub fn text(checks: &mut Checks, text: &str) -> String {
    checks.lines("text", text, 1..=4_000)
}

/// Who may ask for an organisation: its members, observers excepted.
pub fn may_ask(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Member) {
        return Ok(());
    }
    Err(observers_read())
}

/// The side for which the viewer speaks: the one that they chose, or else the one to which they belong.
pub fn side(viewer: &Viewer, sides: [Uuid; 2], chosen: Option<Uuid>) -> Result<Uuid, Error> {
    viewer.signed_in()?;
    if chosen.is_some_and(|chosen| !sides.contains(&chosen)) {
        let message = "This organisation has no part in the conversation.";
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
    Error::Forbidden("Only members of the organisation, observers excepted, write messages for it.")
}

/// The other side.
#[must_use]
pub fn other(row: &conversation::Model, side: Uuid) -> Uuid {
    if row.asker_id == side {
        row.asked_id
    } else {
        row.asker_id
    }
}

/// Moderators decide on what was reported.
pub fn may_moderate(viewer: &Viewer) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.holds(PlatformRole::Moderator) {
        return Ok(());
    }
    Err(Error::Forbidden("Only moderators decide on reports."))
}

/// Whether a message can be hidden.
pub fn can_hide(row: &message::Model) -> Result<(), UserError> {
    if row.hidden_at.is_none() {
        return Ok(());
    }
    Err(UserError::new(Code::InvalidState, "It is hidden already."))
}

/// Whether a report can be dismissed.
pub fn can_dismiss(state: MessageReportState) -> Result<(), UserError> {
    if state == MessageReportState::Open {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidState,
        "A moderator has decided on it already.",
    ))
}

/// How many messages somebody has not read, their own aside.
#[must_use]
pub fn unread(row: &conversation::Model, mark: Option<&conversation_mark::Model>) -> i64 {
    let seen = mark.map_or(0, |mark| mark.up_to + mark.own);
    (row.messages - seen).max(0)
}

/// How far somebody has read who has just written the message with this number: their own is never unread to them,
/// and what the other side said meanwhile stays so.
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
