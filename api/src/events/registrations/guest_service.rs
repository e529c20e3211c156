//! Guests: whoever registers without an account, by an address that they show to be theirs.
//!
//! What a guest asks for is kept for two days and answered alike, whatever the address is known as here: a link is mailed
//! to it, and only who follows that makes a registration, with a place or a number in the queue at that moment. The same
//! link, or one of those that come with the news of it, then stands for them: they see their registration, take what is
//! offered, and give it back.
//!
//! **Personal data.** Organisers alone read how a guest is called and reached. Both are deleted with what they need and
//! answered, 28 days after the event ([`keeping`](super::keeping)); the registration stays as a number.

use chrono::{DateTime, Duration, Utc};
use entity::{
    event, event_capacity,
    guest_request::{self, Column},
    link::{self, LinkPurpose},
    registration::{self, Answers},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::{
    emails, guest_links, jobs,
    service::{self, Asked, Who},
};
use crate::{
    App,
    events::{rules as events, service::EventId},
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer,
        database::{dialect, resource},
        validation::Checks,
    },
    mail::links,
};

/// How long what a guest asked for is kept, and the link to it is good.
pub const GOOD_FOR: Duration = Duration::days(2);
/// How many links an address is mailed in a day: for one event, and in all.
const MOST_FOR_EVENT: u64 = 3;
const MOST_IN_ALL: u64 = 10;

/// What a guest says of themselves.
#[derive(Clone, Debug)]
pub struct Introduced {
    /// What they call themselves.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// Whether it may be kept.
    pub consent: bool,
    /// By which they know again what they asked for.
    pub client_key: Option<String>,
}

/// Keeps what a guest asks for, and decides that they are mailed a link; gives the address as it is kept. The answer does
/// not say whether the address is known, or was mailed links enough for a day.
pub async fn request(
    app: &App,
    viewer: &Viewer,
    asked: Asked,
    guest: Introduced,
) -> Result<String, Error> {
    let Introduced {
        name,
        email,
        consent,
        client_key,
    } = guest;
    let nobody = guest_links::as_nobody(viewer.now);
    let conn = &app.database.read;
    let event = resource::get(conn, &nobody, asked.event).await?;
    welcome(&event)?;
    let mut checks = Checks::new();
    let name = checks.line("name", &name, 2..=80);
    let email = checks.email("email", &email);
    let client_key = checks.optional("clientKey", client_key.as_deref(), 100);
    let message = "Organisers keep your name and your address until 28 days after the event. Agree to it, or do not register.";
    checks.demand(consent, "consent", Code::Required, message);
    checks.finish()?;
    let capacity_id = asked.session.map_or(event.id, |session| session.0);
    let counts = event_capacity::Entity::find_by_id(capacity_id)
        .one(conn)
        .await?;
    let counts = counts.filter(|counts| counts.event_id == event.id);
    let counts = counts.ok_or_else(service::no_session)?;
    let asked = service::checked(&nobody, &event, counts.capacity, asked)?;
    let Some(post) = &app.post else {
        let message = "This server sends no mail, so no guest can show that an address is theirs. Sign in to register.";
        return Err(UserError::new(Code::InvalidState, message).into());
    };
    let transaction = app.database.begin().await?;
    // Of many who ask at once, wherever, one after the other is counted.
    dialect::in_turn(&transaction, &format!("guest {email}")).await?;
    let of = (event.id, capacity_id, &*email);
    if enough(&transaction, of, client_key.as_deref(), viewer.now).await? {
        return Ok(email);
    }
    let id = Uuid::now_v7();
    let expires_at = viewer.now + GOOD_FOR;
    let row = guest_request::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        capacity_id: Set(capacity_id),
        name: Set(name),
        email: Set(email.clone()),
        places: Set(asked.places),
        answers: Set(Answers(asked.answers)),
        access_needs: Set(asked.access_needs),
        client_key: Set(client_key),
        created_at: Set(viewer.now),
        expires_at: Set(expires_at),
    };
    guest_request::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await?;
    let link = (LinkPurpose::GuestRequest, id);
    links::decide(&transaction, post, link, None, (viewer.now, expires_at)).await?;
    transaction.commit().await?;
    Ok(email)
}

