//! Export of the registrations for an event to its organisers: attendees, answers and access needs.
//!
//! The file contains confidential personal data, so every export is recorded with the person and the event. Personal
//! data is deleted some weeks after the event, and later files do not contain it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    event::{self, Question},
    event_session, organisation, place_reservation,
    registration::{self, RegistrationState as State},
};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::{columns::Form, csv_cells};
use crate::{
    App,
    events::{
        acts,
        registrations::{
            check_in, retention,
            rules::state_at,
            search::{self, Numbered},
        },
        service::EventId,
    },
    kit::{Error, OrInternal, UserError, UserErrorCode, Viewer, activity, page::PageArgs},
};

/// Maximum number of registrations in one file.
pub const MAX: u64 = 5_000;

/// Columns of every file before the questions of the event; `LAST` are those after them.
const FIRST: [&str; 10] = [
    "code",
    "name",
    "guestEmail",
    "state",
    "places",
    "position",
    "session",
    "organisation",
    "reservation",
    "registeredAt",
];
const LAST: [&str; 2] = ["accessNeeds", "checkedInAt"];

/// A file of registrations.
#[derive(Debug)]
pub struct File {
    /// Content in CSV format.
    pub content: String,
    /// Number of rows.
    pub rows: usize,
    /// True if there are more registrations after these.
    pub truncated: bool,
    /// Cursor of the last row; `None` if there are no rows.
    pub end_cursor: Option<String>,
}

/// Exports registrations for an event after a cursor as CSV: first those outside the waiting list, then the waiting
/// list in its order. Records the export.
pub async fn export(
    app: &App,
    viewer: &Viewer,
    id: EventId,
    states: Option<Vec<State>>,
    after: Option<String>,
) -> Result<File, Error> {
    let event = check_in::organised(app, viewer, id).await?;
    let conn = &app.database.read;
    let args = PageArgs::file(MAX, after);
    let found = search::file(conn, viewer, event.id, states, &args).await;
    let found = found.map_err(no_cursor)?;
    let rows: Vec<&Numbered> = found.rows().collect();
    let beside = Lookups::of(conn, &event, &rows).await?;
    let content = written(&event, &rows, &beside, viewer.now)?;
    let transaction = app.database.begin().await?;
    activity::record(&transaction, viewer, acts::ATTENDEES_EXPORTED, &event, &[]).await?;
    transaction.commit().await?;
    Ok(File {
        content,
        rows: rows.len(),
        truncated: found.has_next(),
        end_cursor: found.end_cursor().map(str::to_owned),
    })
}

/// Converts the error for an invalid cursor to a refusal, as for every other input of a mutation.
fn no_cursor(error: Error) -> Error {
    match error {
        Error::BadInput(..) => {
            let message = "This cursor is not valid for the registrations of this event. Send the `endCursor` of the previous file, or leave it out for the first file.";
            UserError::at("after", UserErrorCode::Invalid, message).into()
        }
        error => error,
    }
}

/// Names for the ids in registrations.
struct Lookups {
    sessions: HashMap<Uuid, String>,
    organisations: HashMap<Uuid, String>,
    reservations: HashMap<Uuid, String>,
}

impl Lookups {
    async fn of(
        conn: &impl ConnectionTrait,
        event: &event::Model,
        rows: &[&Numbered],
    ) -> Result<Self, Error> {
        let sessions = event_session::Entity::find()
            .filter(event_session::Column::EventId.eq(event.id))
            .all(conn)
            .await?;
        let mut named: Vec<Uuid> = rows
            .iter()
            .filter_map(|row| row.row.organisation_id)
            .collect();
        named.sort_unstable();
        named.dedup();
        let organisations = organisation::Entity::find()
            .filter(organisation::Column::Id.is_in(named))
            .all(conn)
            .await?;
        let reservations = place_reservation::Entity::find()
            .filter(place_reservation::Column::EventId.eq(event.id))
            .all(conn)
            .await?;
        let held = reservations.into_iter();
        Ok(Self {
            sessions: sessions
                .into_iter()
                .map(|row| (row.id, row.title))
                .collect(),
            organisations: organisations
                .into_iter()
                .map(|row| (row.id, row.name))
                .collect(),
            reservations: held
                .map(|row| (row.id, row.label.unwrap_or_else(|| "held".into())))
                .collect(),
        })
    }
}

fn written(
    event: &event::Model,
    rows: &[&Numbered],
    beside: &Lookups,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let questions = &event.details.questions;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::from("\u{feff}"));
    let labels = questions.iter().map(|question| text(&question.label));
    let headings = FIRST.map(str::to_owned).into_iter().chain(labels);
    writer
        .write_record(headings.chain(LAST.map(str::to_owned)))
        .internal()?;
    let kept = now < retention::until(event);
    for row in rows {
        writer
            .write_record(record(row, questions, beside, kept, now))
            .internal()?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error);
    String::from_utf8(bytes.internal()?).internal()
}

/// Cells of one registration, in the order of the headings. `kept` is true while personal data is still available.
fn record(
    numbered: &Numbered,
    questions: &[Question],
    beside: &Lookups,
    kept: bool,
    now: DateTime<Utc>,
) -> Vec<String> {
    let Numbered {
        row,
        position,
        name,
    } = numbered;
    let guest = row.guest_email.as_deref().filter(|_| kept);
    let state = state_at(row, now).to_value();
    let known = |names: &HashMap<Uuid, String>, id: Option<Uuid>| {
        id.and_then(|id| names.get(&id))
            .map_or_else(String::new, |name| text(name))
    };
    let instant = |at: Option<DateTime<Utc>>| at.map_or_else(String::new, |at| at.to_rfc3339());
    let mut cells = vec![
        text(&row.code),
        text(name),
        guest.map_or_else(String::new, text),
        state,
        row.places.to_string(),
        position.map_or_else(String::new, |at| at.to_string()),
        known(&beside.sessions, Some(row.capacity_id)),
        known(&beside.organisations, row.organisation_id),
        known(&beside.reservations, row.reservation_id),
        instant(Some(row.created_at)),
    ];
    let answers = questions.iter().map(|question| answer(row, question));
    let told = kept || row.person_id.is_some();
    cells.extend(answers.map(|answer| if told { answer } else { String::new() }));
    let needs = row.access_needs.as_deref().filter(|_| kept);
    cells.push(needs.map_or_else(String::new, text));
    cells.push(instant(row.checked_in_at));
    cells
}

fn answer(row: &registration::Model, question: &Question) -> String {
    let mut given = row.answers.0.iter();
    let found = given.find(|given| given.question == question.code);
    found.map_or_else(String::new, |given| text(&given.answer))
}

/// Text from a user as a cell that no spreadsheet evaluates as a formula.
fn text(typed: &str) -> String {
    csv_cells::write(Form::Text, Value::from(typed))
}
