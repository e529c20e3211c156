//! Reads of events: the columns that a selection needs, together with organisation and places.

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
    context::ContextExt,
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
    PlaceOfferResponseHours place_offer_response_hours, GuestsWelcome guests_welcome, MaxPlacesPerRegistration max_places_per_registration, Details details, SearchText search_text, CreatedAt created_at,
    UpdatedAt updated_at, FirstScheduledAt first_scheduled_at, Notice notice, RemindedAt reminded_at,
    Version version,
);

/// Columns that are always read: identity, organisation, state and times.
const ALWAYS: [Column; 6] = [
    Column::Id,
    Column::OrganisationId,
    Column::State,
    Column::StartsAt,
    Column::EndsAt,
    Column::Registration,
];

/// Returns the additional columns that a GraphQL field needs; `None` for a field that is not listed, for which
/// [`Row::with`] loads the whole row.
fn needs(field: &str) -> Option<&'static [Column]> {
    use Column as C;
    let columns: &[Column] = match field {
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
        "placeOfferResponseHours" => &[C::PlaceOfferResponseHours],
        "maxPlacesPerRegistration" => &[C::MaxPlacesPerRegistration],
        "questions" => &[C::Details],
        "calendarUrl" => &[C::Reference, C::Audience],
        "createdAt" => &[C::CreatedAt],
        "updatedAt" => &[C::UpdatedAt],
        "scheduledAt" => &[C::FirstScheduledAt],
        "notice" => &[C::Notice],
        "version" => &[C::Version],
        "viewerActs" => &[C::CreatedBy],
        _ => return None,
    };
    Some(columns)
}

/// Returns true if a field needs the row of the places.
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

/// Columns of the places, read in addition to the number of reserved places at the instant.
const PLACES: [event_capacity::Column; 4] = [
    event_capacity::Column::Capacity,
    event_capacity::Column::Confirmed,
    event_capacity::Column::Offered,
    event_capacity::Column::Waiting,
];

/// Plan of a read: the columns to select for a GraphQL selection.
#[derive(Clone, Debug)]
pub struct Plan {
    event: Selection<event::Entity>,
    organisation: Option<Selection<organisation::Entity>>,
    places: bool,
}

impl Plan {
    /// Plans the read of the nodes of a connection, selected through `nodes` or `edges`.
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

    /// Plans the read of one event from its own field.
    #[must_use]
    pub fn of_event(field: SelectionField<'_>) -> Self {
        Self::of(&field.selection_set().collect::<Vec<_>>())
    }

    /// Plans the read of all columns of an event, its places, and the name and website of its organisation: for formats
    /// other than GraphQL.
    #[must_use]
    pub fn in_full() -> Self {
        let named = ["name", "website"].into_iter();
        let named = named
            .filter_map(organisations::projection::needs)
            .flatten()
            .copied();
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
            columns.extend(needs(field.name()).into_iter().flatten());
            if field.name() == "organisation" {
                let parts = field.selection_set();
                let wanted = parts
                    .filter_map(|part| organisations::projection::needs(part.name()))
                    .flatten()
                    .copied();
                organisation
                    .get_or_insert_with(|| organisations::projection::ALWAYS.to_vec())
                    .extend(wanted);
            }
        }
        // Columns have a fixed order, independent of the selection, so that fewer statements are prepared.
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

    /// Adds the planned columns of event, organisation and places to a query.
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

    /// Reads one event from a row of the result.
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

/// Event as far as it was read.
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
    /// Returns the event with the columns that are always read.
    #[must_use]
    pub const fn known(&self) -> &event::Model {
        self.event.known()
    }

    /// Returns the event with the columns that a field needs. Loads the event if they were not read.
    pub async fn with(
        &self,
        ctx: &Context<'_>,
        field: &str,
    ) -> Result<Cow<'_, event::Model>, Error> {
        if let Some(model) = needs(field).and_then(|columns| self.event.with(columns)) {
            return Ok(Cow::Borrowed(model));
        }
        let id = Id::<event::Entity>::new(self.known().id);
        ctx.load(id).await?.map(Cow::Owned).ok_or(Error::NotFound)
    }

    /// Returns the places of the event as a whole. Loads them if they were not read.
    pub async fn places(&self, ctx: &Context<'_>) -> Result<event_capacity::Model, Error> {
        if let Some(places) = &self.places {
            return Ok(places.clone());
        }
        let id = self.known().id;
        let all = ctx.parts::<event_capacity::Entity>(id).await?;
        // A deleted draft has no row of places, and its payload shows it once more.
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
        session_types::without_overdue(ctx, row).await
    }

    /// Returns the places, if they were read with the event.
    #[must_use]
    pub const fn counted(&self) -> Option<&event_capacity::Model> {
        self.places.as_ref()
    }

    /// Returns the organisation, if it was read with the event.
    #[must_use]
    pub const fn organisation(&self) -> Option<&Partial<organisation::Entity>> {
        self.organisation.as_ref()
    }
}
