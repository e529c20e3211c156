//! The database as one file: taken while others write, brought back elsewhere, and never half.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        process::ExitStatusExt,
    },
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use api::{App, backup};
use entity::{activity, organisation};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use serde_json::{Value, json};

use crate::{
    both,
    listings::offer,
    support::{Caller, On, Program, World, database},
};

/// Where whoever backs up can be killed: before the file has its name, and after.
pub const POINTS: [&str; 2] = ["file.written", "file.named"];

/// How many rows each table has.
async fn counts(conn: &impl ConnectionTrait) -> BTreeMap<String, i64> {
    let backend = conn.get_database_backend();
    let tables = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        _ => {
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    let tables = conn
        .query_all_raw(Statement::from_string(backend, tables))
        .await
        .unwrap();
    let mut counts = BTreeMap::new();
    for table in tables {
        let name: String = table.try_get("", "name").unwrap();
        let count = format!("SELECT COUNT(*) AS n FROM \"{name}\"");
        let row = conn
            .query_one_raw(Statement::from_string(backend, count))
            .await
            .unwrap();
        counts.insert(name, row.unwrap().try_get("", "n").unwrap());
    }
    counts
}

/// What somebody reads of everything.
async fn answers(caller: &Caller) -> Vec<Value> {
    let mut answers = Vec::new();
    for query in [
        "{ viewer { kind person { displayName email } memberships { nodes { role organisation { id name } } } } }",
        "{ listings(first: 100) { totalCount nodes { id title state version publishedAt organisation { name } } facets { kinds { kind count } } } }",
        "{ offers(filter: {text: \"laptop\"}, orderBy: RELEVANCE) { totalCount nodes { id } } }",
        "{ organisations(first: 100) { totalCount nodes { id name } } }",
        "{ activities(first: 100) { totalCount nodes { id act subjectId fields actor { displayName } } } }",
        "{ areas { code name } priorityEdition { code } }",
    ] {
        let reply = caller.ask(query, json!({})).await;
        reply.at("");
        answers.push(reply.body);
    }
    answers
}

/// The program on a database that was restored, and somebody who was there before.
async fn revived(world: &World, own: &database::Own, caller: &Caller) -> (App, Caller) {
    let mut config = world.app.config.clone();
    config.database.database_url.clone_from(&own.url);
    let app = App::start(config)
        .await
        .map_err(|error| format!("{error:?}"));
    let app = app.unwrap();
    let router = api::http::router(app.clone());
    (app, Caller::new(router, caller.token.clone()))
}

fn hidden(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with(".marketplace.backup.") && name.contains(".part"))
        .count()
}

