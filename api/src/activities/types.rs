//! GraphQL types of activities.

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
    context::ContextExt,
    kit::{
        Id, Resource,
        graphql::nested_page::NestedPage,
        page::{PageArgs, Total},
    },
    organisations::Organisation,
    schema::{self, Node},
};

/// Record of one committed act.
pub struct Activity(activity::Model);

impl From<activity::Model> for Activity {
    fn from(row: activity::Model) -> Self {
        Self(row)
    }
}

impl Activity {
    /// Returns a page of the activities that match the filter and that the viewer may see.
    pub async fn list(
        ctx: &Context<'_>,
        filter: Filter,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        let conn = &ctx.app().database.read;
        let (slice, total) = service::list(conn, ctx.viewer(), filter, &args).await?;
        Ok(slice.connection(Total(total), Self))
    }

    /// Returns a page of the activities that concern an organisation.
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

    /// Returns a page of the activities of one subject.
    pub async fn of_subject<E: Resource>(
        ctx: &Context<'_>,
        subject: Id<E>,
        args: PageArgs,
    ) -> Result<Connection<String, Self, Total>> {
        Self::page(ctx, service::of_subject(ctx.viewer(), subject, args)).await
    }

    async fn page(ctx: &Context<'_>, page: NestedPage) -> Result<Connection<String, Self, Total>> {
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

/// Record of one committed act, such as publishing a listing. Visible to the person who acted, to the person whom it
/// affects, to members of the organisations that it concerns, and to staff.
#[Object]
impl Activity {
    /// Global id. Later activities have greater ids.
    pub async fn id(&self) -> Id<activity::Entity> {
        Id::new(self.0.id)
    }

    /// Instant of the act.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Name of the act: a kind of object and a verb in the past tense, such as `organisation.created`.
    async fn act(&self) -> &str {
        &self.0.act
    }

    /// The person who acted. Null if the marketplace itself acted, or if the viewer may not see the person.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.actor_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Kind of caller that acted.
    async fn actor_kind(&self) -> ActorKind {
        self.0.actor_kind
    }

    /// The object that was acted on. Null if it no longer exists, or if the viewer may not see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Ok(schema::node(ctx, &self.global_subject()).await?)
    }

    /// Global id of the object that was acted on, even if it no longer exists.
    async fn subject_id(&self) -> ID {
        self.global_subject().into()
    }

    /// The organisation that the act concerns; null if none, or if the viewer may not see it.
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

/// Conditions for a list of activities. A condition that is left out does not restrict the list.
#[derive(InputObject, Default)]
pub struct ActivityFilter {
    /// Restricts the list to acts on this object. Accepts the global id of any kind of object.
    pub subject_id: Option<ID>,
    /// Restricts the list to acts that concern this organisation.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Restricts the list to acts of this person.
    pub actor_id: Option<Id<person::Entity>>,
    /// Restricts the list to these acts, such as `organisation.created`. Maximum 100. Empty includes all acts.
    #[graphql(default)]
    pub acts: Vec<String>,
    /// Restricts the list to acts at this instant or later.
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
