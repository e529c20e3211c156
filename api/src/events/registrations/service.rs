//! Registers people: checks who may register for what, and gives places or a number on the waiting list.

use entity::{
    event::{self, RegistrationMode},
    event_session, organisation,
    registration::{self, Answer, Answers, Column, RegistrationState as State},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::{
    super::reservations::consume::{self, Reader},
    jobs, rules, waiting_list,
};
use crate::{
    App,
    events::{acts, capacity, rules as events, service::EventId},
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    listings,
    organisations::service::lock_if_active,
};

const FOR_WHOM: &str = "Choose an organisation of which you are a member, or none.";

/// Id of a registration.
pub type RegistrationId = Id<registration::Entity>;

/// Registration to make.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// Event for which to register.
    pub event: EventId,
    /// Session for which to register; `None` for the whole event.
    pub session: Option<Id<event_session::Entity>>,
    /// Organisation for which the person comes.
    pub organisation: Option<Id<organisation::Entity>>,
    /// Number of places.
    pub places: i32,
    /// Answers to the questions of the organisers.
    pub answers: Vec<Answer>,
    /// Access needs of the person.
    pub access_needs: Option<String>,
}

/// Registers the viewer, with places if possible and on the waiting list otherwise.
pub async fn register(
    app: &App,
    viewer: &Viewer,
    new: NewRegistration,
    key: Option<RetryKey>,
) -> Result<registration::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "registration.made");
    jobs::lapse(
        app,
        &Viewer {
            now: viewer.now,
            ..Viewer::system()
        },
        Some(new.event.0),
    )
    .await?;
    Key::once::<registration::Entity>(key, &app.database, viewer, async |transaction| {
        let who = Who::Person(viewer.signed_in()?.id);
        register_in(transaction, viewer, who, new).await
    })
    .await
}

/// Person who registers.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Signed-in person.
    Person(Uuid),
    /// Guest with a confirmed address. The registration has the id of the request.
    Guest {
        id: Uuid,
        name: String,
        email: String,
    },
}

/// Checks that registration is open and that the input is valid, and returns the input in its stored form.
pub(super) fn checked(
    viewer: &Viewer,
    event: &event::Model,
    capacity: Option<i32>,
    new: NewRegistration,
) -> Result<NewRegistration, Error> {
    open(event, new.session.is_some(), viewer)?;
    let mut checks = Validator::new();
    let most = event
        .max_places_per_registration
        .min(capacity.unwrap_or(i32::MAX));
    let message = format!("Enter 1 to {most} places for one registration.");
    checks.require(
        (1..=most).contains(&new.places),
        "places",
        Code::OutOfRange,
        message,
    );
    let organisation = new.organisation;
    let member = organisation.is_none_or(|id| viewer.role_in(id.0).is_some());
    checks.require(member, "organisationId", Code::Unknown, FOR_WHOM);
    let answers = rules::answers(&mut checks, &event.details.questions, new.answers);
    let access_needs = checks.optional("accessNeeds", new.access_needs.as_deref(), 1_000);
    checks.finish()?;
    Ok(NewRegistration {
        answers,
        access_needs,
        ..new
    })
}

