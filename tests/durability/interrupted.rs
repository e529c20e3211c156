//! Requests that are cancelled, and connections that are taken away, in the middle of what they do.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Database};
use tokio::time::{sleep, timeout};

use super::{Poster, committed, holds};
use crate::{
    both,
    support::{On, World, go},
};

both! {
    async fn a_request_that_is_cancelled_at_any_moment_leaves_all_or_nothing(on) {
        let world = World::new(on).await;
        let poster = Poster::new(&world).await;
        let mut acknowledged = BTreeSet::new();
        let mut usual = Duration::MAX;
        for n in 0..5 {
            let begun = std::time::Instant::now();
            acknowledged.extend(poster.post(&format!("First {n}")).await);
            usual = usual.min(begun.elapsed());
        }
        let mut cancelled = 0;
        for n in 0..60 {
            let posting = timeout(usual * n / 60, poster.post(&format!("Draft {n}"))).await;
            cancelled += u32::from(posting.is_err());
            acknowledged.extend(posting.ok().flatten());
        }
        assert!(cancelled >= 10, "{cancelled} of 60");
        // Several at once, each waiting for the others.
        let many = (0..40).map(|n| {
            let poster = &poster;
            async move { timeout(usual * n / 10, poster.post(&format!("Another {n}"))).await }
        });
        acknowledged.extend(join_all(many).await.into_iter().filter_map(|posted| posted.ok().flatten()));
        let _ = committed(&world).await;
        holds(&world, &poster, acknowledged).await;
    }
}

#[test]
fn connections_that_the_server_of_the_database_ends_lose_nothing_acknowledged() {
    go(|| async {
        let world = World::new(On::Postgres).await;
        let poster = Poster::new(&world).await;
        let outside = Database::connect(world.database_url()).await.unwrap();
        let ending = async {
            for _ in 0..15 {
                sleep(Duration::from_millis(40)).await;
                let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
                outside.execute_unprepared(end).await.unwrap();
            }
        };
        let posting = async {
            let mut acknowledged = BTreeSet::new();
            for round in 0..30 {
                let drafts = (0..8).map(|n| {
                    let poster = &poster;
                    async move { poster.post(&format!("Draft {round}.{n}")).await }
                });
                acknowledged.extend(join_all(drafts).await.into_iter().flatten());
            }
            acknowledged
        };
        let ((), acknowledged) = tokio::join!(ending, posting);
        assert!(!acknowledged.is_empty());
        // Each connection is found to be gone when it is used.
        for n in 0..20 {
            let _ = poster.post(&format!("Found {n}")).await;
        }
        holds(&world, &poster, acknowledged).await;
    });
}
