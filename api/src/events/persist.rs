//! Writes the content of an event to its row and the related tables, and reads it.

use entity::{
    event::{self, Details},
    event_area, event_capacity,
    event_partner::{self, PartnershipState},
    event_priority_area, event_session, organisation, registration,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use text::search::{index_text, key};
use uuid::Uuid;

use super::{
    capacity,
    content::{EventContent, Session},
    reservations::release as reserved,
};
use crate::{
    kit::{Error, UserError, UserErrorCode as Code},
    locations::{
        place::{self, Point},
        rules::Address,
    },
};

/// Returns the current content of an event.
pub async fn content(
    conn: &impl ConnectionTrait,
    row: &event::Model,
) -> Result<EventContent, Error> {
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
    Ok(EventContent {
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
        place_offer_response_hours: row.place_offer_response_hours,
        max_places_per_registration: row.max_places_per_registration,
        questions,
    })
}

/// Returns the sessions of an event, earliest first.
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
        .filter(event_partner::Column::State.ne(PartnershipState::Declined))
        .order_by_asc(event_partner::Column::Position)
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|row| row.organisation_id).collect())
}

/// Returns the columns that the content sets. Every column is named, so that a new one fails to compile until it is
/// assigned here.
pub fn content_columns(content: &EventContent) -> event::ActiveModel {
    let point = content.place.point;
    let [x, y, z] = point.map_or([None; 3], |point| point.unit().map(Some));
    event::ActiveModel {
        kind: Set(content.kind),
        title: Set(content.title.clone()),
        description: Set(content.description.clone()),
        attendance_mode: Set(content.attendance_mode),
        starts_at: Set(content.starts_at),
        ends_at: Set(content.ends_at),
        time_zone: Set(content.time_zone.clone()),
        venue_name: Set(content.venue_name.clone()),
        town: Set(content.place.town.clone()),
        postcode: Set(content.place.postcode.clone()),
        latitude: Set(point.map(|point| point.latitude)),
        longitude: Set(point.map(|point| point.longitude)),
        x: Set(x),
        y: Set(y),
        z: Set(z),
        cell: Set(point.and_then(place::Point::cell)),
        online_url: Set(content.online_url.clone()),
        areas: Set(content.areas.clone().into()),
        priority_areas: Set(content.priority_areas.clone().into()),
        audience: Set(content.audience),
        registration: Set(content.registration),
        guests_welcome: Set(content.guests_welcome),
        registration_opens_at: Set(content.registration_opens_at),
        registration_closes_at: Set(content.registration_closes_at),
        place_offer_response_hours: Set(content.place_offer_response_hours),
        max_places_per_registration: Set(content.max_places_per_registration),
        search_text: Set(search_text(content)),
        details: Set(Details {
            address_lines: content.place.lines.clone(),
            access_features: content.access_features.clone(),
            access_information: content.access_information.clone(),
            questions: content.questions.clone(),
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

/// Writes the index tables of an event.
pub async fn write_index(
    conn: &impl ConnectionTrait,
    id: Uuid,
    content: &EventContent,
    new: bool,
) -> Result<(), Error> {
    if !new {
        clear_index(conn, id).await?;
    }
    if !content.areas.is_empty() {
        let areas = content.areas.iter().map(|area| event_area::ActiveModel {
            event_id: Set(id),
            area: Set(area.clone()),
        });
        event_area::Entity::insert_many(areas)
            .exec_without_returning(conn)
            .await?;
    }
    if !content.priority_areas.is_empty() {
        let tags = content
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
    Ok(())
}

/// Deletes the entries of an event in the index tables.
pub async fn clear_index(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    event_area::Entity::delete_many()
        .filter(event_area::Column::EventId.eq(id))
        .exec(conn)
        .await?;
    event_priority_area::Entity::delete_many()
        .filter(event_priority_area::Column::EventId.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Checks that all partners exist. The error names the first that does not.
pub async fn check_partners(
    conn: &impl ConnectionTrait,
    content: &EventContent,
) -> Result<(), Error> {
    if content.partners.is_empty() {
        return Ok(());
    }
    let found = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(content.partners.iter().copied()))
        .all(conn)
        .await?;
    match content
        .partners
        .iter()
        .position(|id| !found.iter().any(|row| row.id == *id))
    {
        None => Ok(()),
        Some(at) => {
            let message = "There is no organisation with this id. Remove it from the partners, or use another id.";
            Err(UserError::at(&format!("partners.{at}"), Code::Unknown, message).into())
        }
    }
}

/// Replaces the sessions. Sessions with an id stay. Those that are not in the list are deleted; the error is a refusal
/// if one ever had registrations or reservations.
pub async fn write_sessions(
    conn: &impl ConnectionTrait,
    event_id: Uuid,
    content: &EventContent,
    held: &[event_capacity::Model],
) -> Result<(), Error> {
    let kept: Vec<Uuid> = content
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
            let message = "The list leaves out a session that has registrations or reserved places. Keep this session in the list.";
            return Err(UserError::at("sessions", Code::InvalidState, message).into());
        }
        event_capacity::Entity::delete_by_id(row.id)
            .exec(conn)
            .await?;
        event_session::Entity::delete_by_id(row.id)
            .exec(conn)
            .await?;
    }
    for (at, session) in content.sessions.iter().enumerate() {
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
            let message =
                "The event has no session with this id. Leave the id out to add a new session.";
            return Err(UserError::at(&format!("sessions.{at}.id"), Code::Unknown, message).into());
        };
        capacity::resize(conn, held, *places, &format!("sessions.{at}.capacity")).await?;
        event_session::Entity::update(row).exec(conn).await?;
    }
    Ok(())
}

/// Returns the search keys of an event. Venue and town are beside the title and the description.
fn search_text(content: &EventContent) -> String {
    let other = [&content.venue_name, &content.place.town].map(Option::as_deref);
    index_text(
        &key(&content.title),
        &key(&other.map(Option::unwrap_or_default).join(" ")),
        &key(&content.description),
    )
}