/// Whether an address is mailed no more: it was asked for under this key before, or often enough.
async fn enough(
    conn: &impl ConnectionTrait,
    (event_id, capacity_id, email): (Uuid, Uuid, &str),
    client_key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let kept = || guest_request::Entity::find().filter(Column::Email.eq(email));
    if let Some(key) = client_key {
        let again = kept()
            .filter(Column::CapacityId.eq(capacity_id))
            .filter(Column::ClientKey.eq(key));
        if again.count(conn).await? > 0 {
            return Ok(true);
        }
    }
    let today = || kept().filter(Column::CreatedAt.gt(now - Duration::days(1)));
    let of_event = today().filter(Column::EventId.eq(event_id));
    Ok(of_event.count(conn).await? >= MOST_FOR_EVENT || today().count(conn).await? >= MOST_IN_ALL)
}

/// Makes the registration that a guest asked for, by the link that they were mailed. To repeat it gives the same.
pub async fn confirm(
    app: &App,
    viewer: &Viewer,
    token: &str,
) -> Result<(registration::Model, event::Model), Error> {
    let nobody = guest_links::as_nobody(viewer.now);
    let Some(id) = guest_links::asked_by(app, &app.database.read, token, viewer.now).await? else {
        return Err(links::no_link());
    };
    let request = guest_request::Entity::find_by_id(id);
    if let Some(asked) = request.one(&app.database.read).await? {
        let system = Viewer {
            now: viewer.now,
            ..Viewer::system()
        };
        jobs::lapse(app, &system, Some(asked.event_id)).await?;
        match make(app, &nobody, asked).await {
            // Whoever was first has made it by now.
            Err(Error::Conflict) => {}
            Err(error @ Error::Refused(_)) => {
                if guest_links::registered(&app.database.write, id)
                    .await?
                    .is_none()
                {
                    return Err(error);
                }
            }
            made => return made,
        }
    }
    guest_links::registered(&app.database.write, id)
        .await?
        .ok_or_else(links::no_link)
}

async fn make(
    app: &App,
    nobody: &Viewer,
    request: guest_request::Model,
) -> Result<(registration::Model, event::Model), Error> {
    let guest_request::Model {
        id,
        event_id,
        capacity_id,
        name,
        email,
        places,
        answers,
        access_needs,
        ..
    } = request;
    let transaction = app.database.begin().await?;
    let event = resource::get(&transaction, nobody, EventId::new(event_id)).await?;
    welcome(&event)?;
    let asked = Asked {
        event: EventId::new(event_id),
        session: (capacity_id != event_id).then(|| Id::new(capacity_id)),
        organisation: None,
        places,
        answers: answers.0,
        access_needs,
    };
    let who = Who::Guest { id, name, email };
    let row = service::register_in(&transaction, nobody, who, asked).await?;
    transaction.commit().await?;
    Ok((row, event))
}

/// Sends every link to register that is due, and says how many were tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::GuestRequest, |link| async move {
        write(app, &link).await
    })
    .await
}

async fn write(app: &App, link: &link::Model) -> Result<Option<crate::mail::Letter>, Error> {
    let conn = &app.database.write;
    let asked = guest_request::Entity::find_by_id(link.subject_id);
    let Some(asked) = asked.one(conn).await? else {
        return Ok(None);
    };
    let event = event::Entity::find_by_id(asked.event_id).one(conn).await?;
    event
        .map(|event| emails::request(app, link, &asked, &event))
        .transpose()
}

fn welcome(event: &event::Model) -> Result<(), Error> {
    if events::guests_welcome(event) {
        return Ok(());
    }
    let message =
        "People register for this event with an account: sign in, and use registerForEvent.";
    Err(UserError::at("eventId", Code::InvalidState, message).into())
}
