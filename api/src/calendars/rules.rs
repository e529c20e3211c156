//! What a calendar may be of, how long it reaches back, and where it is read.

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
    kit::{Error, Id, UserErrorCode, validation::Checks},
};

/// For what the token in an address is good.
pub const PURPOSE: &str = "calendar";
/// The most calendars that one person has.
pub const MOST: u64 = 20;
/// The most events in a calendar.
pub const MOST_EVENTS: u64 = 1_000;
/// How long what is over stays in it.
pub const KEPT: Duration = Duration::days(90);

/// Refuses a scope without what it is of, or with what it is not of.
pub fn check(scope: CalendarScope, organisation: bool, area: bool) -> Result<(), Error> {
    let mut checks = Checks::new();
    let mut fits = |field: &str, given: bool, needed: bool| {
        let (code, message) = if needed {
            (UserErrorCode::Required, "Say of which this calendar is.")
        } else {
            (
                UserErrorCode::Invalid,
                "This calendar is of something else. Leave it out.",
            )
        };
        checks.demand(given == needed, field, code, message);
    };
    fits(
        "organisationId",
        organisation,
        scope == CalendarScope::Organisation,
    );
    fits("area", area, scope == CalendarScope::Area);
    checks.finish()
}

/// Where everybody reads an event who may: it was announced, to everybody or to those who have its address.
#[must_use]
pub fn of_event(config: &Config, row: &event::Model) -> Option<String> {
    let open = [Audience::Public, Audience::Unlisted].contains(&row.audience);
    let site = Site::at(&config.public_url);
    (open && row.state != EventState::Draft).then(|| site.event(&row.reference, "ics"))
}

/// Where what an organisation hosts is followed, as everybody may see it.
#[must_use]
pub fn of_organisation(config: &Config, id: Id<organisation::Entity>) -> String {
    Site::at(&config.public_url).at_path(&format!("calendars/organisations/{id}.ics"))
}

/// Where what is for an area is followed, as everybody may see it.
#[must_use]
pub fn of_area(config: &Config, code: &str) -> String {
    Site::at(&config.public_url).at_path(&format!("calendars/areas/{code}.ics"))
}

/// Where somebody follows a calendar of their own.
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
