//! Acts on intakes.

use entity::intake;

use crate::acts;

acts! {
    intake::Entity {
        open_data: false,
        grants_access: true,

        /// A broker or host recorded an intake.
        TAKEN = "intake.taken" => &[];
        /// A broker completed an intake.
        TRIAGED = "intake.triaged" => &[];
        /// A broker rejected an intake.
        REJECTED = "intake.rejected" => &[];
        /// A broker merged an intake into another.
        MERGED = "intake.merged" => &[];
        /// A broker added the contact of an intake.
        CONTACT_ADDED = "intake.contact_added" => &[];
        /// The contact was deleted at the end of its retention period.
        CONTACT_DELETED = "intake.contact_deleted" => &[];
        /// A broker mailed the link to claim an intake.
        CLAIM_SENT = "intake.claim_sent" => &[];
        /// The contact made a draft of an intake.
        CLAIMED = "intake.claimed" => &[];
    }
}
