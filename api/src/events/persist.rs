//! Writing an event and reading what it says: its row, and the tables beside it.

use entity::{
    event::{self, Details},
    event_area, event_capacity, event_partner, event_priority_area, event_session, organisation,
    registration,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{
    capacity,
    content::{Particulars, Session},
    reservations::release as reserved,
};
use crate::{
    kit::{Error, UserError, UserErrorCode as Code},
    locations::{
        place::{self, Point},
        rules::Address,
    },
};

/// What an event says now.
pub async fn said(conn: &impl ConnectionTrait, row: &event::Model) -> Result<Particulars, Error> {
    let capacities = event_capacity::Entity::find()
        .filter(event_capacity::Column::EventId.eq(row.id))
        .all(conn)
        .await?;
    let capacity_of = |id: Uuid| {
        capacities
            .iter()
            .find(|found| found.id == id)
            .and_then(|found| found.capacity)
    };
    let sessions = sessions(conn, row.id)
        .await?
        .into_iter()
        .map(|session| Session {
            id: Some(session.id),
            capacity: capacity_of(session.id),
            title: session.title,
            description: session.description,
            room: session.room,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
        });
    let Details {
        address_lines,
        access_features,
        access_information,
        questions,
    } = row.details.clone();
    let point = row.latitude.zip(row.longitude);
    Ok(Particulars {
        kind: row.kind,
        title: row.title.clone(),
        description: row.description.clone(),
        attendance_mode: row.attendance_mode,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        time_zone: row.time_zone.clone(),
        venue_name: row.venue_name.clone(),
        place: Address {
            lines: address_lines,
            town: row.town.clone(),
            postcode: row.postcode.clone(),
            point: point.and_then(|(latitude, longitude)| Point::new(latitude, longitude)),
        },
        access_features,
        access_information,
        online_url: row.online_url.clone(),
        areas: row.areas.0.clone(),
        priority_areas: row.priority_areas.0.clone(),
        audience: row.audience,
        partners: partners(conn, row.id).await?,
        sessions: sessions.collect(),
        registration: row.registration,
        capacity: capacity_of(row.id),
        guests_welcome: row.guests_welcome,
        registration_opens_at: row.registration_opens_at,
        registration_closes_at: row.registration_closes_at,
        hours_to_answer: row.hours_to_answer,
        most_places: row.most_places,
        questions,
    })
}

/// The sessions of an event, in order of time.
pub async fn sessions(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
) -> Result<Vec<event_session::Model>, Error> {
    let found = event_session::Entity::find()
        .filter(event_session::Column::EventId.eq(event_id))
        .order_by_asc(event_session::Column::StartsAt)
        .order_by_asc(event_session::Column::Id);
    Ok(found.all(conn).await?)
}

async fn partners(conn: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Uuid>, Error> {
    let found = event_partner::Entity::find()
        .filter(event_partner::Column::EventId.eq(event_id))
        .order_by_asc(event_partner::Column::Position)
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|row| row.organisation_id).collect())
}

