//! What is measured: requests as the front end of a telephone sends them.

use api::reference::Snapshot;
use chrono::Duration;
use entity::{
    listing::{self, ListingKind},
    organisation,
};
use sea_orm::sqlx::{self, PgPool, Row};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    data::{Dice, World},
    load::Target,
};
use api::kit::{Id, clock};

/// What a card on the screen shows.
const CARD: &str = "id title resourceKind publishedAt remainingQuantity { amount unit unitLabel } \
    place { town point { latitude longitude } } areas { code name } priorityAreas { code title } organisation { id name }";
/// What surrounds the cards.
const PAGE: &str = "pageInfo { hasNextPage endCursor }";

/// One operation.
pub struct Operation {
    /// What it is called in the table.
    pub name: &'static str,
    /// The last part of the path of the handler written by hand.
    pub path: &'static str,
    /// The requests, sent in turn.
    pub bodies: Vec<String>,
    /// The most requests of one round.
    pub most: usize,
}

impl Operation {
    fn new(name: &'static str, path: &'static str, document: &str, variables: &[Value]) -> Self {
        let body =
            |variables: &Value| json!({"query": document, "variables": variables}).to_string();
        let bodies = variables.iter().map(body).collect();
        Self {
            name,
            path,
            bodies,
            most: usize::MAX,
        }
    }

    /// Whether an answer is whole: no errors, and a full page where it is one.
    pub fn check(&self, answer: &Value) {
        assert!(answer["errors"].is_null(), "{}: {answer}", self.name);
        if self.path == "listing" {
            assert!(
                answer["data"]["listing"]["organisation"]["name"].is_string(),
                "{answer}"
            );
        } else if self.path == "post" {
            assert!(
                answer["data"]["createOffer"]["offer"]["id"].is_string(),
                "{answer}"
            );
        } else {
            assert_eq!(full(answer), Some(20), "{}: {answer}", self.name);
        }
    }
}

fn full(answer: &Value) -> Option<usize> {
    answer["data"]["offers"]["nodes"].as_array().map(Vec::len)
}

/// Somebody who may post, and for whom.
pub struct Editor {
    pub person: Uuid,
    pub organisation: Uuid,
}

/// All operations. Some have to ask the marketplace first: for a cursor, and for what finds a full page.
pub async fn all(
    pool: &PgPool,
    reference: &Snapshot,
    ask: impl AsyncFn(&[String]) -> Target,
    depth: usize,
    editor: &Editor,
) -> Vec<Operation> {
    let page = |arguments: &str, variables: &str| {
        format!("query Offers{variables} {{ offers{arguments} {{ nodes {{ {CARD} }} {PAGE} }} }}")
    };
    let one = format!(
        "query Listing($id: ID!) {{ listing(id: $id) {{ {CARD} reference description state }} }}"
    );
    let behind = page("(first: 20, after: $after)", "($after: String)");
    let search = page(
        "(first: 20, filter: {text: $text, resourceTypes: $types, areas: $areas})",
        "($text: String, $types: [String!], $areas: [String!])",
    );
    let near = page(
        "(first: 20, orderBy: NEAREST, filter: {near: {point: {latitude: $latitude, longitude: $longitude}, withinKm: $km}})",
        "($latitude: Float!, $longitude: Float!, $km: Float)",
    );
    let post = "mutation Post($input: CreateOfferInput!) { createOffer(input: $input) { offer { id reference version } userErrors { code field message } } }";

    let cursor = walk(&ask, depth).await;
    let mut operations = vec![
        Operation::new(
            "one listing by id, with its organisation",
            "listing",
            &one,
            &ids(pool).await,
        ),
        Operation::new(
            "20 newest offers",
            "newest",
            &page("(first: 20)", ""),
            &[json!({})],
        ),
        Operation::new(
            "text + type + area, 20",
            "search",
            &search,
            &searches(reference),
        ),
        Operation::new(
            "within 10 km, nearest 20",
            "near",
            &near,
            &places(reference),
        ),
        Operation::new(
            "20 behind the 10,000th, by cursor",
            "behind",
            &behind,
            &[json!({"after": cursor})],
        ),
        Operation::new("post an offer", "post", post, &posts(reference, editor)),
    ];
    operations[5].most = 300;
    for at in [2, 3] {
        let answers = ask(&operations[at].bodies).await.answers().await;
        let mut answers = answers.iter();
        operations[at]
            .bodies
            .retain(|_| answers.next().and_then(full) == Some(20));
        assert!(
            operations[at].bodies.len() > 2,
            "{}: too few searches find a page",
            operations[at].name
        );
    }
    operations
}

