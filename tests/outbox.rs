//! The order of commits: every act has its place, and those who follow it miss none and do nothing twice.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use api::{
    App, accounts,
    activities::outbox::{jobs, service},
    kit::{
        Database, Transaction, Viewer,
        activity::{Concerns, record_for},
    },
};
use entity::activity;
use futures_util::future::join_all;
use sea_orm::{EntityTrait, QueryOrder};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    both,
    support::{On, World},
};

/// What the tests read as: a reader that has a row of its own.
const READER: &str = "notifications";

async fn acts(transaction: &Transaction) {
    let (act, id) = (accounts::acts::PROFILE_UPDATED, Uuid::now_v7());
    let done = record_for(
        transaction,
        &Viewer::system(),
        act,
        id,
        Concerns::ACTOR,
        &[],
    )
    .await;
    done.map_err(|error| error.message()).unwrap();
}

/// Does so many things, on several connections at once, each committing a little after it began.
async fn busy(database: &Database, count: u64) {
    join_all((0..count).map(|n| async move {
        let transaction = database.begin().await.unwrap();
        acts(&transaction).await;
        sleep(Duration::from_millis(n * 7 % 23)).await;
        transaction.commit().await.unwrap();
    }))
    .await;
}

async fn places(database: &Database) -> Vec<Option<i64>> {
    let rows = activity::Entity::find().order_by_asc(activity::Column::Seq);
    let rows = rows.all(&database.read).await.unwrap();
    rows.into_iter().map(|row| row.seq).collect()
}

/// Another server on the same database.
async fn another_server(world: &World) -> App {
    let config = world.app.config.clone();
    let database = config.database.open().await.unwrap();
    App::with(config, database)
        .await
        .map_err(|e| e.message())
        .unwrap()
}

both! {
    async fn places_are_dense_and_unique_however_many_give_them(on) {
        let world = World::new(on).await;
        let (one, two) = (world.app.clone(), another_server(&world).await);
        let before = places(&one.database).await.len();
        let give = async |app: &App| loop {
            service::sequence(&app.database).await.map_err(|e| e.message()).unwrap();
            sleep(Duration::from_millis(3)).await;
        };
        tokio::select! {
            () = busy(&one.database, 60) => {}
            _ = async { tokio::join!(give(&one), give(&one), give(&two)) } => {}
        }
        service::sequence(&one.database).await.map_err(|e| e.message()).unwrap();
        let dense: Vec<_> = (1..=i64::try_from(before).unwrap() + 60).map(Some).collect();
        assert_eq!(places(&one.database).await, dense);
        assert_eq!(service::sequence(&two.database).await.map_err(|e| e.message()).unwrap(), 0);
    }

    async fn a_reader_that_follows_places_skips_no_late_commit(on) {
        // SQLite has one writer: nothing that began earlier commits later.
        if on == On::Sqlite {
            return;
        }
        let world = World::new(on).await;
        let database = &world.app.database;
        let give = async || service::sequence(database).await.map_err(|e| e.message()).unwrap();
        give().await;
        let begin = service::end(&database.read).await.map_err(|e| e.message()).unwrap();
        let late = database.begin().await.unwrap();
        acts(&late).await;
        let early = database.begin().await.unwrap();
        acts(&early).await;
        early.commit().await.unwrap();
        assert_eq!(give().await, 1);
        late.commit().await.unwrap();
        assert_eq!(give().await, 1);
        let read = service::after(&database.read, begin, 10).await.map_err(|e| e.message()).unwrap();
        assert_eq!(read.iter().map(|act| act.seq.unwrap() - begin).collect::<Vec<_>>(), [1, 2]);
        assert!(read[0].id > read[1].id, "the late commit has the earlier id and the later place");
    }

    async fn every_server_announces_what_all_of_them_did_once_and_in_order(on) {
        let world = World::new(on).await;
        let (one, two) = (world.app.clone(), another_server(&world).await);
        service::sequence(&one.database).await.map_err(|e| e.message()).unwrap();
        let rounds = |app: &App| {
            let app = app.clone();
            tokio::spawn(async move { jobs::run(&app).await })
        };
        let mut heard = [one.outbox.follow(), two.outbox.follow()];
        let running = [rounds(&one), rounds(&two)];
        // Both have found out where the order ends.
        sleep(Duration::from_millis(400)).await;
        tokio::join!(busy(&one.database, 20), busy(&two.database, 20));
        one.outbox.wake();
        for heard in &mut heard {
            let mut last = None;
            for _ in 0..40 {
                let act: Arc<activity::Model> = timeout(Duration::from_secs(20), heard.recv())
                    .await.expect("an act is announced").unwrap();
                let seq = act.seq.unwrap();
                assert!(last.is_none_or(|last| seq == last + 1), "{seq} follows {last:?}");
                last = Some(seq);
            }
        }
        for running in running {
            running.abort();
        }
    }

    async fn a_reader_meets_each_act_once_whoever_reads(on) {
        let world = World::new(on).await;
        let database = &world.app.database;
        busy(database, 30).await;
        service::sequence(database).await.map_err(|e| e.message()).unwrap();
        let begin = service::place_of(&database.read, READER).await.map_err(|e| e.message()).unwrap();
        let read = async || {
            let mut met = Vec::new();
            loop {
                let transaction = database.begin().await.unwrap();
                let acts = service::next(&transaction, READER, 4).await.map_err(|e| e.message()).unwrap();
                if acts.is_empty() {
                    return met;
                }
                service::advance(&transaction, READER, &acts).await.map_err(|e| e.message()).unwrap();
                // Whoever stops before the commit has read nothing.
                if acts[0].seq.unwrap() % 3 == 0 && met.len() % 2 == 0 {
                    met.push(None);
                    continue;
                }
                transaction.commit().await.unwrap();
                met.extend(acts.into_iter().map(|act| act.seq));
            }
        };
        let (a, b, c) = tokio::join!(read(), read(), read());
        let met: Vec<i64> = [a, b, c].concat().into_iter().flatten().collect();
        let end = service::end(&database.read).await.map_err(|e| e.message()).unwrap();
        assert_eq!(i64::try_from(met.len()).unwrap(), end - begin, "each once");
        assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), (begin + 1..=end).collect());
    }
}
