//! Notifications to guests: people without an account who registered for an event.
//!
//! A guest has no list of notifications and no preferences: notifications to participants are emailed to them, one per
//! act and event however many registrations they have, with a link to one of these. A sentence that is no longer true
//! when the email is written is not sent. About an event of an organisation that is not verified, an email has fixed text,
//! the times and a link, and nothing that the organisation wrote.

use std::collections::BTreeMap;

use entity::{
    activity, event,
    link::{self, LinkPurpose},
    notification::{NotificationKind as Kind, Recipient},
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{facts::Facts, sentences};
use crate::{
    App,
    events::{
        acts,
        registrations::{emails, retention, rules::state_at},
        time_and_place,
    },
    kit::{Error, Resource, Transaction, Viewer},
    mail::{Email, links},
    organisations,
};

/// States of registrations that have a place or may get one, the nearest to a place first.
const WITH_US: [State; 3] = [State::Confirmed, State::PlaceOffered, State::Waitlisted];

/// Queues emails to the guests whom an act concerns. Returns the number of guests.
pub async fn tell(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    act: &activity::Model,
) -> Result<usize, Error> {
    let (Some(mailer), Some(which)) = (&app.mailer, concerned(app, act)) else {
        return Ok(0);
    };
    let rows: Vec<(Uuid, Uuid, String, State)> = registration::Entity::find()
        .filter(Column::GuestEmail.is_not_null())
        .filter(which)
        .select_only()
        .columns([
            Column::EventId,
            Column::Id,
            Column::GuestEmail,
            Column::State,
        ])
        .into_tuple()
        .all(transaction)
        .await?;
    let Some((event_id, ..)) = rows.first() else {
        return Ok(0);
    };
    let until = match event::Entity::find_by_id(*event_id)
        .one(transaction)
        .await?
    {
        Some(event) => retention::until(&event),
        None => return Ok(0),
    };
    let told = one_each(rows);
    let to = (LinkPurpose::Guest, &told[..]);
    links::decide_all(transaction, mailer, to, Some(act.id), (viewer.now, until)).await?;
    Ok(told.len())
}

/// Chooses one registration per guest, who may have several for one event: the nearest to a place, and of these the
/// first.
fn one_each(rows: Vec<(Uuid, Uuid, String, State)>) -> Vec<Uuid> {
    let mut each = BTreeMap::new();
    for (_, id, address, state) in rows {
        let own = (WITH_US.iter().position(|known| *known == state), id);
        let chosen = each.entry(address).or_insert(own);
        *chosen = own.min(*chosen);
    }
    each.into_values().map(|(_, id)| id).collect()
}

/// Condition for the registrations that an act concerns; `None` if it concerns none.
fn concerned(app: &App, act: &activity::Model) -> Option<Condition> {
    let entry = app.catalogue.entry(act)?;
    let mut recipients = entry.notifies.iter().flat_map(|(_, to)| *to);
    if act.subject_kind == registration::Entity::NAME {
        let own = acts::REGISTRATION_CONFIRMED.is(act) || acts::WAITLISTED.is(act);
        let told = own || recipients.any(|recipient| *recipient == Recipient::Concerned);
        return told.then(|| Condition::all().add(Column::Id.eq(act.subject_id)));
    }
    if act.subject_kind != event::Entity::NAME {
        return None;
    }
    let states: &[State] = recipients.find_map(|recipient| match recipient {
        Recipient::Registered => Some(&WITH_US[..]),
        Recipient::Confirmed => Some(&[State::Confirmed][..]),
        _ => None,
    })?;
    let which = Condition::all()
        .add(Column::EventId.eq(act.subject_id))
        .add(Column::State.is_in(states.iter().copied()));
    Some(which)
}

/// Sends every email to guests that is due. Returns the number of emails tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::Guest, |link| async move {
        write(app, viewer, &link).await
    })
    .await
}

async fn write(app: &App, viewer: &Viewer, link: &link::Model) -> Result<Option<Email>, Error> {
    let conn = &app.database.write;
    let row = registration::Entity::find_by_id(link.subject_id)
        .one(conn)
        .await?;
    let act = act_of(conn, link.activity_id).await?;
    let (Some(row), Some(act)) = (row, act) else {
        return Ok(None);
    };
    let event = event::Entity::find_by_id(row.event_id).one(conn).await?;
    let Some(event) = event else {
        return Ok(None);
    };
    let words = organisations::is_verified(conn, event.organisation_id).await?;
    let said = sentences_of(app, &act, state_at(&row, viewer.now), (&row, &event, words));
    match said {
        Some(said) => emails::news(app, link, &row, &event, (&said, words)),
        None => Ok(None),
    }
}

async fn act_of(
    conn: &impl ConnectionTrait,
    id: Option<Uuid>,
) -> Result<Option<activity::Model>, Error> {
    match id {
        Some(id) => Ok(activity::Entity::find_by_id(id).one(conn).await?),
        None => Ok(None),
    }
}

/// Sentences about an act for a guest whose registration is in this state; `None` if they are no longer true. `words` is
/// false to leave out what the organisers wrote.
fn sentences_of(
    app: &App,
    act: &activity::Model,
    state: State,
    (row, event, words): (&registration::Model, &event::Model, bool),
) -> Option<Vec<String>> {
    let facts = Facts::at(act.at)
        .of_event(event, words)
        .until(row.answer_by, time_and_place::zone(event))
        .with_changes(&act.fields.0);
    let named = emails::named(event, words);
    let own = |first: String, last: Option<String>| {
        let when = facts
            .when
            .iter()
            .map(|when| format!("It takes place on {when}."));
        let place = facts.place.iter().map(|place| format!("Place: {place}."));
        let all = [first].into_iter().chain(when).chain(place).chain(last);
        all.collect()
    };
    if acts::REGISTRATION_CONFIRMED.is(act) {
        let places = format!("Number of places: {}.", row.places);
        let first = format!("You are registered for {named}.");
        return (state == State::Confirmed).then(|| own(first, Some(places)));
    }
    if acts::WAITLISTED.is(act) {
        let first = format!("You are on the waiting list of {named}, which is full.");
        let last = "We will email you when we can offer you places.".to_owned();
        return (state == State::Waitlisted).then(|| own(first, Some(last)));
    }
    let (kind, _) = app.catalogue.entry(act)?.notifies.first()?;
    let holds = match kind {
        Kind::PlaceOffered => state == State::PlaceOffered,
        Kind::PlaceLapsed => state == State::Lapsed,
        Kind::RegistrationRevoked => state == State::Cancelled,
        Kind::EventReminder => state == State::Confirmed,
        _ => WITH_US.contains(&state),
    };
    holds.then(|| sentences::sentences(*kind, &facts))
}
