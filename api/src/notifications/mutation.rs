//! Mutations on notifications.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{MailPreferenceInput, MarkNotificationsReadInput, UpdateNotificationPreferencesInput},
    service::{self, Which},
    types::NotificationPreferences,
};
use crate::{
    accounts::ViewerObject,
    context::ContextExt,
    kit::{Error, UserError, UserErrorCode},
    payload,
};

payload! {
    /// Result of `markNotificationsRead`.
    NotificationsReadPayload {
        /// The viewer, with the number of unread notifications; null if the mutation was refused.
        viewer: ViewerObject
    }
}

payload! {
    /// Result of `updateNotificationPreferences`.
    NotificationPreferencesPayload {
        /// The viewer's email preferences after the mutation; null if it was refused.
        notification_preferences: NotificationPreferences
    }
}

/// Mutations on notifications.
#[derive(Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks the viewer's notifications as read. Notifications that are already read keep their `readAt`.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        input: MarkNotificationsReadInput,
    ) -> Result<Option<NotificationsReadPayload>> {
        let done = match which(input) {
            Ok(which) => service::mark_read(ctx.app(), ctx.viewer(), which).await,
            Err(error) => ctx.viewer().signed_in().and(Err(error)),
        };
        NotificationsReadPayload::of(done.map(|()| ViewerObject(Arc::clone(ctx.viewer()))))
    }

    /// Changes the viewer's email preferences: for each category immediate emails, a daily digest or none; and the
    /// quiet hours.
    async fn update_notification_preferences(
        &self,
        ctx: &Context<'_>,
        input: UpdateNotificationPreferencesInput,
    ) -> Result<Option<NotificationPreferencesPayload>> {
        let UpdateNotificationPreferencesInput { mail, quiet_hours } = input;
        let mail = mail.into_iter().map(|said| {
            let MailPreferenceInput {
                category,
                frequency,
            } = said;
            (category, frequency)
        });
        let quiet = quiet_hours.map_value(Into::into).into();
        let wishes = service::set_preferences(ctx.app(), ctx.viewer(), mail.collect(), quiet).await;
        NotificationPreferencesPayload::of(wishes)
    }
}

fn which(input: MarkNotificationsReadInput) -> Result<Which, Error> {
    match input {
        MarkNotificationsReadInput {
            ids: Some(ids),
            up_to: None,
        } => Ok(Which::Named(ids)),
        MarkNotificationsReadInput {
            ids: None,
            up_to: Some(id),
        } => Ok(Which::UpTo(id)),
        MarkNotificationsReadInput { ids: None, .. } => {
            let message = "Set `ids` or `upTo`, to choose the notifications to mark as read.";
            Err(UserError::at("ids", UserErrorCode::Required, message).into())
        }
        MarkNotificationsReadInput { .. } => {
            let message = "Set either `ids` or `upTo`, not both.";
            Err(UserError::at("upTo", UserErrorCode::Invalid, message).into())
        }
    }
}
