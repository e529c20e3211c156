//! Use of reserved places, by members of the organisation who register for it and by people who confirmed an email
//! address of the list.
//!
//! A registration takes all of its places from one reservation or none, and uses the reservation that is released
//! first. Places given back before the release are reserved again.

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
        graphql::nested_page::NestedPage,
        page::{KeyKind, Order, PageArgs},
    },
};

/// Person whose email address may be on a list.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// Account, whose address counts if it is verified.
    Account(Option<Uuid>),
    /// Address of a guest, who has confirmed it.
    Address(&'a str),
}

/// Returns the reservation from which a registration takes its places, if one is meant for it and has enough left.
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

/// Returns the reservation with the most places left for the viewer or one of their organisations. One statement reads
/// those of several events and sessions.
pub fn for_viewer(viewer: &Viewer, capacity_id: Uuid) -> Result<NestedPage, Error> {
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
    Ok(NestedPage::new(
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

/// Condition for reservations for one of these organisations, or for the address of the reader.
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

/// Selects the address of an account, if it is verified.
#[must_use]
pub fn verified(person: Option<Uuid>) -> SelectStatement {
    Query::select()
        .column(person::Column::Email)
        .from(person::Entity)
        .and_where(person::Column::Id.eq(person))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}

/// Selects the people whose verified address this is.
#[must_use]
pub fn readers(email: &str) -> SelectStatement {
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Email.eq(email))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}

/// Changes the number of used places of a reservation by `places`, which is negative for fewer. Returns the resulting
/// change of the number of reserved places in the counts: none after the release.
pub async fn use_places(
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
    let message = "The reserved places are no longer available. Reload the event and try again.";
    UserError::at("places", UserErrorCode::Full, message).into()
}

/// Returns the reservations of a locked row that have places left, first released first.
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

/// Returns the registrations on the waiting list for which a reservation is meant and has enough places, in the order
/// of the list.
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

/// Condition in SQL for counts of which a reservation has enough places for a registration on the waiting list.
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

/// Selects the addresses of a reservation.
fn emails(reservation_id: Uuid) -> SelectStatement {
    Query::select()
        .column(address::Column::Email)
        .from(address::Entity)
        .and_where(address::Column::ReservationId.eq(reservation_id))
        .to_owned()
}

/// Selects the people whose verified address is on the list of a reservation.
fn listed(reservation_id: Uuid) -> SelectStatement {
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Email.in_subquery(emails(reservation_id)))
        .and_where(person::Column::EmailVerifiedAt.is_not_null())
        .to_owned()
}
