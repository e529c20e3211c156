//! Those who are nobody here and registered all the same: what they are told of, and the mails that tell it.
//!
//! A guest has no list of notifications and wishes for nothing: what is told to those who come is mailed to them, each act
//! once whatever they registered for at the event, with a link to that. What has passed by the time at which a mail is
//! written is not sent.

use std::collections::BTreeMap;

use entity::{
    activity, event,
    link::{self, LinkPurpose},
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    rules::{self, Whom},
    sentences,
};
use crate::{
    App,
    kit::{Error, Resource, Transaction, Viewer},
    mail::{Letter, links},
    registrations::{keeping, letters, rules::state_at},
};

const CONFIRMED: &str = "registration.confirmed";
const WAITLISTED: &str = "registration.waitlisted";
/// Where those stand who have a place or may yet have one, the nearest to it first.
const WITH_US: [State; 3] = [State::Confirmed, State::PlaceOffered, State::Waitlisted];

/// Decides that guests whom an act concerns are mailed, and says how many.
pub async fn tell(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    act: &activity::Model,
) -> Result<usize, Error> {
    let (Some(post), Some(which)) = (&app.post, concerned(act)) else {
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
        Some(event) => keeping::until(&event),
        None => return Ok(0),
    };
    let told = one_each(rows);
    let to = (LinkPurpose::Guest, &told[..]);
    links::decide_all(transaction, post, to, Some(act.id), (viewer.now, until)).await?;
    Ok(told.len())
}

/// One registration of each guest, who may have several of one event: that which is the nearest to a place, and of these
/// the first.
fn one_each(rows: Vec<(Uuid, Uuid, String, State)>) -> Vec<Uuid> {
    let mut each = BTreeMap::new();
    for (_, id, address, state) in rows {
        let own = (WITH_US.iter().position(|known| *known == state), id);
        let chosen = each.entry(address).or_insert(own);
        *chosen = own.min(*chosen);
    }
    each.into_values().map(|(_, id)| id).collect()
}

/// Whose registrations an act concerns, if those of any.
fn concerned(act: &activity::Model) -> Option<Condition> {
    if act.subject_kind == registration::Entity::NAME {
        let own = [CONFIRMED, WAITLISTED].contains(&act.act.as_str());
        let told = rules::tellings(&act.act).any(|telling| telling.whom.contains(&Whom::Concerned));
        return (own || told).then(|| Condition::all().add(Column::Id.eq(act.subject_id)));
    }
    if act.subject_kind != event::Entity::NAME {
        return None;
    }
    let mut tellings = rules::tellings(&act.act).flat_map(|telling| telling.whom);
    let states: &[State] = tellings.find_map(|whom| match whom {
        Whom::Registered => Some(&WITH_US[..]),
        Whom::Coming => Some(&[State::Confirmed][..]),
        _ => None,
    })?;
    let which = Condition::all()
        .add(Column::EventId.eq(act.subject_id))
        .add(Column::State.is_in(states.iter().copied()));
    Some(which)
}

/// Sends every mail to guests that is due, and says how many were tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::Guest, |link| async move {
        write(app, viewer, &link).await
    })
    .await
}

async fn write(app: &App, viewer: &Viewer, link: &link::Model) -> Result<Option<Letter>, Error> {
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
    match sentence(&act, state_at(&row, viewer.now), &row, &event) {
        Some(sentence) => letters::news(app, link, &row, &event, &sentence),
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

/// What is said of an act to whoever stands so now; `None` where it has passed.
fn sentence(
    act: &activity::Model,
    state: State,
    row: &registration::Model,
    event: &event::Model,
) -> Option<String> {
    let (title, places) = (&event.title, row.places);
    match act.act.as_str() {
        CONFIRMED => (state == State::Confirmed)
            .then(|| format!("You are registered for “{title}”, with {places} of its places.")),
        WAITLISTED => (state == State::Waitlisted).then(|| {
            format!("You wait for “{title}”, of which all places are taken. You are told when it is your turn.")
        }),
        name => {
            let telling = rules::tellings(name).next()?;
            let stands = match name {
                "registration.place_offered" => state == State::PlaceOffered,
                "registration.lapsed" => state == State::Lapsed,
                "registration.revoked" => state == State::Cancelled,
                "event.reminded" => state == State::Confirmed,
                _ => WITH_US.contains(&state),
            };
            stands.then(|| sentences::sentence(telling.kind, Some(title), None))
        }
    }
}
