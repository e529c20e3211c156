//! Acts on calendars, as recorded in activities.

use entity::calendar_address;

use crate::acts;

acts! {
    calendar_address::Entity {
        open_data: false,
        grants_access: true,

        /// A person created a calendar address.
        MADE = "calendar.made" => &[];
        /// A person revoked a calendar address.
        REVOKED = "calendar.revoked" => &[];
    }
}
