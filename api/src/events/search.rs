//! Search of events: converts a filter to a condition, and reads a page in one statement.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    event::{self, AttendanceMode, Column, EventState, RegistrationMode},
    event_area, event_capacity, event_priority_area,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, ExprTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    capacity, listed_to,
    partners::service as partners,
    projection::{Plan, Row},
    query::{EventFilter, EventOrder},
    scheduled,
    service::EventId,
    upcoming,
};
use crate::{
    kit::{
        Error, Resource, Viewer, clock,
        database::dialect,
        graphql::nested_page::NestedPage,
        page::{self, KeyKind, Order, PageArgs, Slice, Total},
    },
    listings::search::{limits, text, types::NearInput},
    locations::place::{self, Point},
    reference::Snapshot,
};

/// Validated search.
#[derive(Clone, Debug)]
pub struct Search {
    condition: Condition,
    near: Option<Point>,
    now: DateTime<Utc>,
}

impl Search {
    /// Converts the filter of a viewer. The error names an argument that is not valid.
    pub fn new(
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
        reference: &Snapshot,
        filter: EventFilter,
    ) -> Result<Self, Error> {
        let EventFilter {
            text,
            kinds,
            states,
            attendance_modes,
            areas,
            priority_areas,
            near,
            between,
            places_left,
            organisations,
            series,
        } = filter;
        let backend = conn.get_database_backend();
        let mut found = Self {
            condition: Condition::all().add(listed_to(viewer)),
            near: None,
            now: viewer.now,
        };
        match limits::list("filter.states", states)? {
            Some(states) => {
                found.add(event::Entity::visible_to(viewer));
                found.add(in_states(viewer, &states));
            }
            None => found.add(upcoming(viewer)),
        }
        if let Some(kinds) = limits::list("filter.kinds", kinds)? {
            found.add(Column::Kind.is_in(kinds));
        }
        if let Some(modes) = limits::list("filter.attendanceModes", attendance_modes)? {
            found.add(Column::AttendanceMode.is_in(modes));
        }
        if let Some(codes) = limits::list("filter.areas", areas)? {
            let codes: Vec<String> = reference.areas_around(&codes).into_iter().collect();
            let area = (event_area::Entity, event_area::Column::Area);
            let filed = Query::select()
                .column(event_area::Column::EventId)
                .from(event_area::Entity)
                .and_where(dialect::one_of(backend, area, codes))
                .to_owned();
            found.add(Column::Id.in_subquery(filed));
        }
        if let Some(codes) = limits::list("filter.priorityAreas", priority_areas)? {
            found.add(serving(&reference.priorities_around(&codes)));
        }
        if let Some(near) = near {
            found.close_to(backend, &near)?;
        }
        if let Some(range) = between {
            found.going_on(range.from.0, range.until.0)?;
        }
        match places_left {
            Some(true) => found.add(has_places_left(viewer)),
            Some(false) => found.add(has_places_left(viewer).not()),
            None => {}
        }
        if let Some(ids) = limits::list("filter.organisations", organisations)? {
            let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
            found.add(hosted_by(&ids));
        }
        if let Some(id) = series {
            found.add(Column::SeriesId.eq(id.0));
        }
        if let Some(words) = limits::text(text)? {
            found.add(text::Query::parse(&words, reference).map_or_else(
                || Expr::val(false),
                |query| dialect::text_matches(backend, "event", &query.postgres(), &query.sqlite()),
            ));
        }
        Ok(found)
    }

    fn close_to(&mut self, backend: DbBackend, near: &NearInput) -> Result<(), Error> {
        let centre = limits::near(near)?;
        self.near = Some(centre);
        let Some(km) = near.within_km else {
            return Ok(());
        };
        let mut close = Condition::all().add(chord(centre).lte(place::chord_of_km(km)));
        if let Some(cells) = centre.cells_within(km) {
            close = close.add(dialect::one_of(
                backend,
                (event::Entity, Column::Cell),
                cells,
            ));
        }
        let online = Column::AttendanceMode.ne(AttendanceMode::InPerson);
        self.add(
            Condition::any()
                .add(close)
                .add_option(near.include_remote.then_some(online)),
        );
        Ok(())
    }

