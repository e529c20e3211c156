//! Acts on listings.

use entity::{
    listing,
    membership::MembershipRole,
    notification::{NotificationKind as Kind, Recipient},
};

use crate::acts;

/// Editors of the listing's organisation, and the person who posted it.
const EDITORS_AND_POSTER: &[Recipient] = &[
    Recipient::Members(MembershipRole::Editor),
    Recipient::Poster,
];

acts! {
    listing::Entity {
        open_data: true,
        grants_access: false,

        /// A listing was drafted.
        DRAFTED = "listing.drafted" => &[];
        /// The content of a listing was changed.
        EDITED = "listing.edited" => &[];
        /// A draft was published.
        PUBLISHED = "listing.published" => &[];
        /// A listing was paused.
        PAUSED = "listing.paused" => &[];
        /// A paused listing was resumed.
        RESUMED = "listing.resumed" => &[];
        /// A listing was renewed or confirmed.
        RENEWED = "listing.renewed" => &[];
        /// A listing was closed: by its organisation, by its last match, or because the day by which it was needed has
        /// passed.
        CLOSED = "listing.closed" => &[(Kind::ListingClosed, &[Recipient::Poster])];
        /// A closed listing was reopened.
        REOPENED = "listing.reopened" => &[];
        /// A draft was deleted.
        DELETED = "listing.deleted" => &[];
        /// The event at which a listing was raised was set or removed.
        RAISED = "listing.raised" => &[];
        /// A listing expired.
        EXPIRED = "listing.expired" => &[(Kind::ListingExpired, EDITORS_AND_POSTER)];
        /// A listing ends within seven days.
        EXPIRY_REMINDED = "listing.expiry_reminded" => &[(Kind::ListingEndsSoon, EDITORS_AND_POSTER)];
        /// A standing listing was not confirmed for 180 days.
        CONFIRMATION_ASKED = "listing.confirmation_asked" => &[(Kind::ListingUnconfirmed, EDITORS_AND_POSTER)];
    }
}
