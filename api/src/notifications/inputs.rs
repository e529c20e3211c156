//! What people say about notifications and mail.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{
    mail_wish::MailWish,
    notification::{self, NotificationCategory},
};

use super::timing::QuietHours;
use crate::kit::{Id, date::LocalTime};

/// Which notifications to mark as read: either `ids` or `upTo`.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// These, at most 100.
    pub ids: Option<Vec<Id<notification::Entity>>>,
    /// This one and all that are older, such as the newest one that is shown.
    pub up_to: Option<Id<notification::Entity>>,
}

/// What to change of how the viewer wishes to have mail. What is left out stays.
#[derive(InputObject)]
pub struct UpdateNotificationPreferencesInput {
    /// The categories that change, each once.
    #[graphql(default)]
    pub mail: Vec<MailPreferenceInput>,
    /// The hours of each day without mail; null for none.
    pub quiet_hours: MaybeUndefined<QuietHoursInput>,
}

/// How to have mail about one category.
#[derive(InputObject)]
pub struct MailPreferenceInput {
    /// What it is about.
    pub category: NotificationCategory,
    /// How to have it.
    pub wish: MailWish,
}

/// The hours of each day without mail, in Surrey's time.
#[derive(InputObject)]
pub struct QuietHoursInput {
    /// When they begin.
    pub from: LocalTime,
    /// When they end: on the next day where that is before they begin.
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
