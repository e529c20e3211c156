//! What the marketplace is compared with: one statement per operation, written by hand for this schema, prepared,
//! and its rows serialised in Rust; and a handler that does nothing but answer.
//!
//! Nothing can be asked of it but this, nobody's rights are looked at, and it gives the same answers to the byte.

use std::sync::Arc;

use api::{
    kit::{Id, clock},
    listings::search::text,
    locations::place::{self, Point},
    reference::{Snapshot, quantity},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::{listing, organisation, resource_type::Unit};
use sea_orm::{
    ActiveEnum,
    prelude::Decimal,
    sqlx::{self, PgPool, Row, postgres::PgRow, types::Json as Column},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::posting;

/// The columns of a page's nodes, and of one listing.
macro_rules! columns {
    () => {
        "SELECT l.id, l.title, l.resource_kind, l.first_published_at, l.quantity - l.allocated, l.unit, l.unit_label, \
         l.town, l.latitude, l.longitude, l.areas, l.priority_areas, o.id, o.name"
    };
}
/// What everybody may see of offers that are open.
macro_rules! open {
    () => {
        " FROM listing l JOIN organisation o ON o.id = l.organisation_id \
         WHERE l.state = 'PUBLISHED' AND l.kind = 'OFFER' AND l.audience = 'PUBLIC' AND l.closes_at > $1 \
         AND (l.quantity IS NULL OR l.allocated < l.quantity) "
    };
}
macro_rules! newest_first {
    () => {
        " ORDER BY l.first_published_at DESC, l.id DESC LIMIT 21"
    };
}
macro_rules! chord {
    () => {
        "(l.x - $2) * (l.x - $2) + (l.y - $3) * (l.y - $3) + (l.z - $4) * (l.z - $4)"
    };
}
const ONE: &str = concat!(
    columns!(),
    ", l.reference, l.description, l.state FROM listing l JOIN organisation o ON o.id = l.organisation_id \
     WHERE l.id = $1 AND l.state IN ('PUBLISHED', 'EXPIRED', 'CLOSED') AND l.audience IN ('PUBLIC', 'UNLISTED')"
);
const NEWEST: &str = concat!(columns!(), open!(), newest_first!());
const BEHIND: &str = concat!(
    columns!(),
    open!(),
    "AND (l.first_published_at, l.id) < ($2, $3)",
    newest_first!()
);
const SEARCH: &str = concat!(
    columns!(),
    open!(),
    "AND l.search @@ to_tsquery('english', $2) AND l.resource_type = ANY($3) \
     AND l.id IN (SELECT listing_id FROM listing_area WHERE area = ANY($4))",
    newest_first!()
);
const NEAR: &str = concat!(
    columns!(),
    ", ",
    chord!(),
    open!(),
    "AND l.cell = ANY($5) AND NOT l.remote AND ",
    chord!(),
    " <= $6 ORDER BY 15, l.id LIMIT 21"
);

/// What the handlers need.
#[derive(Clone)]
pub struct Limit {
    /// Connections to PostgreSQL.
    pub pool: PgPool,
    /// Names, from memory.
    pub reference: Arc<Snapshot>,
}

/// The handlers, on a database.
pub fn router(pool: PgPool, reference: Snapshot) -> Router {
    let limit = Limit {
        pool,
        reference: Arc::new(reference),
    };
    Router::new()
        .route("/limit/listing", post(one))
        .route("/limit/newest", post(newest))
        .route("/limit/behind", post(behind))
        .route("/limit/search", post(search))
        .route("/limit/near", post(near))
        .route("/limit/post", post(posting::handle))
        .with_state(limit.clone())
        .route("/bare/{bytes}", post(bare))
}

async fn bare(Path(bytes): Path<usize>) -> Response {
    static BODY: [u8; 100_000] = [b' '; 100_000];
    (
        [(header::CONTENT_TYPE, "application/json")],
        Bytes::from_static(&BODY[..bytes]),
    )
        .into_response()
}

/// A request as GraphQL clients send it.
#[derive(Deserialize)]
pub struct Asked<V> {
    /// All that is looked at.
    pub variables: V,
}

#[derive(Serialize)]
struct Named<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Titled<'a> {
    code: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Remaining {
    amount: Decimal,
    unit: String,
    unit_label: String,
}

#[derive(Serialize)]
struct Place {
    town: Option<String>,
    point: Option<At>,
}

#[derive(Serialize)]
struct At {
    latitude: f64,
    longitude: f64,
}

#[derive(Serialize)]
struct Organisation {
    id: String,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    id: String,
    title: String,
    resource_kind: String,
    published_at: String,
    remaining_quantity: Option<Remaining>,
    place: Option<Place>,
    areas: Vec<Named<'a>>,
    priority_areas: Vec<Titled<'a>>,
    organisation: Organisation,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    rest: Option<Rest>,
}

#[derive(Serialize)]
struct Rest {
    reference: String,
    description: String,
    state: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    nodes: Vec<Node<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

fn node<'a>(row: &PgRow, reference: &'a Snapshot) -> Node<'a> {
    let left: Option<i64> = row.get(4);
    let unit: String = row.get(5);
    let label: Option<String> = row.get(6);
    let amount = left.map(|left| {
        let known = Unit::try_from_value(&unit).unwrap();
        let unit_label = label.unwrap_or_else(|| quantity::label(known).to_owned());
        Remaining {
            amount: quantity::from_base(left, known),
            unit,
            unit_label,
        }
    });
    let town: Option<String> = row.get(7);
    let point = row
        .get::<Option<f64>, _>(8)
        .zip(row.get::<Option<f64>, _>(9));
    let point = point.map(|(latitude, longitude)| At {
        latitude,
        longitude,
    });
    let areas: Column<Vec<String>> = row.get(10);
    let priorities: Column<Vec<String>> = row.get(11);
    let named = |code: &String| {
        reference.area(code).map(|area| Named {
            code: &area.code,
            name: &area.name,
        })
    };
    let titled = |code: &String| {
        let (edition, code) = code.split_once('/')?;
        reference.priority(edition, code).map(|area| Titled {
            code: &area.code,
            title: &area.title,
        })
    };
    Node {
        id: Id::<listing::Entity>::new(row.get(0)).to_string(),
        title: row.get(1),
        resource_kind: row.get(2),
        published_at: row.get::<DateTime<Utc>, _>(3).to_rfc3339(),
        remaining_quantity: amount,
        place: (town.is_some() || point.is_some()).then_some(Place { town, point }),
        areas: areas.iter().filter_map(named).collect(),
        priority_areas: priorities.iter().filter_map(titled).collect(),
        organisation: Organisation {
            id: Id::<organisation::Entity>::new(row.get(12)).to_string(),
            name: row.get(13),
        },
        rest: None,
    }
}

/// An answer as GraphQL servers give it.
pub fn answer(name: &str, data: &impl Serialize) -> Response {
    let mut body = format!("{{\"data\":{{\"{name}\":").into_bytes();
    serde_json::to_writer(&mut body, data).unwrap();
    body.extend(b"}}");
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn page(rows: &[PgRow], reference: &Snapshot, cursor: impl Fn(&PgRow) -> String) -> Response {
    let shown = &rows[..rows.len().min(20)];
    let cursor = shown.last().map(|row| URL_SAFE_NO_PAD.encode(cursor(row)));
    let page_info = PageInfo {
        has_next_page: rows.len() > 20,
        end_cursor: cursor,
    };
    let nodes = shown.iter().map(|row| node(row, reference)).collect();
    answer("offers", &Page { nodes, page_info })
}

fn by_time(row: &PgRow) -> String {
    let (id, at): (Uuid, DateTime<Utc>) = (row.get(0), row.get(3));
    format!("newest|{}|{}", id.simple(), at.timestamp_micros())
}

#[derive(Deserialize)]
struct OneAsked {
    id: String,
}

async fn one(State(limit): State<Limit>, Json(asked): Json<Asked<OneAsked>>) -> Response {
    let id: Id<listing::Entity> = asked.variables.id.parse().unwrap();
    let row = sqlx::query(ONE)
        .bind(id.0)
        .fetch_one(&limit.pool)
        .await
        .unwrap();
    let mut node = node(&row, &limit.reference);
    node.rest = Some(Rest {
        reference: row.get(14),
        description: row.get(15),
        state: row.get(16),
    });
    answer("listing", &node)
}

async fn newest(State(limit): State<Limit>) -> Response {
    let rows = sqlx::query(NEWEST)
        .bind(clock::now())
        .fetch_all(&limit.pool)
        .await
        .unwrap();
    page(&rows, &limit.reference, by_time)
}

#[derive(Deserialize)]
struct BehindAsked {
    after: String,
}

async fn behind(State(limit): State<Limit>, Json(asked): Json<Asked<BehindAsked>>) -> Response {
    let cursor = String::from_utf8(URL_SAFE_NO_PAD.decode(asked.variables.after).unwrap()).unwrap();
    let mut parts = cursor.split('|').skip(1);
    let id: Uuid = parts.next().unwrap().parse().unwrap();
    let at = clock::from_micros(parts.next().unwrap().parse().unwrap());
    let query = sqlx::query(BEHIND).bind(clock::now()).bind(at).bind(id);
    page(
        &query.fetch_all(&limit.pool).await.unwrap(),
        &limit.reference,
        by_time,
    )
}

#[derive(Deserialize)]
struct SearchAsked {
    text: String,
    types: Vec<String>,
    areas: Vec<String>,
}

async fn search(State(limit): State<Limit>, Json(asked): Json<Asked<SearchAsked>>) -> Response {
    let SearchAsked { text, types, areas } = asked.variables;
    let words = text::Query::parse(&text, &limit.reference)
        .unwrap()
        .postgres();
    let types: Vec<String> = limit.reference.types_within(&types).into_iter().collect();
    let areas: Vec<String> = limit.reference.areas_around(&areas).into_iter().collect();
    let query = sqlx::query(SEARCH)
        .bind(clock::now())
        .bind(words)
        .bind(types)
        .bind(areas);
    page(
        &query.fetch_all(&limit.pool).await.unwrap(),
        &limit.reference,
        by_time,
    )
}

#[derive(Deserialize)]
struct NearAsked {
    latitude: f64,
    longitude: f64,
    km: f64,
}

async fn near(State(limit): State<Limit>, Json(asked): Json<Asked<NearAsked>>) -> Response {
    let NearAsked {
        latitude,
        longitude,
        km,
    } = asked.variables;
    let centre = Point::new(latitude, longitude).unwrap();
    let [x, y, z] = centre.unit();
    let query = sqlx::query(NEAR).bind(clock::now()).bind(x).bind(y).bind(z);
    let query = query
        .bind(centre.cells_within(km).unwrap())
        .bind(place::chord_of_km(km));
    page(
        &query.fetch_all(&limit.pool).await.unwrap(),
        &limit.reference,
        |row| {
            let (id, chord): (Uuid, f64) = (row.get(0), row.get(14));
            format!(
                "near {latitude} {longitude}|{}|{}",
                id.simple(),
                chord.to_bits()
            )
        },
    )
}
