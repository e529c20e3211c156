//! Guests: people who register without an account, with an email address that they confirm.
//!
//! A request is kept for two days. The answer is the same whether or not the address is known here: a link is sent to
//! it, and opening the link makes the registration, with places or on the waiting list as possible then. That link, and
//! those in later emails about the registration, identify the guest, who can see the registration, accept an offer and
//! cancel.
//!
//! **Personal data.** Only organisers see the name and email address of a guest. Both are deleted with access needs and
//! answers, 28 days after the event ([`retention`](super::retention)); the registration remains without them.

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
    service::{self, NewRegistration, Who},
};
use crate::{
    App,
    events::{rules as events, service::EventId},
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer,
        database::{dialect, resource},
        validation::Validator,
    },
    mail::links,
    organisations,
};

/// Lifetime of a request and of the link that confirms it.
pub const GOOD_FOR: Duration = Duration::days(2);
/// Maximum number of links per address in 24 hours: for one event, and in total.
const MAX_FOR_EVENT: u64 = 3;
const MAX_IN_ALL: u64 = 10;

/// Details that a guest gives.
#[derive(Clone, Debug)]
pub struct GuestDetails {
    /// Name of the guest.
    pub name: String,
    /// Email address of the guest.
    pub email: String,
    /// True if the guest agrees to the storage of these details.
    pub consent: bool,
    /// Key by which the client recognises the request.
    pub client_key: Option<String>,
}

/// Stores a request and queues the email with its link. Returns the normalised address. The answer does not tell
/// whether the address is known, or has had the maximum number of links.
pub async fn request(
    app: &App,
    viewer: &Viewer,
    new: NewRegistration,
    guest: GuestDetails,
) -> Result<String, Error> {
    let GuestDetails {
        name,
        email,
        consent,
        client_key,
    } = guest;
    let nobody = guest_links::as_nobody(viewer.now);
    let conn = &app.database.read;
    let event = resource::get(conn, &nobody, new.event).await?;
    welcome(&event)?;
    let mut checks = Validator::new();
    let name = checks.line("name", &name, 2..=80);
    let email = checks.email("email", &email);
    let client_key = checks.optional("clientKey", client_key.as_deref(), 100);
    let message = "To register as a guest, agree that the organisers keep your name and email address until 28 days after the event.";
    checks.require(consent, "consent", Code::Required, message);
    checks.finish()?;
    let capacity_id = new.session.map_or(event.id, |session| session.0);
    let counts = event_capacity::Entity::find_by_id(capacity_id)
        .one(conn)
        .await?;
    let counts = counts.filter(|counts| counts.event_id == event.id);
    let counts = counts.ok_or_else(service::no_session)?;
    let new = service::checked(&nobody, &event, counts.capacity, new)?;
    let Some(mailer) = &app.mailer else {
        let message = "This server cannot send email, so guests cannot confirm their address. Sign in to register.";
        return Err(UserError::new(Code::InvalidState, message).into());
    };
    let transaction = app.database.begin().await?;
    // Serialises concurrent requests for one address, so that the limits hold across events.
    dialect::advisory_lock(&transaction, &format!("guest {email}")).await?;
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
        places: Set(new.places),
        answers: Set(Answers(new.answers)),
        access_needs: Set(new.access_needs),
        client_key: Set(client_key),
        created_at: Set(viewer.now),
        expires_at: Set(expires_at),
    };
    guest_request::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await?;
    let link = (LinkPurpose::GuestRequest, id);
    links::decide(&transaction, mailer, link, None, (viewer.now, expires_at)).await?;
    transaction.commit().await?;
    Ok(email)
}

/// Returns true if no further link is sent to an address, because of the same client key or of a limit.
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
    Ok(of_event.count(conn).await? >= MAX_FOR_EVENT || today().count(conn).await? >= MAX_IN_ALL)
}

/// Makes the registration that a guest requested, with the token of the emailed link. Repeating it returns the existing
/// registration.
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
    if let Some(new) = request.one(&app.database.read).await? {
        let system = Viewer {
            now: viewer.now,
            ..Viewer::system()
        };
        jobs::lapse(app, &system, Some(new.event_id)).await?;
        match make(app, &nobody, new).await {
            // A concurrent confirmation made the registration first.
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
    let new = NewRegistration {
        event: EventId::new(event_id),
        session: (capacity_id != event_id).then(|| Id::new(capacity_id)),
        organisation: None,
        places,
        answers: answers.0,
        access_needs,
    };
    let who = Who::Guest { id, name, email };
    let row = service::register_in(&transaction, nobody, who, new).await?;
    transaction.commit().await?;
    Ok((row, event))
}

/// Sends all links that are due, and returns the number of attempts.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::GuestRequest, |link| async move {
        write(app, &link).await
    })
    .await
}

async fn write(app: &App, link: &link::Model) -> Result<Option<crate::mail::Email>, Error> {
    let conn = &app.database.write;
    let new = guest_request::Entity::find_by_id(link.subject_id);
    let Some(new) = new.one(conn).await? else {
        return Ok(None);
    };
    let found = event::Entity::find_by_id(new.event_id).one(conn).await?;
    let Some(event) = found else {
        return Ok(None);
    };
    let words = organisations::is_verified(conn, event.organisation_id).await?;
    Ok(Some(emails::request(app, link, &new, &event, words)?))
}

fn welcome(event: &event::Model) -> Result<(), Error> {
    if events::guests_welcome(event) {
        return Ok(());
    }
    let message = "Guests cannot register for this event. Sign in and use registerForEvent.";
    Err(UserError::at("eventId", Code::InvalidState, message).into())
}
