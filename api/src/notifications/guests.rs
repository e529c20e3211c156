//! Those who are nobody here and registered all the same: what they are told of, and the mails that tell it.
//!
//! A guest has no list of notifications and wishes for nothing: what is told to those who come is mailed to them, each act
//! once, with a link to what they registered for. What has passed by the time at which a mail is written is not sent.

use entity::{
    activity, event,
    link::{self, LinkPurpose},
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::{
    rules::{self, Whom},
    sentences,
};
use crate::{
    App,
    kit::{Error, Resource, Viewer},
    mail::{Letter, links},
    registrations::{keeping, letters, rules::state_at},
};

const CONFIRMED: &str = "registration.confirmed";
const WAITLISTED: &str = "registration.waitlisted";

/// Decides that guests whom an act concerns are mailed, and says how many.
pub async fn tell(
    app: &App,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    act: &activity::Model,
) -> Result<usize, Error> {
    let (Some(post), Some(which)) = (&app.post, concerned(act)) else {
        return Ok(0);
    };
    let rows = registration::Entity::find()
        .filter(Column::GuestEmail.is_not_null())
        .filter(which)
        .all(transaction)
        .await?;
    let Some(first) = rows.first() else {
        return Ok(0);
    };
    let until = match event::Entity::find_by_id(first.event_id)
        .one(transaction)
        .await?
    {
        Some(event) => keeping::until(&event),
        None => return Ok(0),
    };
    for row in &rows {
        let link = (LinkPurpose::Guest, row.id);
        links::decide(transaction, post, link, Some(act.id), (viewer.now, until)).await?;
    }
    Ok(rows.len())
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
        Whom::Registered => Some(&[State::Confirmed, State::PlaceOffered, State::Waitlisted][..]),
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
                _ => [State::Confirmed, State::PlaceOffered, State::Waitlisted].contains(&state),
            };
            stands.then(|| sentences::sentence(telling.kind, Some(title), None))
        }
    }
}
