//! Drawing from the places that are held for some: whoever belongs to the organisation and registers for it, and whoever
//! showed that mail to an address on the list reaches them.
//!
//! A party draws as a whole or not at all, from what is released first. What it gives back before the release is held
//! again.

use chrono::{DateTime, Utc};
use entity::{
    event_capacity, person,
    place_reservation::{self, Column, Entity, Model},
    place_reservation_address as address,
    registration::{self, RegistrationState as State},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    events::reservations::release,
    kit::{
        Error, UserError, UserErrorCode, Viewer,
        graphql::nested_page::PageOf,
        page::{KeyKind, Order, PageArgs},
    },
};

/// Whose address may be on a list.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// That of somebody's account, if they showed that it is theirs.
    Account(Option<Uuid>),
    /// That of a guest, who showed it.
    Address(&'a str),
}

/// From what such a party draws, if something is held for it and there is enough.
pub async fn source(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    (capacity_id, places): (Uuid, i32),
    reader: Reader<'_>,
    organisation: Option<Uuid>,
) -> Result<Option<Model>, Error> {
    let enough = Expr::col(Column::Places)
        .sub(Expr::col(Column::Used))
        .gte(places);
    let found = Entity::find()
        .filter(held_at(capacity_id, now))
        .filter(meant_for(reader, organisation))
        .filter(enough)
        .order_by_asc(Column::ReleaseAt)
        .order_by_asc(Column::Id);
    Ok(found.one(conn).await?)
}

/// What is held for one registration of the viewer, for whichever of their organisations: where the most is left of it.
/// One statement reads it for all that are asked for together.
pub fn for_viewer(viewer: &Viewer, capacity_id: Uuid) -> Result<PageOf, Error> {
    let meant = meant_for(Reader::Account(viewer.person_id()), viewer.organisations());
    let found = Entity::find()
        .filter(release::unreleased(viewer.now))
        .filter(meant);
    let column = |column: Column| Expr::col((Entity, column));
    let left = column(Column::Places).sub(column(Column::Used));
    let most_left = Order {
        tag: "reserved".into(),
        by: left.cast_as(Alias::new("bigint")),
        kind: KeyKind::Integer,
        id: column(Column::Id),
        descending: true,
    };
    Ok(PageOf::new(
        capacity_id,
        column(Column::CapacityId),
        found.into_query(),
        most_left,
        PageArgs::new(Some(1), None, None, None)?,
    ))
}

fn held_at(capacity_id: Uuid, now: DateTime<Utc>) -> Condition {
    release::unreleased(now).add(Column::CapacityId.eq(capacity_id))
}

/// Held for one of these organisations, or for the reader's own address.
fn meant_for(reader: Reader<'_>, organisations: impl IntoIterator<Item = Uuid>) -> Condition {
    let theirs = match reader {
        Reader::Account(id) => address::Column::Email.in_subquery(verified(id)),
        Reader::Address(email) => address::Column::Email.eq(email),
    };
    let listed = Query::select()
        .column(address::Column::ReservationId)
        .from(address::Entity)
        .and_where(theirs)
        .to_owned();
    Condition::any()
        .add(Column::OrganisationId.is_in(organisations))
        .add(Column::Id.in_subquery(listed))
}

/// The address of somebody's account, if they showed that it is theirs.
#[must_use]
pub fn verified(person: Option<Uuid>) -> SelectStatement {
    Query::select()
        .column(person::Column::Email)
        .from(person::Entity)
        .and_where(person::Column::Id.eq(person))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}

/// The people who showed that an address is theirs.
#[must_use]
pub fn readers(email: &str) -> SelectStatement {
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Email.eq(email))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}

/// Draws so many places more from a reservation, or so many fewer, and says by how many those change that are counted
/// as held.
pub async fn draw(
    conn: &impl ConnectionTrait,
    reservation_id: Uuid,
    places: i32,
) -> Result<i32, Error> {
    let used = || Expr::col(Column::Used).add(places);
    let mut update = Entity::update_many()
        .col_expr(Column::Used, used())
        .filter(Column::Id.eq(reservation_id))
        .filter(used().lte(Expr::col(Column::Places)));
    if places > 0 {
        update = update.filter(Column::ReleasedAt.is_null());
    }
    let drawn = update.exec_with_returning(conn).await?;
    let row = drawn.into_iter().next().ok_or_else(gone)?;
    Ok(if row.released_at.is_none() {
        -places
    } else {
        0
    })
}

