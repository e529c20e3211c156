//! Acts on preferences for notifications.

use entity::person;

use crate::acts;

acts! {
    person::Entity {
        open_data: false,
        grants_access: true,

        /// A person changed how they get mail.
        PREFERENCES_UPDATED = "person.notification_preferences_updated" => &[];
        /// A person unsubscribed by the link in a mail.
        UNSUBSCRIBED = "person.mail_unsubscribed" => &[];
    }
}