/// Walks so many offers and gives the cursor of the last.
async fn walk(ask: &impl AsyncFn(&[String]) -> Target, depth: usize) -> Value {
    let document = "query Walk($after: String) { offers(first: 100, after: $after) { pageInfo { endCursor } nodes { id } } }";
    let mut cursor = Value::Null;
    for _ in 0..depth / 100 {
        let body = json!({"query": document, "variables": {"after": cursor}}).to_string();
        let answer = ask(&[body]).await.answers().await.remove(0);
        cursor = answer["data"]["offers"]["pageInfo"]["endCursor"].clone();
        assert!(
            cursor.is_string(),
            "there are too few offers to walk: {answer}"
        );
    }
    cursor
}

/// Open offers from here and there.
async fn ids(pool: &PgPool) -> Vec<Value> {
    let text = "SELECT id FROM listing WHERE state = 'PUBLISHED' AND kind = 'OFFER' AND audience = 'PUBLIC' \
        AND closes_at > $1 ORDER BY md5(id::text) LIMIT 500";
    let rows = sqlx::query(text)
        .bind(clock::now() + Duration::days(1))
        .fetch_all(pool)
        .await
        .unwrap();
    let id = |row: &_| Id::<listing::Entity>::new(Row::get(row, 0)).to_string();
    rows.iter().map(|row| json!({"id": id(row)})).collect()
}

/// What people look for: a word, among things of a kind, in a district.
fn searches(reference: &Snapshot) -> Vec<Value> {
    let words = [
        "volunteers",
        "wheelchairs",
        "library",
        "engineers",
        "apprentice",
        "kitchen projector",
        "young carers",
        "lunch club",
    ];
    let mut searches = Vec::new();
    for (at, text) in words.iter().enumerate() {
        for (step, area) in ["west-surrey", "east-surrey", "elmbridge", "waverley"]
            .iter()
            .enumerate()
        {
            let kind = &reference.types[(at + step) % 6];
            searches.push(json!({"text": text, "types": [kind.code], "areas": [area]}));
        }
    }
    searches
}

/// The middles of towns.
fn places(reference: &Snapshot) -> Vec<Value> {
    let points = reference
        .areas
        .iter()
        .filter_map(|area| area.latitude.zip(area.longitude));
    points.take(30).map(|(latitude, longitude)| json!({"latitude": latitude, "longitude": longitude, "km": 10.0})).collect()
}

/// New offers of one organisation.
fn posts(reference: &Snapshot, editor: &Editor) -> Vec<Value> {
    let (world, mut dice) = (World::new(reference), Dice(7));
    let organisation = Id::<organisation::Entity>::new(editor.organisation).to_string();
    let offer = |_| {
        let said = world.said(&mut dice, ListingKind::Offer, clock::now());
        json!({"input": {
            "organisationId": organisation, "publish": true, "title": said.title, "description": said.description,
            "resourceType": said.resource_type, "areas": said.areas, "priorityAreas": said.priority_areas,
            "tags": said.tags, "place": {"town": said.place.town, "point": {"latitude": 51.24, "longitude": -0.57}},
        }})
    };
    (0..50).map(offer).collect()
}