fn gone() -> Error {
    let message = "The places that were held are not there any more.";
    UserError::at("places", UserErrorCode::Full, message).into()
}

/// What still holds places of a row that is held.
pub async fn open(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    capacity_id: Uuid,
) -> Result<Vec<Model>, Error> {
    let found = Entity::find()
        .filter(held_at(capacity_id, viewer.now))
        .filter(Expr::col(Column::Used).lt(Expr::col(Column::Places)))
        .order_by_asc(Column::ReleaseAt)
        .order_by_asc(Column::Id);
    Ok(found.all(conn).await?)
}

/// Those who wait and for whom a reservation is meant, in the order of the queue.
pub async fn waiting_for(
    conn: &impl ConnectionTrait,
    row: &place_reservation::Model,
    most: u64,
) -> Result<Vec<registration::Model>, Error> {
    use registration::Column as Waiting;

    let mut meant = Condition::any()
        .add(Waiting::PersonId.in_subquery(listed(row.id)))
        .add(Waiting::GuestEmail.in_subquery(emails(row.id)));
    if let Some(organisation) = row.organisation_id {
        meant = meant.add(Waiting::OrganisationId.eq(organisation));
    }
    let found = registration::Entity::find()
        .filter(Waiting::CapacityId.eq(row.capacity_id))
        .filter(Waiting::State.eq(State::Waitlisted))
        .filter(Waiting::Places.lte(row.places - row.used))
        .filter(meant)
        .order_by_asc(Waiting::QueueNumber)
        .limit(most);
    Ok(found.all(conn).await?)
}

/// Rows of places where somebody waits for whom enough is held.
#[must_use]
pub fn meant_for_some_who_wait(now: DateTime<Utc>) -> Condition {
    use registration::Column as Waiting;

    let column = |of: Column| Expr::col((Entity, of));
    let here =
        column(Column::CapacityId).equals((event_capacity::Entity, event_capacity::Column::Id));
    let same = column(Column::CapacityId).equals((registration::Entity, Waiting::CapacityId));
    let left = column(Column::Places).sub(column(Column::Used));
    let enough = Expr::col((registration::Entity, Waiting::Places)).lte(left);
    let for_their_organisation =
        column(Column::OrganisationId).equals((registration::Entity, Waiting::OrganisationId));
    let on_the_list = Query::select()
        .expr(Expr::cust("1"))
        .from(address::Entity)
        .left_join(
            person::Entity,
            Expr::col((person::Entity, person::Column::Email))
                .equals((address::Entity, address::Column::Email))
                .and(person::Column::EmailVerifiedAt.is_not_null()),
        )
        .and_where(
            Expr::col((address::Entity, address::Column::ReservationId))
                .equals((Entity, Column::Id)),
        )
        .cond_where(
            Condition::any()
                .add(
                    Expr::col((person::Entity, person::Column::Id))
                        .equals((registration::Entity, Waiting::PersonId)),
                )
                .add(
                    Expr::col((address::Entity, address::Column::Email))
                        .equals((registration::Entity, Waiting::GuestEmail)),
                ),
        )
        .to_owned();
    let somebody = Query::select()
        .expr(Expr::cust("1"))
        .from(Entity)
        .inner_join(registration::Entity, same)
        .and_where(here)
        .cond_where(release::unreleased(now))
        .and_where(Expr::cust("\"registration\".\"state\" = 'WAITLISTED'"))
        .and_where(enough)
        .cond_where(
            Condition::any()
                .add(for_their_organisation)
                .add(Expr::exists(on_the_list)),
        )
        .to_owned();
    Condition::all()
        .add(event_capacity::Column::Held.gt(0))
        .add(Expr::exists(somebody))
}

/// The addresses on the list.
fn emails(reservation_id: Uuid) -> SelectStatement {
    Query::select()
        .column(address::Column::Email)
        .from(address::Entity)
        .and_where(address::Column::ReservationId.eq(reservation_id))
        .to_owned()
}

/// The people whose verified address is on the list.
fn listed(reservation_id: Uuid) -> SelectStatement {
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Email.in_subquery(emails(reservation_id)))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}
