//! Limits, validation and addresses of calendars.

use chrono::Duration;
use entity::{
    calendar_address::CalendarScope,
    event::{self, EventState},
    listing::Audience,
    organisation,
};

use crate::{
    config::Config,
    feeds::site::Site,
    kit::{Error, Id, UserErrorCode, validation::Validator},
};

/// Purpose sealed into the token of a private address; a token sealed for another purpose is not accepted.
pub const PURPOSE: &str = "calendar";
/// Maximum number of calendars per person.
pub const MAX: u64 = 20;
/// Maximum number of events in a calendar.
pub const MAX_EVENTS: u64 = 1_000;
/// Period for which past events stay in a calendar.
pub const KEPT: Duration = Duration::days(90);

/// Checks that the organisation and the area are set exactly if the scope needs them.
pub fn check(scope: CalendarScope, organisation: bool, area: bool) -> Result<(), Error> {
    let mut checks = Validator::new();
    let mut fits = |field: &str, given: bool, needed: bool| {
        let (code, message) = if needed {
            (
                UserErrorCode::Required,
                "Enter a value: a calendar of this scope needs it.",
            )
        } else {
            (
                UserErrorCode::Invalid,
                "A calendar of this scope does not use this value. Leave it out.",
            )
        };
        checks.require(given == needed, field, code, message);
    };
    fits(
        "organisationId",
        organisation,
        scope == CalendarScope::Organisation,
    );
    fits("area", area, scope == CalendarScope::Area);
    checks.finish()
}

/// Returns the public address of an event's iCalendar file; `None` for drafts and for events with a restricted
/// audience.
#[must_use]
pub fn of_event(config: &Config, row: &event::Model) -> Option<String> {
    let open = [Audience::Public, Audience::Unlisted].contains(&row.audience);
    let site = Site::at(&config.public_url);
    (open && row.state != EventState::Draft).then(|| site.event(&row.reference, "ics"))
}

/// Returns the public address of the calendar of an organisation's events.
#[must_use]
pub fn of_organisation(config: &Config, id: Id<organisation::Entity>) -> String {
    Site::at(&config.public_url).at_path(&format!("calendars/organisations/{id}.ics"))
}

/// Returns the public address of the calendar of an area's events.
#[must_use]
pub fn of_area(config: &Config, code: &str) -> String {
    Site::at(&config.public_url).at_path(&format!("calendars/areas/{code}.ics"))
}

/// Returns the address of a person's private calendar.
#[must_use]
pub fn private(config: &Config, token: &str) -> String {
    Site::at(&config.public_url).at_path(&format!("calendars/private.ics?token={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_of_one_thing() {
        use CalendarScope::{Area, Organisation, Own};
        for (scope, organisation, area, fine) in [
            (Own, false, false, true),
            (Own, true, false, false),
            (Own, false, true, false),
            (Organisation, true, false, true),
            (Organisation, false, false, false),
            (Organisation, true, true, false),
            (Area, false, true, true),
            (Area, true, false, false),
        ] {
            let checked = check(scope, organisation, area).is_ok();
            assert_eq!(checked, fine, "{scope:?} {organisation} {area}");
        }
    }
}
