//! Reads activities.

use chrono::{DateTime, Utc};
use entity::{
    activity::{self, Column, Entity},
    person,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use crate::kit::{
    Error, Id, Resource, Viewer,
    graphql::nested_page::NestedPage,
    id,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// Maximum number of acts in one filter.
const MAX: usize = 100;

/// Conditions for a list of activities.
#[derive(Debug, Default)]
pub struct Filter {
    /// Global id of the object that was acted on.
    pub subject: Option<String>,
    /// The organisation that the act concerns.
    pub organisation: Option<Uuid>,
    /// The person who acted.
    pub actor: Option<Uuid>,
    /// Names of acts. Empty includes all.
    pub acts: Vec<String>,
    /// Instant of the act, inclusive.
    pub since: Option<DateTime<Utc>>,
}

/// Returns a page of the activities that the viewer may see, newest first, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    filter: Filter,
    args: &PageArgs,
) -> Result<(Slice<activity::Model>, SelectStatement), Error> {
    let condition = Condition::all()
        .add(Entity::visible_to(viewer))
        .add(condition(viewer, filter)?);
    let query = Entity::find().filter(condition).into_query();
    Ok((
        page::slice(conn, query.clone(), &newest(), args, page::whole).await?,
        query,
    ))
}

/// Returns a page of the activities that concern an organisation.
#[must_use]
pub fn of_organisation(viewer: &Viewer, organisation: Uuid, args: PageArgs) -> NestedPage {
    let query = Entity::find().filter(Entity::visible_to(viewer));
    let of = Expr::col(Column::OrganisationId);
    NestedPage::new(organisation, of, query.into_query(), newest(), args)
}

/// Returns a page of the activities of one subject.
#[must_use]
pub fn of_subject<E: Resource>(viewer: &Viewer, subject: Id<E>, args: PageArgs) -> NestedPage {
    let query = Entity::find()
        .filter(Entity::visible_to(viewer))
        .filter(Column::SubjectKind.eq(E::NAME));
    let of = Expr::col(Column::SubjectId);
    NestedPage::new(subject.0, of, query.into_query(), newest(), args)
}

fn newest() -> Order {
    Order {
        tag: "activities".into(),
        by: Expr::col(Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(Column::Id),
        descending: true,
    }
}

fn condition(viewer: &Viewer, filter: Filter) -> Result<Condition, Error> {
    let Filter {
        subject,
        organisation,
        actor,
        acts,
        since,
    } = filter;
    let mut condition = Condition::all();
    if let Some(subject) = subject {
        let Some((kind, id)) = id::split(&subject) else {
            return Err(Error::BadInput(
                "filter.subjectId",
                "must be a global id".into(),
            ));
        };
        condition = condition
            .add(Column::SubjectId.eq(id))
            .add(Column::SubjectKind.eq(kind.replace('\0', "")));
    }
    if acts.len() > MAX {
        let expected = format!("at most {MAX} acts in one filter");
        return Err(Error::BadInput("filter.acts", expected));
    }
    if !acts.is_empty() {
        let acts = acts.into_iter().filter(|act| !act.contains('\0'));
        condition = condition.add(Column::Act.is_in(acts));
    }
    if let Some(actor) = actor {
        // An actor whom the viewer may not see matches nothing, as `Activity.actor` is null for them.
        let seen = Query::select()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(person::Column::Id.eq(actor))
            .cond_where(person::Entity::visible_to(viewer))
            .to_owned();
        condition = condition.add(Column::ActorId.in_subquery(seen));
    }
    Ok(condition
        .add_option(organisation.map(|id| {
            Condition::any()
                .add(Column::OrganisationId.eq(id))
                .add(Column::OtherOrganisationId.eq(id))
        }))
        .add_option(since.map(|at| Column::At.gte(at))))
}
