//! What the schema says of notifications and of how people wish to have mail.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    activity,
    mail_wish::MailWish,
    notification::{self, NotificationCategory, NotificationKind},
};

use super::{
    preferences::Wishes,
    service,
    titles::{self, Look},
};
use crate::{
    activities::Activity,
    context::Ask,
    kit::{
        self, Error, Id, Resource,
        date::LocalTime,
        page::{PageArgs, Total},
    },
    schema::{self, Node},
};
use uuid::Uuid;

/// What somebody is told.
pub struct Notification(notification::Model);

impl From<notification::Model> for Notification {
    fn from(row: notification::Model) -> Self {
        Self(row)
    }
}

impl Notification {
    /// A page of the viewer's own.
    pub async fn of_viewer(
        ctx: &Context<'_>,
        viewer: &kit::Viewer,
        unread_only: bool,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = service::list(conn, viewer, unread_only, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    async fn told(&self, ctx: &Context<'_>) -> Result<Option<activity::Model>, Error> {
        titles::act_of(&InQuery(ctx), self.0.activity_id).await
    }
}

/// An act of which the viewer was told.
async fn told(ctx: &Context<'_>, id: Uuid) -> Result<Option<activity::Model>, Error> {
    let found = ctx.parts::<activity::Entity>(id).await?;
    Ok(found.into_iter().next())
}

/// Rows as whoever asks sees them, read together with what else the query asks for.
struct InQuery<'a>(&'a Context<'a>);

impl Look for InQuery<'_> {
    fn reader(&self) -> &kit::Viewer {
        self.0.viewer()
    }

    async fn told(&self, id: Uuid) -> Result<Option<activity::Model>, Error> {
        told(self.0, id).await
    }

    async fn look<E: Resource>(&self, id: Id<E>) -> Result<Option<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        self.0.load(id).await
    }
}

/// What somebody is told of an act. Only they see it.
#[Object]
impl Notification {
    /// Global id. Later notifications have greater ids.
    pub async fn id(&self) -> Id<notification::Entity> {
        Id::new(self.0.id)
    }

    /// What is told.
    async fn kind(&self) -> NotificationKind {
        self.0.kind
    }

    /// What it is about, for which people say how they wish to have mail.
    async fn category(&self) -> NotificationCategory {
        self.0.category
    }

    /// When that happened of which it tells.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// When it was marked as read; null where it was not yet.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }

    /// A sentence to show. It names what the reader may see at this moment, and no people.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(Some(titles::sentence(&InQuery(ctx), &self.0).await?))
    }

    /// What was acted on; null where it is gone, or where the reader may not see it any more.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        match self.told(ctx).await? {
            Some(act) => {
                Ok(schema::node(ctx, &format!("{}:{}", act.subject_kind, act.subject_id)).await?)
            }
            None => Ok(None),
        }
    }

    /// The record of the act; null where the reader may not see it any more.
    async fn activity(&self, ctx: &Context<'_>) -> Result<Option<Activity>> {
        let id = Id::<activity::Entity>::new(self.0.activity_id);
        Ok(ctx.load(id).await?.map(Activity::from))
    }
}

/// How somebody wishes to have mail. Whatever they wish, their notifications are all listed.
pub struct NotificationPreferences(Wishes);

impl From<Wishes> for NotificationPreferences {
    fn from(wishes: Wishes) -> Self {
        Self(wishes)
    }
}

/// How somebody wishes to have mail. Whatever they wish, their notifications are all listed.
#[Object]
impl NotificationPreferences {
    /// For every category, also those of which they never said anything.
    #[graphql(directive = list_size::apply(7, None))]
    async fn mail(&self) -> Vec<MailPreference> {
        let all = self.0.all();
        all.map(|(category, wish)| MailPreference { category, wish })
            .collect()
    }

    /// The hours of each day in which they want no mail; null where there are none. What falls due then waits.
    async fn quiet_hours(&self) -> Option<QuietTime> {
        self.0.quiet.map(|quiet| QuietTime {
            from: quiet.from.into(),
            until: quiet.until.into(),
        })
    }
}

/// How somebody wishes to have mail about one category.
#[derive(SimpleObject)]
pub struct MailPreference {
    /// What it is about.
    pub category: NotificationCategory,
    /// How they wish to have it.
    pub wish: MailWish,
}

/// The hours of each day in which somebody wants no mail, in Surrey's time.
#[derive(SimpleObject)]
#[graphql(name = "QuietHours")]
pub struct QuietTime {
    /// When they begin.
    pub from: LocalTime,
    /// When they end: on the next day where that is before they begin.
    pub until: LocalTime,
}
