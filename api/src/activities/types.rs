//! What the schema says of activities.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, ID, InputObject, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    activity::{self, ActorKind},
    organisation, person,
};
use uuid::Uuid;

use super::service::{self, Filter};
use crate::{
    accounts::Person,
    context::Ask,
    kit::{
        Id, Resource,
        graphql::nested_page::PageOf,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
    schema::{self, Node},
};

/// The record of one committed act.
pub struct Activity(activity::Model);

impl From<activity::Model> for Activity {
    fn from(row: activity::Model) -> Self {
        Self(row)
    }
}

impl Activity {
    /// A page of the activities that fit and that the viewer may see.
    pub async fn list(
        ctx: &Context<'_>,
        filter: Filter,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = service::list(conn, ctx.viewer(), filter, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    /// A page of what was done for an organisation or to it.
    pub async fn of_organisation(
        ctx: &Context<'_>,
        organisation: Uuid,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        Self::page(
            ctx,
            service::of_organisation(ctx.viewer(), organisation, args),
        )
        .await
    }

    /// A page of what was done to a thing.
    pub async fn of_subject<E: Resource>(
        ctx: &Context<'_>,
        subject: Id<E>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        Self::page(ctx, service::of_subject(ctx.viewer(), subject, args)).await
    }

    async fn page(ctx: &Context<'_>, page: PageOf) -> Result<Connection<String, Self, Total>> {
        let total = page.total();
        Ok(ctx.page(page).await?.connection(total, Self))
    }

    fn global_subject(&self) -> String {
        let activity::Model {
            subject_kind,
            subject_id,
            ..
        } = &self.0;
        format!("{subject_kind}:{subject_id}")
    }
}

/// The record of one committed act. Seen by whoever acted, by the person to whom it was done, by the members of the
/// organisation that it concerns, and by staff.
#[Object]
impl Activity {
    /// Global id. Later activities have greater ids.
    pub async fn id(&self) -> Id<activity::Entity> {
        Id::new(self.0.id)
    }

    /// When it was done.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// What was done: a thing and a verb in the past tense, such as `organisation.created`.
    async fn act(&self) -> &str {
        &self.0.act
    }

    /// Who did it; null where the marketplace itself did, or where the viewer may not see the person.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.actor_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// What kind of caller did it.
    async fn actor_kind(&self) -> ActorKind {
        self.0.actor_kind
    }

    /// What it was done to; null where it is gone, or where the viewer may not see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Ok(schema::node(ctx, &self.global_subject()).await?)
    }

    /// Global id of what it was done to, whether or not it is still there.
    async fn subject_id(&self) -> ID {
        self.global_subject().into()
    }

    /// The organisation that it concerns.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.organisation_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// Names of the fields that changed.
    #[graphql(directive = list_size::apply(40, None))]
    async fn fields(&self) -> &[String] {
        &self.0.fields.0
    }
}

/// Which activities to list. What is left out leaves nothing out.
#[derive(InputObject, Default)]
pub struct ActivityFilter {
    /// Done to this thing, whatever kind of thing it is.
    pub subject_id: Option<ID>,
    /// Concerning this organisation.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Done by this person.
    pub actor_id: Option<Id<person::Entity>>,
    /// One of these acts, such as `organisation.created`.
    #[graphql(default)]
    pub acts: Vec<String>,
    /// Done at this instant or later.
    pub since: Option<DateTime<Utc>>,
}

impl From<ActivityFilter> for Filter {
    fn from(filter: ActivityFilter) -> Self {
        let ActivityFilter {
            subject_id,
            organisation_id,
            actor_id,
            acts,
            since,
        } = filter;
        Self {
            subject: subject_id.map(|id| id.0),
            organisation: organisation_id.map(|id| id.0),
            actor: actor_id.map(|id| id.0),
            acts,
            since,
        }
    }
}
