//! Posting an offer by hand: checked and made as the marketplace does it, and written by one statement.

use std::{fmt::Write as _, sync::LazyLock};

use api::{
    kit::{Id, clock, validation::Validator},
    listings::{content::ListingContent, persist, rules},
    locations::{place::Point, rules::Address},
};
use axum::{Json, extract::State, http::HeaderMap, response::Response};
use entity::{
    listing::{self, ListingKind, ListingState},
    organisation,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbBackend, IdenStatic, Iterable,
    SqlxPostgresConnector, Statement, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::limit::{Asked, Limit, answer};

/// A listing with its links and both activities.
static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> = listing::Column::iter()
        .map(|column| column.as_str())
        .collect();
    let count = columns.len();
    let values: Vec<String> = (1..=count).map(|at| format!("${at}")).collect();
    let mut text = format!(
        "WITH may AS (SELECT 1 FROM membership WHERE person_id = $5 AND organisation_id = $4 AND state = 'ACTIVE'), \
         new AS (INSERT INTO listing ({}) VALUES ({}))",
        columns.join(", "),
        values.join(", ")
    );
    let at = |more: usize| count + more;
    let _ = write!(
        text,
        ", areas AS (INSERT INTO listing_area SELECT $1, unnest(${}::text[])), \
         priorities AS (INSERT INTO listing_priority_area SELECT $1, edition, code \
         FROM unnest(${}::text[], ${}::text[]) AS tagged (edition, code)), \
         acts AS (INSERT INTO activity (id, at, actor_kind, actor_id, organisation_id, act, subject_kind, subject_id, fields) \
         SELECT id, ${}, 'PERSON', $5, $4, act, 'listing', $1, '[]'::jsonb \
         FROM unnest(${}::uuid[], ARRAY['listing.drafted', 'listing.published']) AS done (id, act)) \
         SELECT count(*) FROM may",
        at(1),
        at(2),
        at(3),
        at(4),
        at(5)
    );
    text
});

/// What is looked at of an input.
#[derive(Deserialize)]
pub struct Variables {
    input: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    organisation_id: String,
    title: String,
    description: String,
    resource_type: String,
    place: PlaceInput,
    areas: Vec<String>,
    priority_areas: Vec<String>,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct PlaceInput {
    town: String,
    point: At,
}

#[derive(Deserialize)]
struct At {
    latitude: f64,
    longitude: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    offer: Offer,
    user_errors: [(); 0],
}

#[derive(Serialize)]
struct Offer {
    id: String,
    reference: String,
    version: i32,
}

/// Posts an offer of whoever the header names.
pub async fn handle(
    State(limit): State<Limit>,
    headers: HeaderMap,
    Json(asked): Json<Asked<Variables>>,
) -> Response {
    let now = clock::now();
    let person: Uuid = headers["x-person"].to_str().unwrap().parse().unwrap();
    let Variables { input } = asked.variables;
    let organisation: Id<organisation::Entity> = input.organisation_id.parse().unwrap();
    let said = ListingContent {
        title: input.title,
        description: input.description,
        resource_type: input.resource_type,
        partial_allowed: true,
        place: Address {
            town: Some(input.place.town),
            point: Point::new(input.place.point.latitude, input.place.point.longitude),
            ..Address::default()
        },
        areas: input.areas,
        priority_areas: input.priority_areas,
        tags: input.tags,
        ..ListingContent::default()
    };
    let mut checks = Validator::new();
    let checked = said
        .check(&mut checks, ListingKind::Offer, None, &limit.reference, now)
        .unwrap();
    let id = Uuid::now_v7();
    let reference = persist::reference(ListingKind::Offer, id);
    let mut row = listing::ActiveModel {
        id: Set(id),
        kind: Set(ListingKind::Offer),
        reference: Set(reference.clone()),
        organisation_id: Set(organisation.0),
        posted_by: Set(person),
        state: Set(ListingState::Published),
        allocated: Set(0),
        created_at: Set(now),
        updated_at: Set(now),
        first_published_at: Set(now),
        confirmed_at: Set(Some(now)),
        reminded_at: Set(None),
        closed_at: Set(None),
        close_reason: Set(None),
        version: Set(2),
        ..persist::content_columns(&checked)
    };
    let expires = rules::expiry(checked.content.expiry_policy, None, now, 90);
    (row.expires_at, row.closes_at) = (Set(expires), Set(expires));
    let mut values: Vec<Value> = Vec::new();
    for column in listing::Column::iter() {
        values.push(row.get(column).into_value().unwrap());
    }
    let priorities = checked
        .content
        .priority_areas
        .iter()
        .filter_map(|area| area.split_once('/'));
    let (editions, codes): (Vec<_>, Vec<_>) = priorities
        .map(|(edition, code)| (edition.to_owned(), code.to_owned()))
        .unzip();
    values.extend([
        checked.content.areas.clone().into(),
        editions.into(),
        codes.into(),
        now.into(),
    ]);
    values.push(vec![Uuid::now_v7(), Uuid::now_v7()].into());
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, STATEMENT.as_str(), values);
    let database = SqlxPostgresConnector::from_sqlx_postgres_pool(limit.pool.clone());
    let count: i64 = database
        .query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap();
    assert_eq!(count, 1, "whoever posts is a member");
    let offer = Offer {
        id: Id::<listing::Entity>::new(id).to_string(),
        reference,
        version: 2,
    };
    answer(
        "createOffer",
        &Posted {
            offer,
            user_errors: [],
        },
    )
}
