//! Acts on notifications.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{MailPreferenceInput, MarkNotificationsReadInput, UpdateNotificationPreferencesInput},
    service::{self, Which},
    types::NotificationPreferences,
};
use crate::{
    accounts::ViewerObject,
    context::Ask,
    kit::{Error, UserError, UserErrorCode},
    payload,
};

payload! {
    /// What marking notifications as read gives back.
    NotificationsReadPayload {
        /// The viewer, with what is still unread; null where it was refused.
        viewer: ViewerObject
    }
}

payload! {
    /// What changing how to have mail gives back.
    NotificationPreferencesPayload {
        /// How the viewer wishes to have mail after the act; null where it was refused.
        notification_preferences: NotificationPreferences
    }
}

/// Acts on notifications.
#[derive(Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Mark notifications of one's own as read. What was read already stays as it was.
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

    /// Change how one wishes to have mail: for each category at once, once a day or not at all, and the hours without.
    async fn update_notification_preferences(
        &self,
        ctx: &Context<'_>,
        input: UpdateNotificationPreferencesInput,
    ) -> Result<Option<NotificationPreferencesPayload>> {
        let UpdateNotificationPreferencesInput { mail, quiet_hours } = input;
        let mail = mail.into_iter().map(|said| {
            let MailPreferenceInput { category, wish } = said;
            (category, wish)
        });
        let quiet = quiet_hours.map_value(Into::into).into();
        let wishes = service::wish(ctx.app(), ctx.viewer(), mail.collect(), quiet).await;
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
            let message = "Say which: give ids, or upTo.";
            Err(UserError::at("ids", UserErrorCode::Required, message).into())
        }
        MarkNotificationsReadInput { .. } => {
            let message = "Give either ids or upTo, not both.";
            Err(UserError::at("upTo", UserErrorCode::Invalid, message).into())
        }
    }
}