/// Columns that the content decides. Every column is named, so that a new one fails to compile until it is decided.
pub fn content_columns(said: &Particulars) -> event::ActiveModel {
    let point = said.place.point;
    let [x, y, z] = point.map_or([None; 3], |point| point.unit().map(Some));
    event::ActiveModel {
        kind: Set(said.kind),
        title: Set(said.title.clone()),
        description: Set(said.description.clone()),
        attendance_mode: Set(said.attendance_mode),
        starts_at: Set(said.starts_at),
        ends_at: Set(said.ends_at),
        time_zone: Set(said.time_zone.clone()),
        venue_name: Set(said.venue_name.clone()),
        town: Set(said.place.town.clone()),
        postcode: Set(said.place.postcode.clone()),
        latitude: Set(point.map(|point| point.latitude)),
        longitude: Set(point.map(|point| point.longitude)),
        x: Set(x),
        y: Set(y),
        z: Set(z),
        cell: Set(point.and_then(place::Point::cell)),
        online_url: Set(said.online_url.clone()),
        areas: Set(said.areas.clone().into()),
        priority_areas: Set(said.priority_areas.clone().into()),
        audience: Set(said.audience),
        registration: Set(said.registration),
        guests_welcome: Set(said.guests_welcome),
        registration_opens_at: Set(said.registration_opens_at),
        registration_closes_at: Set(said.registration_closes_at),
        hours_to_answer: Set(said.hours_to_answer),
        most_places: Set(said.most_places),
        words: Set([&said.venue_name, &said.place.town]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")),
        details: Set(Details {
            address_lines: said.place.lines.clone(),
            access_features: said.access_features.clone(),
            access_information: said.access_information.clone(),
            questions: said.questions.clone(),
        }),
        id: NotSet,
        reference: NotSet,
        organisation_id: NotSet,
        created_by: NotSet,
        series_id: NotSet,
        recurrence_id: NotSet,
        state: NotSet,
        previous_starts_at: NotSet,
        created_at: NotSet,
        updated_at: NotSet,
        first_scheduled_at: NotSet,
        notice: NotSet,
        reminded_at: NotSet,
        version: NotSet,
    }
}

/// Writes the tables by which an event is found, and who is named with it.
pub async fn link(
    conn: &impl ConnectionTrait,
    id: Uuid,
    said: &Particulars,
    new: bool,
) -> Result<(), Error> {
    if !new {
        unlink(conn, id).await?;
    }
    if !said.areas.is_empty() {
        let areas = said.areas.iter().map(|area| event_area::ActiveModel {
            event_id: Set(id),
            area: Set(area.clone()),
        });
        event_area::Entity::insert_many(areas)
            .exec_without_returning(conn)
            .await?;
    }
    if !said.priority_areas.is_empty() {
        let tags = said
            .priority_areas
            .iter()
            .filter_map(|tag| tag.split_once('/'));
        let tags = tags.map(|(edition, code)| event_priority_area::ActiveModel {
            event_id: Set(id),
            edition: Set(edition.into()),
            code: Set(code.into()),
        });
        event_priority_area::Entity::insert_many(tags)
            .exec_without_returning(conn)
            .await?;
    }
    if !said.partners.is_empty() {
        let partners =
            said.partners
                .iter()
                .zip(0..)
                .map(|(partner, position)| event_partner::ActiveModel {
                    event_id: Set(id),
                    organisation_id: Set(*partner),
                    position: Set(position),
                });
        event_partner::Entity::insert_many(partners)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Removes an event from the tables by which it is found.
pub async fn unlink(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    event_area::Entity::delete_many()
        .filter(event_area::Column::EventId.eq(id))
        .exec(conn)
        .await?;
    event_priority_area::Entity::delete_many()
        .filter(event_priority_area::Column::EventId.eq(id))
        .exec(conn)
        .await?;
    event_partner::Entity::delete_many()
        .filter(event_partner::Column::EventId.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes nothing where all partners are there, and is a refusal of the first that is not.
pub async fn know_partners(conn: &impl ConnectionTrait, said: &Particulars) -> Result<(), Error> {
    if said.partners.is_empty() {
        return Ok(());
    }
    let found = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(said.partners.iter().copied()))
        .all(conn)
        .await?;
    match said
        .partners
        .iter()
        .position(|id| !found.iter().any(|row| row.id == *id))
    {
        None => Ok(()),
        Some(at) => {
            let message = "There is no organisation with this id.";
            Err(UserError::at(&format!("partners.{at}"), Code::Unknown, message).into())
        }
    }
}

/// Writes the sessions anew: those with an id stay, those that are not named go, if nobody registered for them.
pub async fn write_sessions(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
    said: &Particulars,
    held: &[event_capacity::Model],
) -> Result<(), Error> {
    let kept: Vec<Uuid> = said
        .sessions
        .iter()
        .filter_map(|session| session.id)
        .collect();
    for row in held
        .iter()
        .filter(|row| row.id != event_id && !kept.contains(&row.id))
    {
        let ever = registration::Entity::find()
            .filter(registration::Column::CapacityId.eq(row.id))
            .count(conn)
            .await?;
        if ever > 0 || reserved::ever(conn, row.id).await? {
            let message = "People registered, or places were held, for a session that is not named any more. Keep it.";
            return Err(UserError::at("sessions", Code::InvalidState, message).into());
        }
        event_capacity::Entity::delete_by_id(row.id)
            .exec(conn)
            .await?;
        event_session::Entity::delete_by_id(row.id)
            .exec(conn)
            .await?;
    }
    for (at, session) in said.sessions.iter().enumerate() {
        let Session {
            id,
            title,
            description,
            room,
            starts_at,
            ends_at,
            capacity: places,
        } = session;
        let row = event_session::ActiveModel {
            id: Set(id.unwrap_or_else(Uuid::now_v7)),
            event_id: Set(event_id),
            title: Set(title.clone()),
            description: Set(description.clone()),
            room: Set(room.clone()),
            starts_at: Set(*starts_at),
            ends_at: Set(*ends_at),
        };
        let Some(id) = id else {
            let row = event_session::Entity::insert(row)
                .exec_with_returning(conn)
                .await?;
            capacity::create(conn, row.id, event_id, *places).await?;
            continue;
        };
        let Some(held) = held.iter().find(|held| held.id == *id && *id != event_id) else {
            let message = "The event has no session with this id. Leave the id out for a new one.";
            return Err(UserError::at(&format!("sessions.{at}.id"), Code::Unknown, message).into());
        };
        capacity::resize(conn, held, *places, &format!("sessions.{at}.capacity")).await?;
        event_session::Entity::update(row).exec(conn).await?;
    }
    Ok(())
}
