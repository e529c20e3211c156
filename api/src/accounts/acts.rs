//! Acts on accounts, as recorded in activities.

use entity::person;

use crate::acts;

acts! {
    person::Entity {
        open_data: false,
        grants_access: true,

        /// A person made an account.
        SIGNED_UP = "person.signed_up" => &[];
        /// A person asked for the mail that verifies their address.
        VERIFICATION_REQUESTED = "person.verification_requested" => &[];
        /// A person followed the link in that mail.
        EMAIL_VERIFIED = "person.email_verified" => &[];
        /// A person changed their password.
        PASSWORD_CHANGED = "person.password_changed" => &[];
        /// A person changed their profile.
        PROFILE_UPDATED = "person.profile_updated" => &[];
        /// An administrator gave a person a platform role.
        ROLE_GRANTED = "person.role_granted" => &[];
        /// An administrator took a platform role from a person.
        ROLE_REVOKED = "person.role_revoked" => &[];
    }
}