/// Inserts a registration, with places if possible and on the waiting list otherwise.
pub(super) async fn register_in(
    transaction: &Transaction,
    viewer: &Viewer,
    who: Who,
    new: NewRegistration,
) -> Result<registration::Model, Error> {
    let active = lock_if_active(transaction, viewer, new.organisation).await?;
    let capacity_id = new.session.map_or(new.event.0, |session| session.0);
    let held = capacity::lock(transaction, capacity_id, viewer.now).await?;
    let event = resource::get(transaction, viewer, new.event).await?;
    let held = held
        .filter(|held| held.event_id == event.id)
        .ok_or_else(no_session)?;
    let NewRegistration {
        organisation,
        places: wanted,
        answers,
        access_needs,
        ..
    } = checked(viewer, &event, held.capacity, new)?;
    if !active {
        return Err(UserError::at("organisationId", Code::Unknown, FOR_WHOM).into());
    }
    not_twice(transaction, capacity_id, &who).await?;
    let from = if held.held > 0 {
        let (party, organisation) = ((capacity_id, wanted), organisation.map(|id| id.0));
        let reader = match &who {
            Who::Person(me) => Reader::Account(Some(*me)),
            Who::Guest { email, .. } => Reader::Address(email),
        };
        consume::source(transaction, viewer.now, party, reader, organisation).await?
    } else {
        None
    };
    let free = held.waiting == 0 && capacity::free(&held).is_none_or(|free| free >= wanted);
    let room = free || from.is_some();
    let (state, act) = if room {
        (State::Confirmed, acts::REGISTRATION_CONFIRMED)
    } else {
        (State::Waitlisted, acts::WAITLISTED)
    };
    let mut change = waiting_list::Change::between(None, state, wanted);
    if let Some(from) = &from {
        change.held = consume::use_places(transaction, from.id, wanted).await?;
    }
    waiting_list::count(transaction, capacity_id, change).await?;
    let queue_number = if room {
        None
    } else {
        Some(waiting_list::next_number(transaction, capacity_id).await?)
    };
    let (id, person_id, guest_name, guest_email) = match who {
        Who::Person(me) => (Uuid::now_v7(), Some(me), None, None),
        Who::Guest { id, name, email } => (id, None, Some(name), Some(email)),
    };
    let row = registration::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        capacity_id: Set(capacity_id),
        person_id: Set(person_id),
        guest_name: Set(guest_name),
        guest_email: Set(guest_email),
        organisation_id: Set(organisation.map(|id| id.0)),
        state: Set(state),
        places: Set(wanted),
        reservation_id: Set(from.map(|from| from.id)),
        answers: Set(Answers(answers)),
        access_needs: Set(access_needs),
        code: Set(listings::persist::reference_of("R", id)),
        queue_number: Set(queue_number),
        turn_until: Set(None),
        answer_by: Set(None),
        created_at: Set(viewer.now),
        updated_at: Set(viewer.now),
        checked_in_at: Set(None),
    };
    let row = registration::Entity::insert(row)
        .exec_with_returning(transaction)
        .await?;
    lifecycle::record(transaction, viewer, (&row, &event, &()), act, &["state"]).await?;
    // Earlier registrations may have been passed over, and there may be room for a smaller party.
    if !room && waiting_list::offer_in_order(transaction, viewer, &event, capacity_id).await? > 0 {
        let row = registration::Entity::find_by_id(id)
            .one(transaction)
            .await?;
        return row.ok_or(Error::NotFound);
    }
    Ok(row)
}

/// Checks that registration is open, and that event or session is the right choice.
fn open(event: &event::Model, session: bool, viewer: &Viewer) -> Result<(), Error> {
    let fits = match event.registration {
        RegistrationMode::None => {
            let message = "This event does not require registration. You can come without it.";
            return Err(UserError::new(Code::InvalidState, message).into());
        }
        RegistrationMode::Event => !session,
        RegistrationMode::Sessions => session,
    };
    if !fits {
        let message = "Choose a session if people register for sessions of this event, and no session if they register for the whole event.";
        return Err(UserError::at("sessionId", Code::Invalid, message).into());
    }
    if events::registration_open(event, viewer.now) {
        return Ok(());
    }
    let message = "Registration is not open now. See registrationOpensAt and registrationClosesAt for the dates.";
    Err(UserError::new(Code::InvalidState, message).into())
}

pub(super) fn no_session() -> Error {
    UserError::at(
        "sessionId",
        Code::Unknown,
        "The event has no session with this id. Choose one of its sessions.",
    )
    .into()
}

async fn not_twice(conn: &impl ConnectionTrait, capacity_id: Uuid, who: &Who) -> Result<(), Error> {
    let live = [State::Confirmed, State::Waitlisted, State::PlaceOffered];
    // One address is one guest, with or without an account that verified it.
    let own = match who {
        Who::Person(me) => Condition::any()
            .add(Column::PersonId.eq(*me))
            .add(Column::GuestEmail.in_subquery(consume::verified(Some(*me)))),
        Who::Guest { email, .. } => Condition::any()
            .add(Column::GuestEmail.eq(email))
            .add(Column::PersonId.in_subquery(consume::readers(email))),
    };
    let found = registration::Entity::find()
        .filter(Column::CapacityId.eq(capacity_id))
        .filter(own)
        .filter(Column::State.is_in(live))
        .one(conn)
        .await?;
    if found.is_none() {
        return Ok(());
    }
    let message =
        "You have registered already. To change your registration, cancel it and register again.";
    Err(UserError::at("eventId", Code::AlreadyExists, message).into())
}
