//! Acts of the mail worker, as recorded in activities.

use entity::{
    notification::{NotificationKind as Kind, Recipient},
    person,
};

use crate::acts;

acts! {
    person::Entity {
        open_data: false,
        grants_access: false,

        /// A mail server rejected the address of an account for ever.
        EMAIL_REJECTED = "person.email_rejected" => &[(Kind::EmailRejected, &[Recipient::Concerned])];
    }
}
