//! Acts on messages and reports of messages.

use entity::{
    message, message_report,
    notification::{NotificationKind as Kind, Recipient},
    person::PlatformRole,
};

use crate::acts;

acts! {
    message::Entity {
        open_data: false,
        grants_access: false,

        /// A side wrote a message.
        POSTED = "message.posted" => &[(Kind::MessagePosted, &[Recipient::Readers])];
        /// A moderator hid a message.
        HIDDEN = "message.hidden" => &[(Kind::MessageHidden, &[Recipient::Concerned])];
        /// A reader reported a message.
        REPORTED = "message.reported" => &[(Kind::MessageReported, &[Recipient::Staff(PlatformRole::Moderator)])];
    }

    message_report::Entity {
        open_data: false,
        grants_access: true,

        /// A moderator dismissed a report.
        REPORT_DISMISSED = "message.report_dismissed" => &[];
    }
}
