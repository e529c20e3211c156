//! GraphQL types of notifications and email preferences.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    activity,
    mail_preference::MailFrequency,
    notification::{self, NotificationCategory, NotificationKind},
};

use super::{
    preferences::Preferences,
    sentences, service,
    subjects::{self, Look, Subject},
};
use crate::{
    activities::Activity,
    context::ContextExt,
    kit::{
        self, Error, Id, Resource,
        date::LocalTime,
        page::{PageArgs, Total},
    },
    schema::{self, Node},
};
use uuid::Uuid;

/// Notification of one person about one act.
pub struct Notification(notification::Model);

impl From<notification::Model> for Notification {
    fn from(row: notification::Model) -> Self {
        Self(row)
    }
}

impl Notification {
    /// Returns a page of the viewer's notifications, newest first.
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

    async fn about(&self, ctx: &Context<'_>) -> Result<Subject, Error> {
        subjects::of(&InQuery(ctx), &self.0).await
    }

    async fn told(&self, ctx: &Context<'_>) -> Result<Option<activity::Model>, Error> {
        subjects::act_of(&InQuery(ctx), self.0.activity_id).await
    }
}

/// Loads the act of a notification.
async fn told(ctx: &Context<'_>, id: Uuid) -> Result<Option<activity::Model>, Error> {
    let found = ctx.parts::<activity::Entity>(id).await?;
    Ok(found.into_iter().next())
}

/// Reads rows as the viewer may see them, batched with other reads of the query.
struct InQuery<'a>(&'a Context<'a>);

impl Look for InQuery<'_> {
    fn reader(&self) -> &kit::Viewer {
        self.0.viewer()
    }

    fn guarded(&self) -> bool {
        false
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

/// Notification of one person about one act. Visible only to that person.
#[Object]
impl Notification {
    /// Global id. Later notifications have greater ids.
    pub async fn id(&self) -> Id<notification::Entity> {
        Id::new(self.0.id)
    }

    /// Kind of the notification.
    async fn kind(&self) -> NotificationKind {
        self.0.kind
    }

    /// Category, for which the viewer can set an email frequency.
    async fn category(&self) -> NotificationCategory {
        self.0.category
    }

    /// Instant of the act that the notification reports.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Instant at which the notification was marked as read; null if it is unread.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }

    /// Sentences to show: what happened, and dates, places and deadlines as they are now. Names listings, events and
    /// organisations that the viewer may see now, and no people. Times are in the time zone of the event, or in UK time.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let facts = self.about(ctx).await?.facts;
        Ok(Some(sentences::sentences(self.0.kind, &facts).join(" ")))
    }

    /// Address of the object that was acted on, in the form that the operator of the server has set for links. Null if
    /// the viewer may no longer see the object.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.about(ctx).await?.url(ctx.app()))
    }

    /// The object that was acted on. Null if it no longer exists, or if the viewer may no longer see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        match self.told(ctx).await? {
            Some(act) => {
                Ok(schema::node(ctx, &format!("{}:{}", act.subject_kind, act.subject_id)).await?)
            }
            None => Ok(None),
        }
    }

    /// Record of the act; null if the viewer may no longer see it.
    async fn activity(&self, ctx: &Context<'_>) -> Result<Option<Activity>> {
        let id = Id::<activity::Entity>::new(self.0.activity_id);
        Ok(ctx.load(id).await?.map(Activity::from))
    }
}

/// Email preferences of one person.
pub struct NotificationPreferences(Preferences);

impl From<Preferences> for NotificationPreferences {
    fn from(wishes: Preferences) -> Self {
        Self(wishes)
    }
}

/// The viewer's email preferences. They do not affect the list of notifications, which is always complete.
#[Object]
impl NotificationPreferences {
    /// Email frequency of every category, including the defaults.
    #[graphql(directive = list_size::apply(8, None))]
    async fn mail(&self) -> Vec<MailPreference> {
        let all = self.0.all();
        all.map(|(category, frequency)| MailPreference {
            category,
            frequency,
        })
        .collect()
    }

    /// Hours of each day without email; null if none. Emails that become due then are sent afterwards.
    async fn quiet_hours(&self) -> Option<QuietTime> {
        self.0.quiet.map(|quiet| QuietTime {
            from: quiet.from.into(),
            until: quiet.until.into(),
        })
    }
}

/// Email frequency for one category of notifications.
#[derive(SimpleObject)]
pub struct MailPreference {
    /// Category of notifications.
    pub category: NotificationCategory,
    /// Frequency of emails about the category. The default is immediate, and a daily digest for `LISTINGS`.
    pub frequency: MailFrequency,
}

/// Hours of each day without email, in UK time.
#[derive(SimpleObject)]
#[graphql(name = "QuietHours")]
pub struct QuietTime {
    /// Start of the quiet hours.
    pub from: LocalTime,
    /// End of the quiet hours. If it is earlier than the start, they end on the next day.
    pub until: LocalTime,
}
