//! Events as they are read: the columns that a selection asks for, with the organisation and the places beside them.

use std::borrow::Cow;

use async_graphql::{Context, SelectionField};
use chrono::{DateTime, Utc};
use entity::{
    event::{self, Column},
    event_capacity, organisation,
};
use sea_orm::{
    Iterable, QueryResult,
    sea_query::{Expr, SelectStatement},
};

use super::{reservations::release, session_types};
use crate::{
    columns,
    context::Ask,
    kit::{
        Error, Id,
        database::projection::{Partial, Selection},
    },
    organisations,
};

columns!(event:
    Id id, Reference reference, OrganisationId organisation_id, CreatedBy created_by, SeriesId series_id,
    RecurrenceId recurrence_id, State state, Kind kind, Title title, Description description,
    AttendanceMode attendance_mode, StartsAt starts_at, EndsAt ends_at, PreviousStartsAt previous_starts_at,
    TimeZone time_zone, VenueName venue_name, Town town, Postcode postcode, Latitude latitude,
    Longitude longitude, X x, Y y, Z z, Cell cell, OnlineUrl online_url, Areas areas,
    PriorityAreas priority_areas, Audience audience, Registration registration,
    RegistrationOpensAt registration_opens_at, RegistrationClosesAt registration_closes_at,
    HoursToAnswer hours_to_answer, GuestsWelcome guests_welcome, MostPlaces most_places, Details details, Words words, CreatedAt created_at,
    UpdatedAt updated_at, FirstScheduledAt first_scheduled_at, Notice notice, RemindedAt reminded_at,
    Version version,
);

/// What every event is read with: enough to say whose it is, and where it stands.
const ALWAYS: [Column; 6] = [
    Column::Id,
    Column::OrganisationId,
    Column::State,
    Column::StartsAt,
    Column::EndsAt,
    Column::Registration,
];

/// The columns that a field of the schema needs beside.
fn needs(field: &str) -> &'static [Column] {
    use Column as C;
    match field {
        "reference" => &[C::Reference],
        "series" | "outcome" => &[C::SeriesId],
        "recurrenceId" => &[C::RecurrenceId],
        "kind" => &[C::Kind],
        "title" => &[C::Title],
        "description" => &[C::Description],
        "attendanceMode" => &[C::AttendanceMode],
        "previousStartsAt" => &[C::PreviousStartsAt],
        "timeZone" => &[C::TimeZone],
        "venue" => &[
            C::VenueName,
            C::Town,
            C::Postcode,
            C::Latitude,
            C::Longitude,
            C::Details,
        ],
        "onlineUrl" => &[C::OnlineUrl],
        "areas" => &[C::Areas],
        "priorityAreas" => &[C::PriorityAreas],
        "audience" => &[C::Audience],
        "registrationOpen" | "registrationOpensAt" | "registrationClosesAt" => {
            &[C::RegistrationOpensAt, C::RegistrationClosesAt]
        }
        "guestsWelcome" => &[C::Audience, C::GuestsWelcome],
        "hoursToAnswer" => &[C::HoursToAnswer],
        "mostPlaces" => &[C::MostPlaces],
        "questions" => &[C::Details],
        "calendarUrl" => &[C::Reference, C::Audience],
        "createdAt" => &[C::CreatedAt],
        "updatedAt" => &[C::UpdatedAt],
        "scheduledAt" => &[C::FirstScheduledAt],
        "notice" => &[C::Notice],
        "version" => &[C::Version],
        "viewerActs" => &[C::CreatedBy],
        _ => &[],
    }
}

/// Whether a field needs the row of the places.
fn counts(field: &str) -> bool {
    [
        "capacity",
        "confirmedPlaces",
        "remainingPlaces",
        "viewerReservedPlaces",
        "waitingCount",
    ]
    .contains(&field)
}

/// What of the places is read, beside what is held at the moment.
const PLACES: [event_capacity::Column; 4] = [
    event_capacity::Column::Capacity,
    event_capacity::Column::Confirmed,
    event_capacity::Column::Offered,
    event_capacity::Column::Waiting,
];

/// What a page of events reads, planned from what is selected.
#[derive(Clone, Debug)]
pub struct Plan {
    event: Selection<event::Entity>,
    organisation: Option<Selection<organisation::Entity>>,
    places: bool,
}

impl Plan {
    /// What the nodes of a connection need, wherever its selection has them.
    #[must_use]
    pub fn of_connection(field: SelectionField<'_>) -> Self {
        let mut nodes = Vec::new();
        for part in field.selection_set() {
            match part.name() {
                "nodes" => nodes.extend(part.selection_set()),
                "edges" => {
                    let edges = part.selection_set().filter(|edge| edge.name() == "node");
                    nodes.extend(edges.flat_map(|node| node.selection_set().collect::<Vec<_>>()));
                }
                _ => {}
            }
        }
        Self::of(&nodes)
    }

    /// What one event needs, the field itself.
    #[must_use]
    pub fn of_event(field: SelectionField<'_>) -> Self {
        Self::of(&field.selection_set().collect::<Vec<_>>())
    }

