//! Events in the open formats: public events that are not over, including postponed and cancelled ones.

use std::collections::HashMap;

use entity::{
    event::{self, Column, EventState},
    event_area, place_reservation, registration,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    event_jsonld,
    feed_source::FeedSource,
    item::{Item, label, labels},
    persist::Shown,
    rules::Touched,
    search::{self, some},
    site::Site,
};
use crate::{
    App,
    events::{
        self, EventFilter, EventOrder,
        projection::{Plan, Row},
        search::Search,
    },
    kit::{Error, Resource, Transaction, Viewer, database::Connections, page::PageArgs},
    reference::Snapshot,
};

impl FeedSource for event::Entity {
    const FEED: &'static str = "events";
    const FORM: i32 = 1;
    const NEWS: &'static str = "Newly announced events";
    type Filter = EventFilter;

    fn shown(viewer: &Viewer) -> Condition {
        let nobody = search::nobody(viewer);
        let to_come = Condition::any()
            .add(Column::State.eq(EventState::Postponed))
            .add(Column::EndsAt.gt(nobody.now));
        Condition::all()
            .add(Self::visible_to(&nobody))
            .add(events::listed_to(&nobody))
            .add(to_come)
    }

    fn touched(by: &Touched) -> Condition {
        search::any_of([
            some(&by.events, |ids| Column::Id.is_in(ids.iter().copied())),
            some(&by.organisations, |ids| {
                Column::OrganisationId.is_in(ids.iter().copied())
            }),
            some(&by.registrations, |ids| Column::Id.in_subquery(of(ids))),
            some(&by.reservations, |ids| Column::Id.in_subquery(held_at(ids))),
            some(&by.areas, |ids| Column::Id.in_subquery(for_areas(ids))),
        ])
    }

    async fn write(
        site: &Site,
        reference: &Snapshot,
        conn: &Transaction,
        viewer: &Viewer,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Shown>, Error> {
        let plan = Plan::in_full();
        let mut query = search::those::<Self>(viewer, ids);
        plan.select(&mut query, viewer.now);
        let mut shown = HashMap::new();
        for row in conn.query_all(&query).await? {
            let row = plan.read(&row)?;
            let event = row.known();
            let item = Shown {
                kind: event_jsonld::kind(event.kind),
                data: document(site, reference, &row, viewer)?.to_string(),
                version: event.version,
            };
            shown.insert(event.id, item);
        }
        Ok(shown)
    }

    async fn newest(
        site: &Site,
        app: &App,
        conn: &Connections,
        nobody: &Viewer,
        filter: EventFilter,
        args: &PageArgs,
    ) -> Result<(Vec<Item>, Option<String>), Error> {
        let reference = app.reference.now();
        let found = Search::new(conn, nobody, &reference, filter)?;
        let order = EventOrder::Newest;
        let page = found.page(conn, &Plan::in_full(), order, args).await?;
        let items = page.rows().map(|row| item(site, &reference, row));
        let items = items.collect::<Result<_, Error>>()?;
        let next = page.end_cursor().filter(|_| page.has_next());
        Ok((items, next.map(str::to_owned)))
    }
}

/// Returns an event as JSON-LD.
pub fn document(
    site: &Site,
    reference: &Snapshot,
    row: &Row,
    viewer: &Viewer,
) -> Result<serde_json::Value, Error> {
    let whose = row.organisation().ok_or(Error::NotFound)?.known();
    let state = events::rules::state_at(row.known(), viewer.now);
    Ok(event_jsonld::event(
        site,
        reference,
        (row.known(), state),
        whose,
        row.counted(),
    ))
}

fn item(site: &Site, reference: &Snapshot, row: &Row) -> Result<Item, Error> {
    let organisation = row.organisation().ok_or(Error::NotFound)?.known();
    let row = row.known();
    let (code, name) = event_jsonld::word(row.kind);
    let filed = [label("kinds", &code, &name)].into_iter();
    let filed = filed.chain(labels(reference, &row.areas.0, &row.priority_areas.0));
    Ok(Item {
        id: row.id.urn().to_string(),
        address: site.event(&row.reference, "jsonld"),
        title: row.title.clone(),
        text: event_jsonld::told(row),
        organisation: organisation.name.clone(),
        website: organisation.website.clone(),
        published_at: row.first_scheduled_at,
        updated_at: row.updated_at.max(row.first_scheduled_at),
        labels: filed.collect(),
        picture: None,
    })
}

/// Events of these registrations.
fn of(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(registration::Column::EventId)
        .from(registration::Entity)
        .and_where(registration::Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}

/// Events of these place reservations.
fn held_at(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(place_reservation::Column::EventId)
        .from(place_reservation::Entity)
        .and_where(place_reservation::Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}

fn for_areas(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(event_area::Column::EventId)
        .from(event_area::Entity)
        .and_where(event_area::Column::Area.in_subquery(search::codes_of_areas(ids)))
        .to_owned()
}
