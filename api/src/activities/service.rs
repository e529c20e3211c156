//! Reading the record.

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
    graphql::nested_page::PageOf,
    id,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// The most acts in one filter.
const MOST: usize = 100;

/// Which activities to list.
#[derive(Debug, Default)]
pub struct Filter {
    /// Global id of what was acted on.
    pub subject: Option<String>,
    /// The organisation that the act concerns.
    pub organisation: Option<Uuid>,
    /// The person who acted.
    pub actor: Option<Uuid>,
    /// One of these acts; without any, all.
    pub acts: Vec<String>,
    /// At this instant or later.
    pub since: Option<DateTime<Utc>>,
}

/// The activities that the viewer may see, the newest first, and the query that counts them.
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

/// A page of what was done for an organisation or to it.
#[must_use]
pub fn of_organisation(viewer: &Viewer, organisation: Uuid, args: PageArgs) -> PageOf {
    let query = Entity::find().filter(Entity::visible_to(viewer));
    let of = Expr::col(Column::OrganisationId);
    PageOf::new(organisation, of, query.into_query(), newest(), args)
}

/// A page of what was done to a thing.
#[must_use]
pub fn of_subject<E: Resource>(viewer: &Viewer, subject: Id<E>, args: PageArgs) -> PageOf {
    let query = Entity::find()
        .filter(Entity::visible_to(viewer))
        .filter(Column::SubjectKind.eq(E::NAME));
    let of = Expr::col(Column::SubjectId);
    PageOf::new(subject.0, of, query.into_query(), newest(), args)
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
            return Err(Error::BadInput("filter.subjectId", "this is no id".into()));
        };
        condition = condition
            .add(Column::SubjectId.eq(id))
            .add(Column::SubjectKind.eq(kind.replace('\0', "")));
    }
    if acts.len() > MOST {
        let expected = format!("at most {MOST} in one list");
        return Err(Error::BadInput("filter.acts", expected));
    }
    if !acts.is_empty() {
        let acts = acts.into_iter().filter(|act| !act.contains('\0'));
        condition = condition.add(Column::Act.is_in(acts));
    }
    if let Some(actor) = actor {
        // Somebody whom the viewer may not see is nobody's actor here, as in the activities themselves.
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
