//! Reads pages of registrations, each with its position on the waiting list.

use entity::registration::{self, Column, Entity, RegistrationState as State};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryResult, QueryTrait, Select,
    sea_query::{Alias, Expr, SelectStatement},
};
use uuid::Uuid;

use crate::kit::{
    Error, Resource, Viewer,
    graphql::nested_page::NestedPage,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// Position on the waiting list: the number of waiting registrations up to this one.
const POSITION: &str = "CASE WHEN \"registration\".\"state\" = 'WAITLISTED' THEN (SELECT COUNT(*) FROM registration AS earlier
    WHERE earlier.capacity_id = \"registration\".\"capacity_id\" AND earlier.state = 'WAITLISTED'
    AND earlier.queue_number <= \"registration\".\"queue_number\") END";

/// Order: registrations without a waiting-list number first, then by that number.
const IN_ORDER: &str = "COALESCE(\"registration\".\"queue_number\", 0)";

/// Name of the person, which organisers read even if they may not see the account. `Guest` replaces the deleted name of
/// a guest.
const NAME: &str = "COALESCE((SELECT person.display_name FROM person WHERE person.id = \"registration\".\"person_id\"),
    \"registration\".\"guest_name\", 'Guest')";

/// Registration with its position on the waiting list, and a name.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// The registration.
    pub row: registration::Model,
    /// Position on the waiting list; `None` if the registration does not wait.
    pub position: Option<i64>,
    /// Name of the person.
    pub name: String,
}

impl FromQueryResult for Numbered {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            row: registration::Model::from_query_result(row, prefix)?,
            position: row.try_get(prefix, "position")?,
            name: row.try_get(prefix, "person_name")?,
        })
    }
}

/// Returns a page of the registrations for an event that the viewer can see: first those that never waited, as they
/// were made, then the others in the order of the waiting list.
#[must_use]
pub fn of_event(
    viewer: &Viewer,
    event: Uuid,
    states: Option<Vec<State>>,
    args: PageArgs,
) -> NestedPage {
    page(viewer, (event, Column::EventId), states, in_order(), args)
}

/// Returns a page of the registrations of a person, newest first.
#[must_use]
pub fn of_person(
    viewer: &Viewer,
    person: Uuid,
    states: Option<Vec<State>>,
    args: PageArgs,
) -> NestedPage {
    page(viewer, (person, Column::PersonId), states, newest(), args)
}

/// Returns a page with the latest registration of the viewer for an event.
pub fn own(viewer: &Viewer, me: Uuid, event: Uuid) -> Result<NestedPage, Error> {
    let args = PageArgs::new(Some(1), None, None, None)?;
    let page = numbered(
        Entity::find()
            .filter(Column::PersonId.eq(me))
            .filter(Entity::visible_to(viewer)),
    );
    Ok(NestedPage::new(
        event,
        Expr::col((Entity, Column::EventId)),
        page,
        newest(),
        args,
    ))
}

/// Order of the pages of an event. A position in it never changes, because a registration keeps its number after an
/// offer.
fn in_order() -> Order {
    Order {
        tag: "registrations".into(),
        by: Expr::cust(IN_ORDER),
        kind: KeyKind::Integer,
        id: Expr::col((Entity, Column::Id)),
        descending: false,
    }
}

fn newest() -> Order {
    Order {
        tag: "registrations:newest".into(),
        by: Expr::col((Entity, Column::Id)),
        kind: KeyKind::Id,
        id: Expr::col((Entity, Column::Id)),
        descending: true,
    }
}

fn page(
    viewer: &Viewer,
    (whole, of): (Uuid, Column),
    states: Option<Vec<State>>,
    order: Order,
    args: PageArgs,
) -> NestedPage {
    let query = numbered(
        Entity::find()
            .filter(Entity::visible_to(viewer))
            .filter(in_states(viewer, states)),
    );
    NestedPage::new(whole, Expr::col((Entity, of)), query, order, args)
}

/// Condition for registrations in these states now. The state of an offer depends on the time.
fn in_states(viewer: &Viewer, states: Option<Vec<State>>) -> Condition {
    let Some(states) = states else {
        return Condition::all();
    };
    let unanswered = || {
        Condition::all()
            .add(Column::State.eq(State::PlaceOffered))
            .add(Column::AnswerBy.lte(viewer.now))
    };
    states.iter().fold(
        Condition::any().add(Expr::val(false)),
        |any, state| match state {
            State::PlaceOffered => any.add(
                Condition::all()
                    .add(Column::State.eq(*state))
                    .add(Column::AnswerBy.gt(viewer.now)),
            ),
            State::Lapsed => any.add(Column::State.eq(*state)).add(unanswered()),
            state => any.add(Column::State.eq(*state)),
        },
    )
}

/// Adds position and name to the rows of a query.
fn numbered(rows: Select<Entity>) -> SelectStatement {
    let mut query = rows.into_query();
    query
        .expr_as(Expr::cust(POSITION), Alias::new("position"))
        .expr_as(Expr::cust(NAME), Alias::new("person_name"));
    query
}

/// Reads the registrations for an event that the viewer can see, in the order of their pages, for an export.
pub async fn file(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: Uuid,
    states: Option<Vec<State>>,
    args: &PageArgs,
) -> Result<Slice<Numbered>, Error> {
    let found = Entity::find()
        .filter(Column::EventId.eq(event))
        .filter(Entity::visible_to(viewer))
        .filter(in_states(viewer, states));
    page::slice(conn, numbered(found), &in_order(), args, page::whole).await
}

/// Reads one registration with its position and a name.
pub async fn one(conn: &impl ConnectionTrait, id: Uuid) -> Result<Numbered, Error> {
    let query = numbered(Entity::find().filter(Column::Id.eq(id)));
    let row = conn.query_one(&query).await?.ok_or(Error::NotFound)?;
    Ok(Numbered::from_query_result(&row, "")?)
}

/// Returns true if a person has a place at an event.
pub async fn comes(conn: &impl ConnectionTrait, person: Uuid, event: Uuid) -> Result<bool, Error> {
    let places = Entity::find()
        .filter(Column::EventId.eq(event))
        .filter(Column::PersonId.eq(person))
        .filter(Column::State.is_in([State::Confirmed, State::Attended]))
        .count(conn)
        .await?;
    Ok(places > 0)
}