    fn going_on(&mut self, from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
        limits::days("filter.between", from, until)?;
        let begin = from
            .pred_opt()
            .map_or(clock::from_micros(0), clock::end_of_day);
        self.add(
            Column::StartsAt
                .lt(clock::end_of_day(until))
                .and(Column::EndsAt.gt(begin)),
        );
        Ok(())
    }

    fn add(&mut self, condition: impl sea_orm::sea_query::IntoCondition) {
        self.condition = std::mem::replace(&mut self.condition, Condition::all())
            .add(condition.into_condition());
    }

    fn query(&self) -> SelectStatement {
        Query::select()
            .from(event::Entity)
            .cond_where(self.condition.clone())
            .to_owned()
    }

    /// Returns the query that counts the events found.
    #[must_use]
    pub fn total(&self) -> Total {
        Total(self.query().column((event::Entity, Column::Id)).to_owned())
    }

    /// Reads a page of the events found, in one statement.
    pub async fn page(
        &self,
        conn: &impl ConnectionTrait,
        plan: &Plan,
        order: EventOrder,
        args: &PageArgs,
    ) -> Result<Slice<Row>, Error> {
        let mut query = self.query();
        plan.select(&mut query, self.now);
        page::slice(conn, query, &self.order(order)?, args, |row| plan.read(row)).await
    }

    /// Returns a page of the events found that belong to one organisation or series.
    pub fn page_of(
        &self,
        whole: Uuid,
        of: Column,
        plan: &Plan,
        order: EventOrder,
        args: PageArgs,
    ) -> Result<NestedPage, Error> {
        let mut query = self.query();
        plan.select(&mut query, self.now);
        Ok(NestedPage::new(
            whole,
            Expr::col((event::Entity, of)),
            query,
            self.order(order)?,
            args,
        ))
    }

    fn order(&self, order: EventOrder) -> Result<Order, Error> {
        let column = |column: Column| Expr::col((event::Entity, column));
        let (tag, by, kind, descending) = match order {
            EventOrder::Soonest => (
                "soonest".to_owned(),
                column(Column::StartsAt),
                KeyKind::Time,
                false,
            ),
            EventOrder::Latest => (
                "latest".to_owned(),
                column(Column::StartsAt),
                KeyKind::Time,
                true,
            ),
            EventOrder::Newest => (
                "newest".to_owned(),
                column(Column::FirstScheduledAt),
                KeyKind::Time,
                true,
            ),
            EventOrder::Nearest => {
                let centre = self.near.ok_or_else(|| {
                    Error::BadInput(
                        "orderBy",
                        "NEAREST requires filter.near, the point to measure from".into(),
                    )
                })?;
                let far = place::FARTHEST * 2.0;
                let distance = Expr::case(Column::X.is_null(), far).finally(chord(centre));
                let tag = format!("near {} {}", centre.latitude, centre.longitude);
                (tag, distance.into(), KeyKind::Float, false)
            }
        };
        Ok(Order {
            tag: format!("events:{tag}"),
            by,
            kind,
            id: column(Column::Id),
            descending,
        })
    }
}

/// Reads one event that the viewer can see, in one statement with the planned columns.
pub async fn one(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    plan: &Plan,
    which: SimpleExpr,
) -> Result<Option<Row>, Error> {
    let mut query = Query::select()
        .from(event::Entity)
        .and_where(which)
        .cond_where(event::Entity::visible_to(viewer))
        .to_owned();
    plan.select(&mut query, viewer.now);
    let row = conn.query_one(&query).await?;
    Ok(row.map(|row| plan.read(&row)).transpose()?)
}

/// Reads the event with this id or reference.
pub async fn named(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    plan: &Plan,
    name: &str,
) -> Result<Option<Row>, Error> {
    let which = match name.parse() {
        Ok(id) => Some(known_as(id)),
        Err(_) => referred_to(name),
    };
    match which {
        Some(which) => one(conn, viewer, plan, which).await,
        None => Ok(None),
    }
}

