//! Acts on intakes, as recorded in activities.

use entity::intake;

use crate::acts;

acts! {
    intake::Entity {
        open_data: false,
        grants_access: true,

        /// A broker or a member of the host organisation recorded an intake.
        TAKEN = "intake.taken" => &[];
        /// A broker reviewed an intake.
        TRIAGED = "intake.triaged" => &[];
        /// A broker rejected an intake.
        REJECTED = "intake.rejected" => &[];
        /// A broker merged an intake into another.
        MERGED = "intake.merged" => &[];
        /// A merge added contact details to an intake.
        CONTACT_ADDED = "intake.contact_added" => &[];
        /// The contact was deleted at the end of its retention period.
        CONTACT_DELETED = "intake.contact_deleted" => &[];
        /// A broker mailed the link to claim an intake.
        CLAIM_SENT = "intake.claim_sent" => &[];
        /// The contact made a draft of an intake.
        CLAIMED = "intake.claimed" => &[];
    }
}