both! {
    async fn what_was_backed_up_while_others_wrote_comes_back_as_it_was(on) {
        let world = World::new(on).await;
        let folder = tempfile::tempdir().unwrap();
        let olive = world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        for _ in 0..3 {
            offer(&olive, &elm, json!({"publish": true})).await;
        }
        let goes_on = Arc::new(AtomicBool::new(true));
        let writers: Vec<_> = (0..3).map(|writer| {
            let (olive, goes_on) = (olive.clone(), Arc::clone(&goes_on));
            tokio::spawn(async move {
                let mut made = 0;
                while goes_on.load(Ordering::Relaxed) {
                    let own = olive.organisation(&format!("Works {writer} {made}")).await;
                    offer(&olive, &own, json!({"publish": true})).await;
                    made += 1;
                }
                made
            })
        }).collect();
        let organisations = async |app: &App| organisation::Entity::find().count(&app.database.read).await.unwrap();
        while organisations(&world.app).await < 5 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let before = organisations(&world.app).await;
        let during = folder.path().join("during.backup");
        let bytes = backup::back_up(world.database_url(), &during).await.unwrap();
        let after = organisations(&world.app).await;
        goes_on.store(false, Ordering::Relaxed);
        for writer in writers {
            assert!(writer.await.unwrap() > 0, "they wrote all the while");
        }
        let file = fs::metadata(&during).unwrap();
        assert_eq!((file.len(), file.permissions().mode() & 0o777), (bytes, 0o600), "it is for nobody else");

        // What was written in the middle of it is there whole or not at all.
        let own = database::Own::empty(on).await;
        backup::restore(&own.url, &during).await.unwrap();
        let (app, _) = revived(&world, &own, &olive).await;
        let there = organisations(&app).await;
        assert!((before..=after).contains(&there), "{before} {there} {after}");
        let conn = &app.database.read;
        let created = activity::Entity::find().filter(activity::Column::Act.eq("organisation.created")).count(conn).await.unwrap();
        let owners = entity::membership::Entity::find().count(conn).await.unwrap();
        assert_eq!((created, owners), (there, there));

        // And once nobody writes, it is the same to the last row.
        let quiet = folder.path().join("quiet.backup");
        backup::back_up(world.database_url(), &quiet).await.unwrap();
        let own = database::Own::empty(on).await;
        backup::restore(&own.url, &quiet).await.unwrap();
        let (app, same) = revived(&world, &own, &olive).await;
        assert_eq!(counts(&app.database.read).await, counts(&world.app.database.read).await);
        assert_eq!(answers(&same).await, answers(&olive).await);
        assert_eq!(answers(&Caller::new(api::http::router(app.clone()), None)).await, answers(&world.stranger()).await);
        // It is a database like any other: what is posted goes on where it was.
        offer(&same, &elm, json!({"publish": true})).await;
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }

    async fn nothing_is_overwritten_and_what_is_no_backup_is_refused(on) {
        let world = World::new(on).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("marketplace.backup");
        backup::back_up(world.database_url(), &file).await.unwrap();
        let whole = fs::read(&file).unwrap();
        let told = backup::back_up(world.database_url(), &file).await.unwrap_err();
        assert!(told.contains("already exists") && fs::read(&file).unwrap() == whole, "{told}");
        // Nor through a link that leads nowhere.
        let link = folder.path().join("link.backup");
        symlink(folder.path().join("nowhere"), &link).unwrap();
        backup::back_up(world.database_url(), &link).await.unwrap_err();
        assert!(link.is_symlink() && !folder.path().join("nowhere").exists());
        let told = backup::back_up(world.database_url(), &folder.path().join("none/x.backup")).await.unwrap_err();
        assert!(told.contains("cannot be written"), "{told}");

        let told = backup::restore(world.database_url(), &file).await.unwrap_err();
        assert!(told.contains("new database") || told.contains("the database is not empty"), "{told}");
        let other = database::Own::empty(if on == On::Sqlite { On::Postgres } else { On::Sqlite }).await;
        let told = backup::restore(&other.url, &file).await.unwrap_err();
        assert!(told.contains("DATABASE_URL names another kind"), "{told}");
        let own = database::Own::empty(on).await;
        let torn = folder.path().join("torn.backup");
        for (bytes, fault) in [
            (&whole[..whole.len() / 2], "is damaged"), (&whole[..whole.len() - 30], "is damaged"), (&whole[..10], ""),
            (b"nonsense", "is not a backup of a marketplace"), (b"", "is not a backup of a marketplace"),
        ] {
            fs::write(&torn, bytes).unwrap();
            let told = backup::restore(&own.url, &torn).await.unwrap_err();
            assert!(told.contains(fault), "{told}");
        }
        // A newer program's is left to that.
        let conn = &world.app.database.write;
        conn.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_far_ahead', 1)").await.unwrap();
        let newer = folder.path().join("newer.backup");
        backup::back_up(world.database_url(), &newer).await.unwrap();
        let told = backup::restore(&own.url, &newer).await.unwrap_err();
        assert!(told.contains("is newer than this program") && told.contains("m9999_far_ahead"), "{told}");
        // All of that left it empty.
        backup::restore(&own.url, &file).await.unwrap();
        let told = backup::restore(&own.url, &file).await.unwrap_err();
        assert!(!told.is_empty());
    }

    async fn who_is_killed_half_way_leaves_nothing_that_looks_whole(on) {
        let world = World::new(on).await;
        for (point, whole) in POINTS.into_iter().zip([false, true]) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("marketplace.backup");
            let words = ["backup", "--database-url", world.database_url(), file.to_str().unwrap()];
            let killed = Program::start_with(&words, &[("MARKETPLACE_CRASH_AT", point)]).end();
            assert_eq!(killed.status.signal(), Some(9), "nothing passes {point}: {killed:?}");
            assert_eq!((file.exists(), hidden(folder.path())), (whole, usize::from(!whole)), "{point}");
            if !whole {
                let ended = Program::run(&words);
                assert!(ended.status.success() && ended.out.contains("is complete"), "{ended:?}");
            }
            let own = database::Own::empty(on).await;
            let words = ["restore", "--database-url", &own.url, file.to_str().unwrap()];
            let killed = Program::start_with(&words, &[("MARKETPLACE_CRASH_AT", point)]).end();
            if on == On::Sqlite {
                assert_eq!(killed.status.signal(), Some(9), "nothing passes {point}: {killed:?}");
                let there = Path::new(own.url.trim_start_matches("sqlite://")).exists();
                assert_eq!(there, whole, "{point}");
                if !there {
                    assert!(Program::run(&words).status.success());
                }
            } else {
                assert!(killed.status.success(), "{killed:?}");
            }
            let (app, _) = revived(&world, &own, &world.stranger()).await;
            assert_eq!(counts(&app.database.read).await, counts(&world.app.database.read).await, "{point}");
        }
    }
}

#[test]
fn programs_of_postgres_are_told_the_password_where_nobody_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let heard = folder.path().join("heard");
    let script = folder.path().join("pg_dump");
    let lines = format!(
        "#!/bin/sh\necho \"$0 $*\" > {0}\necho \"$PGUSER $PGPASSWORD $PGHOST $PGPORT $PGDATABASE $PGSSLMODE\" >> {0}\necho no way >&2\nexit 1\n",
        heard.display()
    );
    fs::write(&script, lines).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let url = "postgres://ada:secret%20otter@db.example:5433/market?sslmode=require";
    let file = folder.path().join("x.backup");
    let words = ["backup", "--database-url", url, file.to_str().unwrap()];
    let path = folder.path().to_str().unwrap();
    let ended = Program::start_with(&words, &[("PATH", path)]).end();
    assert!(
        ended.err.contains("marketplace: pg_dump failed: no way"),
        "{ended:?}"
    );
    let heard = fs::read_to_string(heard).unwrap();
    let (words_, environment) = heard.split_once('\n').unwrap();
    assert!(
        !words_.contains("secret") && words_.contains("--format=custom"),
        "{words_}"
    );
    assert_eq!(
        environment.trim(),
        "ada secret otter db.example 5433 market require"
    );
    assert!(!file.exists() && !format!("{ended:?}").contains("secret"));
    // Where it is not installed, it says so.
    fs::remove_file(script).unwrap();
    let ended = Program::start_with(&words, &[("PATH", path)]).end();
    assert!(
        ended.err.contains("pg_dump is not installed") && ended.err.contains("postgresql-client"),
        "{ended:?}"
    );
    assert!(!ended.status.success() && !file.exists());
}
