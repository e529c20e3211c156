//! Acts on notification preferences, as recorded in activities.

use entity::person;

use crate::acts;

acts! {
    person::Entity {
        open_data: false,
        grants_access: true,

        /// A person changed their email preferences.
        PREFERENCES_UPDATED = "person.notification_preferences_updated" => &[];
        /// A person unsubscribed by the link in an email.
        UNSUBSCRIBED = "person.mail_unsubscribed" => &[];
    }
}
