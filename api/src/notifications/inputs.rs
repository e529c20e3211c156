//! GraphQL inputs of notifications and email preferences.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{
    mail_preference::MailFrequency,
    notification::{self, NotificationCategory},
};

use super::timing::QuietHours;
use crate::kit::{Id, date::LocalTime};

/// Notifications to mark as read: set either `ids` or `upTo`.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// Notifications to mark, at most 100.
    pub ids: Option<Vec<Id<notification::Entity>>>,
    /// Marks this notification and all older ones, for example the newest one on the screen.
    pub up_to: Option<Id<notification::Entity>>,
}

/// Changes to the viewer's email preferences. A field that is left out stays unchanged.
#[derive(InputObject)]
pub struct UpdateNotificationPreferencesInput {
    /// Categories to change, each at most once.
    #[graphql(default)]
    pub mail: Vec<MailPreferenceInput>,
    /// Hours of each day without email; null removes them.
    pub quiet_hours: MaybeUndefined<QuietHoursInput>,
}

/// Email frequency for one category of notifications.
#[derive(InputObject)]
pub struct MailPreferenceInput {
    /// Category of notifications.
    pub category: NotificationCategory,
    /// New frequency of emails about the category.
    pub frequency: MailFrequency,
}

/// Hours of each day without email, in UK time.
#[derive(InputObject)]
pub struct QuietHoursInput {
    /// Start of the quiet hours.
    pub from: LocalTime,
    /// End of the quiet hours. If it is earlier than the start, they end on the next day. Must differ from the start.
    pub until: LocalTime,
}

impl From<QuietHoursInput> for QuietHours {
    fn from(input: QuietHoursInput) -> Self {
        let QuietHoursInput { from, until } = input;
        Self {
            from: from.into(),
            until: until.into(),
        }
    }
}
