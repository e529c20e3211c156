//! Records intakes, and turns them into listings.

use chrono::{DateTime, Utc};
use entity::{
    event,
    intake::{self, IntakeSource, IntakeState},
    link::LinkPurpose,
    listing::{self, ListingKind},
    organisation,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{
    acts,
    emails::CLAIM,
    rules::{self, Act, Contact},
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserErrorCode as Code, Viewer, activity,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    listings::{content::ListingContent, raised_at, service as listings},
    mail::links,
    reference::rules as reference,
};

/// Id of an intake.
pub type IntakeId = Id<intake::Entity>;

/// Input of `takeIntake`.
#[derive(Debug)]
pub struct NewIntake {
    /// Kind of the intake: an offer or a request.
    pub kind: ListingKind,
    /// Channel by which the intake arrived.
    pub source: IntakeSource,
    /// Organisation whose event or office took the intake.
    pub host: Option<Id<organisation::Entity>>,
    /// Event at which the intake was taken.
    pub event: Option<Id<event::Entity>>,
    /// Instant at which the intake was taken; `None` means now.
    pub taken_at: Option<DateTime<Utc>>,
    /// Title, in one line.
    pub title: String,
    /// Description, in plain text.
    pub description: String,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    /// Contact details of the person who made the offer or request.
    pub contact: Contact,
    /// True if the person agreed that their contact details are kept.
    pub consent: bool,
}

/// Records an intake, once for each of the caller's keys.
pub async fn take(
    app: &App,
    viewer: &Viewer,
    told: NewIntake,
    key: RetryKey,
) -> Result<intake::Model, Error> {
    let key = Key::new(viewer, Some(key), "intake.taken");
    Key::once::<intake::Entity>(key, &app.database, viewer, async |transaction| {
        take_in(app, transaction, viewer, told).await
    })
    .await
    .map_err(other_key)
}

/// Renames the field in errors about the key: this input calls it `clientKey`.
fn other_key(error: Error) -> Error {
    let Error::Refused(mut errors) = error else {
        return error;
    };
    for error in errors
        .iter_mut()
        .filter(|error| error.code == Code::IdempotencyKeyReused)
    {
        error.field = Some(vec!["clientKey".into()]);
    }
    Error::Refused(errors)
}

async fn take_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    told: NewIntake,
) -> Result<intake::Model, Error> {
    let NewIntake {
        kind,
        source,
        host,
        event,
        taken_at,
        title,
        description,
        resource_type,
        area,
        contact,
        consent,
    } = told;
    let me = viewer.signed_in()?.id;
    if let Some(host) = host {
        resource::lock_shared(transaction, viewer, host).await?;
    }
    let event = match event {
        Some(event) => Some(resource::lock_shared(transaction, viewer, event).await?),
        None => None,
    };
    let held_by = event.as_ref().map(|event| event.organisation_id);
    let host = host.map(|host| host.0).or(held_by);
    rules::may_take(viewer, host)?;
    let mut checks = Validator::new();
    let message = "This event has another host. Leave the host out, or enter the organisation that hosts the event.";
    let fits = held_by.is_none_or(|held_by| host == Some(held_by));
    checks.require(fits, "hostId", Code::Invalid, message);
    let taken_at = taken_at.unwrap_or(viewer.now);
    rules::taken_at(&mut checks, taken_at, viewer.now);
    let title = checks.line("title", &title, 3..=120);
    let description = checks.lines("description", &description, 0..=5_000);
    codes(app, &mut checks, resource_type.as_deref(), area.as_deref());
    let contact = contact.check(&mut checks, consent);
    checks.finish()?;
    let row = intake::Model {
        id: Uuid::now_v7(),
        kind,
        source,
        state: IntakeState::New,
        host_id: host,
        event_id: event.map(|event| event.id),
        taken_by: me,
        taken_at: taken_at.min(viewer.now),
        title,
        description,
        resource_type,
        area,
        contact_name: contact.name,
        contact_organisation: contact.organisation,
        contact_email: contact.email,
        contact_phone: contact.phone,
        contact_until: viewer.now + rules::KEPT_OPEN,
        note: None,
        merged_into: None,
        listing_id: None,
        claimed_by: None,
        created_at: viewer.now,
        updated_at: viewer.now,
        version: 1,
    };
    intake::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(transaction)
        .await?;
    activity::record(transaction, viewer, acts::TAKEN, &row, &[]).await?;
    Ok(row)
}

/// Adds an error for each unknown code.
pub(super) fn codes(
    app: &App,
    checks: &mut Validator,
    resource_type: Option<&str>,
    area: Option<&str>,
) {
    let known = app.reference.now();
    if let Some(code) = resource_type {
        reference::known(
            checks,
            "resourceType",
            code,
            known.resource_type(code).is_some(),
        );
    }
    if let Some(code) = area {
        reference::known(checks, "area", code, known.area(code).is_some());
    }
}

/// Returns the intake of a link that can be claimed. Needs no session: the page that the link opens calls it.
pub async fn told(app: &App, viewer: &Viewer, token: &str) -> Result<Option<intake::Model>, Error> {
    let found = by_token(app, &app.database.read, viewer, token).await?;
    Ok(found.filter(|row| rules::is_claimable(row, viewer.now)))
}

async fn by_token(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    token: &str,
) -> Result<Option<intake::Model>, Error> {
    let Some(id) = app.tokens.open(CLAIM, token) else {
        return Ok(None);
    };
    match links::subject(conn, LinkPurpose::Claim, id, viewer.now).await? {
        Some(id) => Ok(intake::Entity::find_by_id(id).one(conn).await?),
        None => Ok(None),
    }
}

/// Creates a draft listing from the viewer's intake, by the token that they were sent. The person who claimed it may
/// repeat the call, which returns the listing.
pub async fn claim(
    app: &App,
    viewer: &Viewer,
    token: &str,
    organisation: Id<organisation::Entity>,
) -> Result<listing::Model, Error> {
    let me = viewer.signed_in()?.id;
    let transaction = app.database.begin().await?;
    let found = by_token(app, &transaction, viewer, token).await?;
    let row = found.ok_or_else(links::no_link)?;
    if let (Some(made), true) = (row.listing_id, row.claimed_by == Some(me)) {
        let made = Id::<listing::Entity>::new(made);
        return resource::get(&transaction, viewer, made).await;
    }
    if !rules::is_claimable(&row, viewer.now) {
        return Err(links::no_link());
    }
    let content = ListingContent {
        title: row.title.clone(),
        description: row.description.clone(),
        resource_type: row.resource_type.clone().unwrap_or_default(),
        areas: row.area.iter().cloned().collect(),
        partial_allowed: true,
        ..ListingContent::default()
    };
    let draft = listings::Draft {
        kind: row.kind,
        organisation,
        content,
        publish: false,
        like: None,
    };
    let made = listings::create_in(app, &transaction, viewer, draft).await?;
    if let Some(event) = row.event_id {
        raised_at::service::raise(&transaction, made.id, event).await?;
    }
    let change = intake::ActiveModel {
        listing_id: Set(Some(made.id)),
        claimed_by: Set(Some(me)),
        contact_until: Set(rules::kept_once_decided(&row, viewer.now)),
        ..Default::default()
    };
    lifecycle::apply(&transaction, viewer, &row, Act::Claim, change, &["state"]).await?;
    transaction.commit().await?;
    Ok(made)
}
