//! Acknowledged writes survive the loss of any connection, and the server recovers without a restart.

mod disk;
mod interrupted;

use std::collections::BTreeSet;

use entity::{activity, listing};
use sea_orm::{ColumnTrait, Database, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use crate::{
    front_door::get,
    listings::{act, post},
    support::{Caller, World},
};

/// Somebody who posts, for their organisation.
struct Poster {
    caller: Caller,
    organisation: String,
}

impl Poster {
    async fn new(world: &World) -> Self {
        let caller = world.person("Olive Owner").await;
        let organisation = caller.organisation("Olive's works").await;
        Self {
            caller,
            organisation,
        }
    }

    /// Posts a draft that fills some pages; gives its reference where that was acknowledged.
    async fn post(&self, title: &str) -> Option<String> {
        let more = json!({"title": title, "description": "A hall for everybody. ".repeat(200)});
        let reply = post(&self.caller, "Offer", &self.organisation, more).await;
        if !reply.codes().is_empty() {
            return None;
        }
        Some(reply.text("created.listing.reference"))
    }

    /// Sends an act that is refused after its transaction has begun.
    async fn is_refused(&self, reference: &str) {
        let query = "query ($r: String!) { listing(reference: $r) { id } }";
        let found = self.caller.ask(query, json!({"r": reference})).await;
        let id = found.text("listing.id");
        let stale = act(&self.caller, "publishListing", &id, json!({"version": 99})).await;
        assert_eq!(
            stale.refusals(),
            ["VERSION_OUTDATED version"],
            "{}",
            stale.text
        );
    }
}

/// Returns true if the server says that it is ready, after its last answer has aged out (two seconds).
async fn is_ready(world: &World) -> bool {
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    world.stranger().send(get("/health/ready")).await.status == 200
}

/// References in the database, read by a connection that is not the server's. No listing is there without the record of
/// its creation, nor the record without the listing.
async fn committed(world: &World) -> BTreeSet<String> {
    let outside = Database::connect(world.database_url()).await.unwrap();
    let listings = listing::Entity::find().all(&outside).await.unwrap();
    let recorded: BTreeSet<_> = activity::Entity::find()
        .select_only()
        .column(activity::Column::SubjectId)
        .filter(activity::Column::Act.eq("listing.drafted"))
        .into_tuple::<uuid::Uuid>()
        .all(&outside)
        .await
        .unwrap()
        .into_iter()
        .collect();
    outside.close().await.unwrap();
    assert_eq!(
        listings.iter().map(|row| row.id).collect::<BTreeSet<_>>(),
        recorded
    );
    listings.into_iter().map(|row| row.reference).collect()
}

/// Everything acknowledged, and nothing that was refused, is there; the server is ready, and takes what comes next.
async fn holds(world: &World, poster: &Poster, mut acknowledged: BTreeSet<String>) {
    for n in 0..5 {
        let reference = poster.post(&format!("Afterwards {n}")).await;
        acknowledged.insert(reference.expect("the server has recovered"));
    }
    let there = committed(world).await;
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost",
        lost.len(),
        acknowledged.len()
    );
    assert!(is_ready(world).await);
}
