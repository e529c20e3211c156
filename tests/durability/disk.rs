//! SQLite on a disk that is full, fails or cannot be written to.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Poster, committed, holds, is_ready};
use crate::support::{Caller, On, Program, World, go, remote};

/// Says something to the connection that writes.
async fn tell(world: &World, pragma: &str) {
    let conn = &world.app.database.write;
    conn.execute_unprepared(pragma).await.unwrap();
}

/// Pages of the database file.
async fn pages(world: &World) -> i64 {
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count");
    let row = world.app.database.write.query_one_raw(ask).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Leaves no more room than so many pages.
async fn leave(world: &World, pages: i64) {
    tell(world, &format!("PRAGMA max_page_count = {pages}")).await;
}

const ROOM: i64 = 1_000_000;

#[test]
fn after_a_full_disk_what_is_acknowledged_is_in_the_file() {
    go(|| async {
        let world = World::new(On::Sqlite).await;
        let poster = Poster::new(&world).await;
        let mut acknowledged = BTreeSet::from([poster.post("First").await.unwrap()]);
        let first = acknowledged.first().unwrap().clone();
        // Where in a transaction the disk is full decides whether SQLite rolls back by itself.
        for room in 0..10 {
            leave(&world, pages(&world).await + room).await;
            for n in 0.. {
                let Some(reference) = poster.post(&format!("Before {room}.{n}")).await else {
                    break;
                };
                acknowledged.insert(reference);
                assert!(n < 1_000, "the disk is never full");
            }
            leave(&world, ROOM).await;
            poster.is_refused(&first).await;
            for n in 0..2 {
                acknowledged.extend(poster.post(&format!("Then {room}.{n}")).await);
            }
        }
        holds(&world, &poster, acknowledged).await;
    });
}

#[test]
fn a_disk_that_is_full_at_any_page_leaves_nothing_half_written() {
    go(|| async {
        let world = World::new(On::Sqlite).await;
        let poster = Poster::new(&world).await;
        let mut acknowledged = BTreeSet::new();
        let mut refused = 0;
        for n in 0..40 {
            leave(&world, pages(&world).await + n % 4).await;
            let draft = poster.post(&format!("Draft {n}")).await;
            refused += usize::from(draft.is_none());
            acknowledged.extend(draft);
            // Looked at without the connection that may be in a state of its own.
            assert_eq!(committed(&world).await, acknowledged);
            leave(&world, ROOM).await;
        }
        assert!(refused >= 5, "{refused} of 40");
        holds(&world, &poster, acknowledged).await;
    });
}

#[test]
fn a_file_that_cannot_be_written_to_is_said_and_recovered_from() {
    go(|| async {
        let world = World::new(On::Sqlite).await;
        let poster = Poster::new(&world).await;
        let first = poster.post("Before").await.unwrap();
        tell(&world, "PRAGMA query_only = ON").await;
        assert_eq!(poster.post("Not now").await, None);
        assert!(!is_ready(&world).await, "it says that it cannot write");
        tell(&world, "PRAGMA query_only = OFF").await;
        holds(&world, &poster, BTreeSet::from([first])).await;
    });
}

#[test]
fn a_writer_that_hangs_is_not_ready_and_one_that_is_busy_is() {
    go(|| async {
        let world = World::new(On::Sqlite).await;
        assert!(is_ready(&world).await);
        let hanging = world.app.database.begin().await.ok().unwrap();
        assert!(!is_ready(&world).await);
        drop(hanging);
        assert!(is_ready(&world).await);
        // One transaction after the other, each longer than a check may take.
        let database = world.app.database.clone();
        let busy = tokio::spawn(async move {
            for _ in 0..4 {
                let transaction = database.begin().await.ok().unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
                transaction.commit().await.ok().unwrap();
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(1_700)).await;
        assert!(is_ready(&world).await);
        busy.await.unwrap();
    });
}

/// The real program on a disk that refuses to make its files longer.
#[test]
fn after_a_write_error_what_is_acknowledged_is_in_the_file() {
    go(|| async {
        let world = World::new(On::Sqlite).await;
        let poster = Poster::new(&world).await;
        let mut acknowledged = BTreeSet::from([poster.post("Before").await.unwrap()]);
        let key = world.app.config.token_key_file.clone().unwrap();
        let path = world.database_url().trim_start_matches("sqlite://");
        // The log before the file grows first: to as long as the file is.
        let length = std::fs::metadata(path).unwrap().len();
        let (program, address) = Program::serve_within(world.database_url(), &key, length + 40_000);
        let remote = Poster {
            caller: Caller::new(remote::router(address), poster.caller.token.clone()),
            organisation: poster.organisation.clone(),
        };
        let mut failed = 0;
        for n in 0..600 {
            match remote.post(&format!("Draft {n}")).await {
                Some(reference) => acknowledged.extend([reference]),
                None => failed += 1,
            }
            if failed == 3 {
                break;
            }
        }
        assert_eq!(failed, 3, "the limit was met");
        // Its check of readiness writes less than a listing, and may fit.
        program.lift_limit();
        remote.is_refused(acknowledged.first().unwrap()).await;
        for n in 0..20 {
            acknowledged.extend(remote.post(&format!("Then {n}")).await);
        }
        for n in 0..5 {
            acknowledged.extend([remote
                .post(&format!("Afterwards {n}"))
                .await
                .expect("it has recovered")]);
        }
        drop(program);
        let there = committed(&world).await;
        assert!(
            acknowledged.is_subset(&there),
            "{:?}",
            acknowledged.difference(&there)
        );
    });
}
