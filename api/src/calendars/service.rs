//! Creates and revokes calendars, and serves their addresses.

use std::time::Duration;

use entity::{
    calendar_address::{self, CalendarScope, Column},
    organisation, person,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{acts, icalendar, rules, search};
use crate::{
    App, accounts,
    events::{
        projection::{Plan, Row},
        search as events,
    },
    feeds::Document,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity,
        database::resource,
        idempotency::{Key, RetryKey},
    },
};

/// Id of a calendar.
pub type CalendarId = Id<calendar_address::Entity>;

/// Time for which caches may keep a response.
const FRESH: Duration = Duration::from_mins(5);

/// Input of `createCalendar`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the input")]
pub struct CalendarRequest {
    pub scope: CalendarScope,
    pub organisation: Option<Id<organisation::Entity>>,
    pub area: Option<String>,
}

/// Creates a calendar for the viewer.
pub async fn make(
    app: &App,
    viewer: &Viewer,
    asked: CalendarRequest,
    key: Option<RetryKey>,
) -> Result<calendar_address::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "calendar.made");
    Key::once::<calendar_address::Entity>(key, &app.database, viewer, async |transaction| {
        make_in(app, transaction, viewer, asked).await
    })
    .await
}

async fn make_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    CalendarRequest {
        scope,
        organisation,
        area,
    }: CalendarRequest,
) -> Result<calendar_address::Model, Error> {
    rules::check(scope, organisation.is_some(), area.is_some())?;
    let me = viewer.signed_in()?.id;
    if let Some(id) = organisation {
        resource::get(transaction, viewer, id).await?;
    }
    if let Some(code) = &area
        && app.reference.now().area(code).is_none()
    {
        let message = "There is no area with this code. Choose a code from the `areas` query.";
        return Err(UserError::at("area", UserErrorCode::Unknown, message).into());
    }
    // Locked, so that concurrent requests cannot exceed the limit.
    let held = person::Entity::find_by_id(me).lock(LockType::NoKeyUpdate);
    let owner = held.one(transaction).await?.ok_or(Error::Unauthenticated)?;
    calendar_address::Entity::delete_many()
        .filter(Column::PersonId.eq(me))
        .filter(Column::PasswordVersion.ne(owner.password_version))
        .exec(transaction)
        .await?;
    let own = calendar_address::Entity::find().filter(Column::PersonId.eq(me));
    if own.count(transaction).await? >= rules::MAX {
        let message = format!(
            "You already have {} calendars, the maximum. Revoke one that you no longer need, then try again.",
            rules::MAX
        );
        return Err(UserError::new(UserErrorCode::LimitReached, message).into());
    }
    let row = calendar_address::Entity::insert(calendar_address::ActiveModel {
        id: Set(Uuid::now_v7()),
        person_id: Set(me),
        scope: Set(scope),
        organisation_id: Set(organisation.map(|id| id.0)),
        area: Set(area),
        created_at: Set(viewer.now),
        password_version: Set(owner.password_version),
    })
    .exec_with_returning(transaction)
    .await?;
    activity::record(transaction, viewer, acts::MADE, &row, &[]).await?;
    Ok(row)
}

/// Revokes a calendar of the viewer. Its address stops working.
pub async fn revoke(
    app: &App,
    viewer: &Viewer,
    id: CalendarId,
) -> Result<calendar_address::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    let gone = calendar_address::Entity::delete_by_id(row.id)
        .exec(&transaction)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    activity::record(&transaction, viewer, acts::REVOKED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Returns one event as iCalendar, by its id or reference, as the viewer may see it.
pub async fn event(app: &App, viewer: &Viewer, name: &str) -> Result<Document, Error> {
    let found = events::named(&app.database.read, viewer, &Plan::in_full(), name).await?;
    let found = found.ok_or(Error::NotFound)?;
    let unlisted = found.known().audience == entity::listing::Audience::Unlisted;
    Ok(calendar(
        app,
        viewer,
        &found.known().title.clone(),
        &[found],
        unlisted,
    ))
}

/// Returns the calendar of an organisation's events, as the viewer may see them.
pub async fn of_organisation(app: &App, viewer: &Viewer, id: &str) -> Result<Document, Error> {
    let id: Id<organisation::Entity> = id.parse().map_err(|_| Error::NotFound)?;
    of(app, viewer, CalendarScope::Organisation, Some(id.0), None).await
}

/// Returns the calendar of an area's events, as the viewer may see them.
pub async fn of_area(app: &App, viewer: &Viewer, code: &str) -> Result<Document, Error> {
    of(app, viewer, CalendarScope::Area, None, Some(code)).await
}

/// Returns the calendar at a private address, with its owner's current rights.
pub async fn private(app: &App, viewer: &Viewer, token: &str) -> Result<Document, Error> {
    let id = app
        .tokens
        .open(rules::PURPOSE, token)
        .ok_or(Error::NotFound)?;
    let conn = &app.database.read;
    let row = calendar_address::Entity::find_by_id(id).one(conn).await?;
    let row = row.ok_or(Error::NotFound)?;
    let owner = person::Entity::find_by_id(row.person_id).one(conn).await?;
    let owner = owner
        .filter(|owner| owner.password_version == row.password_version)
        .ok_or(Error::NotFound)?;
    let owner = accounts::service::acting(app, viewer.now, owner).await?;
    let area = row.area.as_deref();
    let mut shown = of(app, &owner, row.scope, row.organisation_id, area).await?;
    shown.unlisted = true;
    Ok(shown)
}

async fn of(
    app: &App,
    viewer: &Viewer,
    scope: CalendarScope,
    organisation: Option<Uuid>,
    area: Option<&str>,
) -> Result<Document, Error> {
    let (conn, reference) = (&app.database.read, app.reference.now());
    match (scope, organisation, area) {
        (CalendarScope::Organisation, Some(id), _) => {
            let name = search::organisation(conn, viewer, id).await?;
            let name = name.ok_or(Error::NotFound)?;
            let rows = search::listed(conn, viewer, search::of_organisation(id)).await?;
            Ok(calendar(app, viewer, &name, &rows, false))
        }
        (CalendarScope::Area, _, Some(code)) => {
            let area = reference.area(code).ok_or(Error::NotFound)?;
            let which = search::of_area(conn, &reference, code);
            let rows = search::listed(conn, viewer, which).await?;
            Ok(calendar(app, viewer, &area.name, &rows, false))
        }
        _ => {
            let own = search::own(conn, viewer).await?;
            let events = own.iter().map(|(row, own, session)| {
                icalendar::event(&app.config, row, Some((own, session.as_ref())), viewer.now)
            });
            Ok(as_read(icalendar::write("My events", events), true))
        }
    }
}

fn calendar(app: &App, viewer: &Viewer, name: &str, rows: &[Row], unlisted: bool) -> Document {
    let events = rows
        .iter()
        .map(|row| icalendar::event(&app.config, row, None, viewer.now));
    as_read(icalendar::write(name, events), unlisted)
}

const fn as_read(body: String, unlisted: bool) -> Document {
    Document {
        media: icalendar::MEDIA,
        body,
        changed_at: None,
        fresh_for: FRESH,
        unlisted,
    }
}
