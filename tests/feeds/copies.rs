//! A system that keeps a copy ends with exactly what there is, whatever is done meanwhile and by whomever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use api::App;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{edit, follow, get};
use crate::{
    both,
    listings::{act, offer},
    support::{Caller, World},
};

/// What somebody who reads the feed knows.
#[derive(Debug)]
pub struct Copy {
    start: &'static str,
    next: Option<String>,
    pub known: BTreeMap<String, Value>,
    /// The last number that was met of each thing.
    met: BTreeMap<String, i64>,
    pub gone: BTreeSet<String>,
}

impl Copy {
    /// Nothing yet of what is read from this address on.
    pub fn from(start: &'static str) -> Self {
        Self {
            start,
            next: None,
            known: BTreeMap::new(),
            met: BTreeMap::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Reads a page, and says whether it was the last one.
    pub async fn read(&mut self, world: &World) -> bool {
        let start = self.start.to_owned();
        let address = self.next.clone().unwrap_or(start);
        let reply = get(world, &address).await;
        let next = reply.body["next"].as_str().unwrap().to_owned();
        let items = reply.body["items"].as_array().unwrap();
        let mut last = 0;
        for item in items {
            let (id, change) = (
                item["id"].as_str().unwrap(),
                item["modified"].as_i64().unwrap(),
            );
            assert!(change > last, "a page is in order: {}", reply.text);
            last = change;
            let before = self.met.insert(id.to_owned(), change);
            assert!(
                before.is_none_or(|before| before < change),
                "numbers only rise: {}",
                reply.text
            );
            match item["state"].as_str().unwrap() {
                "updated" => {
                    self.known.insert(id.to_owned(), item["data"].clone());
                }
                state => {
                    assert_eq!((state, item.get("data")), ("deleted", None));
                    self.known.remove(id);
                    self.gone.insert(id.to_owned());
                }
            }
        }
        if items.is_empty() {
            assert!(
                self.next.is_none_or_same(&next),
                "the last page leads to itself"
            );
        }
        self.next = Some(next);
        items.is_empty()
    }

    pub async fn read_all(&mut self, world: &World) {
        while !self.read(world).await {}
    }
}

trait Same {
    fn is_none_or_same(&self, other: &str) -> bool;
}

impl Same for Option<String> {
    fn is_none_or_same(&self, other: &str) -> bool {
        self.as_deref().is_none_or(|own| own == other)
    }
}

/// What everybody sees, by the same names.
async fn seen(world: &World) -> BTreeMap<String, (String, f64)> {
    let query = "{ listings(first: 100, filter: {stillNeeded: null}) { nodes { id title remainingQuantity { amount } } } }";
    let reply = world.stranger().ask(query, json!({})).await;
    let nodes = reply.at("listings.nodes").as_array().unwrap();
    let one = |node: &Value| {
        let left = node["remainingQuantity"]["amount"].as_str().unwrap();
        let said = (
            node["title"].as_str().unwrap().to_owned(),
            left.parse().unwrap(),
        );
        (node["id"].as_str().unwrap().to_owned(), said)
    };
    nodes.iter().map(one).collect()
}

/// Posts a listing and does with it what people do, in an order that depends on a number.
async fn live(by: &Caller, organisation: &str, number: usize) {
    let title = format!("Listing {number}");
    let id = offer(by, organisation, json!({"publish": true, "title": title})).await;
    for step in 0..4 {
        let reply = match (number + step) % 4 {
            0 => {
                edit(
                    by,
                    &id,
                    i64::try_from(step).unwrap() + 2,
                    json!({"title": format!("{title}, step {step}")}),
                )
                .await
            }
            1 => act(by, "pauseListing", &id, json!({})).await,
            2 => act(by, "resumeListing", &id, json!({})).await,
            _ => act(by, "renewListing", &id, json!({})).await,
        };
        // Some of it is refused, as it is to people.
        assert!(reply.codes().is_empty(), "{}", reply.text);
        sleep(Duration::from_millis((number * 7 % 5) as u64)).await;
    }
    if number.is_multiple_of(5) {
        act(by, "closeListing", &id, json!({"reason": "WITHDRAWN"})).await;
    }
}

/// Another server on the same database.
pub async fn another_server(world: &World) -> App {
    let config = world.app.config.clone();
    let database = config.database.open().await.unwrap();
    App::with(config, database)
        .await
        .map_err(|e| e.message())
        .unwrap()
}

both! {
    async fn a_copy_that_is_read_while_much_is_done_ends_with_exactly_what_there_is(on) {
        let world = World::new(on).await;
        let mut people = Vec::new();
        for name in ["Anna", "Ben", "Cleo", "Dan", "Eve", "Finn"] {
            let person = world.person(&format!("{name} Owner")).await;
            let organisation = person.organisation(&format!("{name} Works")).await;
            people.push((person, organisation));
        }
        let (two, done) = (another_server(&world).await, AtomicBool::new(false));
        let busy = async {
            join_all(people.iter().enumerate().map(|(at, (person, organisation))| async move {
                for round in 0..6 {
                    live(person, organisation, at * 6 + round).await;
                }
            })).await;
            let rename = "mutation ($id: ID!) { updateOrganisation(input: {organisationId: $id, version: 1, name: \"Anna Together\"}) {
                organisation { name } userErrors { code field } } }";
            people[0].0.ask(rename, json!({"id": people[0].1})).await.at("updateOrganisation.organisation");
            done.store(true, Ordering::Relaxed);
        };
        let keep = async |app: &App| while !done.load(Ordering::Relaxed) {
            follow(app).await;
            sleep(Duration::from_millis(5)).await;
        };
        let mut early = Copy::from("/feeds/listings.rpde?limit=3");
        let read = async {
            while !done.load(Ordering::Relaxed) {
                early.read(&world).await;
                sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::join!(busy, keep(&world.app), keep(&two), read);
        follow(&world.app).await;
        early.read_all(&world).await;
        let mut late = Copy::from("/feeds/listings.rpde?limit=3");
        late.read_all(&world).await;

        let seen = seen(&world).await;
        assert!(seen.len() > 10, "{seen:?}");
        for (who, copy) in [("began before", &early), ("began after", &late)] {
            let known = copy.known.iter().map(|(id, data)| {
                let left = data["inventoryLevel"]["value"].as_f64().unwrap();
                (id.clone(), (data["name"].as_str().unwrap().to_owned(), left))
            });
            assert_eq!(known.collect::<BTreeMap<_, _>>(), seen, "{who}");
        }
        assert_eq!(early.known, late.known);
        assert!(!early.gone.is_empty() && early.known.values().any(|data| data["offeredBy"]["name"] == "Anna Together"));
    }
}