/// Condition for the event with this id.
#[must_use]
pub fn known_as(id: EventId) -> SimpleExpr {
    Column::Id.eq(id.0)
}

/// Condition for the event with this reference; `None` if the text cannot be a reference.
#[must_use]
pub fn referred_to(reference: &str) -> Option<SimpleExpr> {
    let reference = reference.trim().to_uppercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    reference
        .bytes()
        .all(plain)
        .then(|| Column::Reference.eq(reference))
}

/// Squared chord from a point to the place of an event, in SQL; null if the event has no place.
fn chord(centre: Point) -> SimpleExpr {
    let part = |column: Column, value: f64| {
        let away = Expr::col((event::Entity, column)).sub(value);
        away.clone().mul(away)
    };
    let [x, y, z] = centre.unit();
    part(Column::X, x)
        .add(part(Column::Y, y))
        .add(part(Column::Z, z))
}

/// Condition for events in these states now. The state of a scheduled event depends on the time.
fn in_states(viewer: &Viewer, states: &[EventState]) -> Condition {
    states.iter().fold(
        Condition::any().add(Expr::val(false)),
        |any, state| match state {
            EventState::Scheduled => any.add(upcoming(viewer)),
            EventState::Completed => {
                let over = Condition::all()
                    .add(scheduled())
                    .add(Column::EndsAt.lte(viewer.now));
                any.add(Column::State.eq(*state)).add(over)
            }
            state => any.add(Column::State.eq(*state)),
        },
    )
}

/// Condition for events at which a person can get a place now: registration is open and places are left, or no
/// registration is needed.
fn has_places_left(viewer: &Viewer) -> Condition {
    use event_capacity::{Column as Places, Entity};

    let column = |column: Column| Expr::col((event::Entity, column));
    let open = Condition::all()
        .add(
            Condition::any()
                .add(Column::RegistrationOpensAt.is_null())
                .add(Column::RegistrationOpensAt.lte(viewer.now)),
        )
        .add(
            Expr::col((event::Entity, Column::RegistrationClosesAt))
                .if_null(column(Column::StartsAt))
                .gt(viewer.now),
        );
    let places = |of: SimpleExpr| {
        let found = Query::select()
            .expr(Expr::val(1))
            .from(Entity)
            .and_where(of)
            .cond_where(capacity::some_left(viewer.now))
            .to_owned();
        Expr::exists(found)
    };
    let own = Expr::col((Entity, Places::Id)).equals((event::Entity, Column::Id));
    let of_event = Expr::col((Entity, Places::EventId)).equals((event::Entity, Column::Id));
    let session = Expr::col((Entity, Places::Id)).ne(column(Column::Id));
    let whole = Condition::all()
        .add(Column::Registration.eq(RegistrationMode::Event))
        .add(places(own));
    let each = Condition::all()
        .add(Column::Registration.eq(RegistrationMode::Sessions))
        .add(places(of_event.and(session)));
    Condition::all().add(upcoming(viewer)).add(
        Condition::any()
            .add(Column::Registration.eq(RegistrationMode::None))
            .add(open.add(Condition::any().add(whole).add(each))),
    )
}

/// Condition for events that one of these organisations hosts, or of which one is a partner.
fn hosted_by(ids: &[Uuid]) -> Condition {
    let named = partners::events_of(ids.iter().copied());
    Condition::any()
        .add(Column::OrganisationId.is_in(ids.iter().copied()))
        .add(Column::Id.in_subquery(named))
}

fn serving(areas: &BTreeSet<(&str, &str)>) -> SimpleExpr {
    use event_priority_area::{Column as Tag, Entity};

    let any = areas.iter().fold(
        Condition::any().add(Expr::val(false)),
        |any, (edition, code)| any.add(Tag::Code.eq(*code).and(Tag::Edition.eq(*edition))),
    );
    let tagged = Query::select()
        .column(Tag::EventId)
        .from(Entity)
        .cond_where(any)
        .to_owned();
    Column::Id.in_subquery(tagged)
}