    /// Everything of an event, with its places and the name and the pages of its organisation: for documents with a form
    /// of their own.
    #[must_use]
    pub fn in_full() -> Self {
        let named = ["name", "website"].into_iter();
        let named = named.flat_map(organisations::projection::needs).copied();
        let always = organisations::projection::ALWAYS.into_iter();
        Self {
            event: Selection::new(Column::iter()),
            organisation: Some(Selection::new(always.chain(named))),
            places: true,
        }
    }

    fn of(fields: &[SelectionField<'_>]) -> Self {
        let mut columns = ALWAYS.to_vec();
        let mut organisation: Option<Vec<organisation::Column>> = None;
        for field in fields {
            columns.extend(needs(field.name()));
            if field.name() == "organisation" {
                let parts = field.selection_set();
                let wanted =
                    parts.flat_map(|part| organisations::projection::needs(part.name()).to_vec());
                organisation
                    .get_or_insert_with(|| organisations::projection::ALWAYS.to_vec())
                    .extend(wanted);
            }
        }
        // In one order whatever the order of the selection: fewer statements to prepare.
        columns.sort_unstable_by_key(|column| *column as u32);
        let organisation = organisation.map(|mut columns| {
            columns.sort_unstable_by_key(|column| *column as u32);
            Selection::new(columns)
        });
        Self {
            event: Selection::new(columns),
            organisation,
            places: fields.iter().any(|field| counts(field.name())),
        }
    }

    /// The columns of the event, the organisation where it is asked for, and the places where they are.
    pub fn select(&self, query: &mut SelectStatement, now: DateTime<Utc>) {
        use sea_orm::ExprTrait;

        self.event.select(query);
        if self.places {
            for column in PLACES {
                query.column((event_capacity::Entity, column));
            }
            query.expr(release::at(now));
            let own = Expr::col((event_capacity::Entity, event_capacity::Column::Id));
            query.inner_join(
                event_capacity::Entity,
                own.equals((event::Entity, Column::Id)),
            );
        }
        if let Some(columns) = &self.organisation {
            columns.select_as(query, "organisation_");
            let own = Expr::col((organisation::Entity, organisation::Column::Id));
            query.inner_join(
                organisation::Entity,
                own.equals((event::Entity, Column::OrganisationId)),
            );
        }
    }

    /// One event of the result.
    pub fn read(&self, row: &QueryResult) -> Result<Row, sea_orm::DbErr> {
        let event = self.event.read(row, 0)?;
        let mut at = self.event.len();
        let mut places = None;
        if self.places {
            places = Some(event_capacity::Model {
                id: event.known().id,
                event_id: event.known().id,
                capacity: row.try_get_by_index(at)?,
                confirmed: row.try_get_by_index(at + 1)?,
                offered: row.try_get_by_index(at + 2)?,
                waiting: row.try_get_by_index(at + 3)?,
                held: row.try_get_by_index(at + PLACES.len())?,
                queue_end: 0,
            });
            at += PLACES.len() + 1;
        }
        let organisation = match &self.organisation {
            Some(columns) => Some(columns.read(row, at)?),
            None => None,
        };
        Ok(Row {
            event,
            organisation,
            places,
        })
    }
}

/// An event with what was read of it.
#[derive(Clone, Debug)]
pub struct Row {
    event: Partial<event::Entity>,
    organisation: Option<Partial<organisation::Entity>>,
    places: Option<event_capacity::Model>,
}

impl From<event::Model> for Row {
    fn from(model: event::Model) -> Self {
        Self {
            event: Partial::whole(model),
            organisation: None,
            places: None,
        }
    }
}

impl Row {
    /// What is always read.
    #[must_use]
    pub const fn known(&self) -> &event::Model {
        self.event.known()
    }

    /// The event with what a field needs, read now where it was not read before.
    pub async fn with(
        &self,
        ctx: &Context<'_>,
        field: &str,
    ) -> Result<Cow<'_, event::Model>, Error> {
        if let Some(model) = self.event.with(needs(field)) {
            return Ok(Cow::Borrowed(model));
        }
        let id = Id::<event::Entity>::new(self.known().id);
        ctx.load(id).await?.map(Cow::Owned).ok_or(Error::NotFound)
    }

    /// The places of the event as a whole, read now where they were not read before.
    pub async fn places(&self, ctx: &Context<'_>) -> Result<event_capacity::Model, Error> {
        if let Some(places) = &self.places {
            return Ok(places.clone());
        }
        let id = self.known().id;
        let all = ctx.parts::<event_capacity::Entity>(id).await?;
        // A draft that was thrown away has none any more, and is shown a last time.
        let gone = event_capacity::Model {
            id,
            event_id: id,
            capacity: None,
            confirmed: 0,
            offered: 0,
            held: 0,
            waiting: 0,
            queue_end: 0,
        };
        let row = all.into_iter().find(|row| row.id == id).unwrap_or(gone);
        session_types::at_this_moment(ctx, row).await
    }

    /// The places, if they were read with the event.
    #[must_use]
    pub const fn counted(&self) -> Option<&event_capacity::Model> {
        self.places.as_ref()
    }

    /// The organisation, if it was read with the event.
    #[must_use]
    pub const fn organisation(&self) -> Option<&Partial<organisation::Entity>> {
        self.organisation.as_ref()
    }
}
