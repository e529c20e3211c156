//! The tables' history: it goes up, down and up again, and leaves nothing behind.

use std::collections::BTreeSet;

use api::kit::{Database, clock::now};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

use crate::{
    both,
    events::{announced, hosts},
    registrations::{
        act, counts,
        guests::Door,
        people, register,
        reserved::{adds_up, on_reservation, reserve},
        round, see,
    },
    support::World,
};

/// Every table, index, trigger, view, sequence and function that is not the database's own, with its definition.
async fn everything(conn: &impl ConnectionTrait) -> BTreeSet<String> {
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS thing FROM sqlite_master
             WHERE name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'"
        }
        _ => {
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS thing
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
             UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass
             UNION ALL SELECT 'class ' || relkind::text || ' ' || relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'seaql_migrations%'
             UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
             UNION ALL SELECT 'type ' || typname FROM pg_type
             WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%seaql_migrations'
             UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal"
        }
    };
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "thing").unwrap())
        .collect()
}

/// Takes a step back with all that came after it, and all of them again.
pub async fn without(database: &Database, step: &str) {
    let steps = Migrator::migrations();
    let at = steps.iter().position(|found| found.name() == step);
    let back = u32::try_from(steps.len() - at.unwrap()).unwrap();
    database.take_back(back).await.unwrap();
    database.migrate().await.unwrap();
}

both! {
    async fn a_database_newer_than_the_program_is_left_as_it_is(on) {
        let world = World::new(on).await;
        let conn = &world.app.database.write;
        conn.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_far_ahead', 1)").await.unwrap();
        let told = world.app.database.migrate().await.unwrap_err().to_string();
        assert!(told.contains("newer than this program") && told.contains("m9999_far_ahead"), "{told}");
    }

    async fn the_tables_go_down_to_nothing_and_come_back_the_same(on) {
        let world = World::new(on).await;
        let database = &world.app.database;
        let before = everything(&database.write).await;
        assert!(before.len() > 20, "{before:#?}");
        database.take_back(u32::try_from(Migrator::migrations().len()).unwrap()).await.unwrap();
        let left = everything(&database.write).await;
        assert!(left.is_empty(), "a step that goes down leaves this behind: {left:#?}");
        database.migrate().await.unwrap();
        assert_eq!(everything(&database.write).await, before);
    }

    async fn every_step_goes_down_and_up_alone(on) {
        let world = World::new(on).await;
        let database = &world.app.database;
        let steps = Migrator::migrations().len();
        let mut states = vec![everything(&database.write).await];
        for _ in 0..steps {
            database.take_back(1).await.unwrap();
            states.push(everything(&database.write).await);
        }
        states.pop();
        while let Some(state) = states.pop() {
            Migrator::up(database.write.unlimited(), Some(1)).await.unwrap();
            assert_eq!(everything(&database.write).await, state);
        }
    }
    async fn what_is_held_goes_with_its_step_and_whoever_drew_of_it_has_their_place_still(on) {
        let (world, owner, organisation) = hosts(on).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let [ann, bob] = people(&world, 2).await.try_into().ok().unwrap();
        let event = announced(&owner, &organisation, json!({"capacity": 4})).await;
        reserve(&owner, &event, json!({"organisationId": trust})).await.at("act.reservation");
        reserve(&owner, &event, json!({"addresses": ["zoe@example.org"], "places": 1})).await.at("act.reservation");
        let drawn = register(&ash, &event, json!({"organisationId": trust})).await.text("act.registration.id");
        register(&ann, &event, json!({})).await.at("act.registration");
        let waits = register(&bob, &event, json!({})).await.text("act.registration.id");
        assert_eq!((counts(&owner, &event).await, adds_up(&world).await), ((json!(0), json!(2), json!(1)), 0));
        without(&world.app.database, "m0015_reservations").await;
        assert_eq!((counts(&owner, &event).await, adds_up(&world).await), ((json!(0), json!(2), json!(1)), 0));
        let (came, waiting) = (see(&ash, &drawn).await, see(&bob, &waits).await);
        assert_eq!((came.at("node.state"), came.at("node.organisation.name")), (&json!("CONFIRMED"), &json!("Ash Trust")));
        assert_eq!((waiting.at("node.state"), waiting.at("node.position")), (&json!("WAITLISTED"), &json!(1)));
        // Nothing is held any more: it goes to those who wait.
        assert_eq!((round(&world, now()).await, adds_up(&world).await), (1, 0));
        assert_eq!(see(&bob, &waits).await.at("node.state"), "PLACE_OFFERED");
        assert_eq!(counts(&owner, &event).await, (json!(1), json!(2), json!(0)));
    }

    async fn what_guests_had_is_free_or_held_again_without_the_step_that_let_them_in(on) {
        let door = Door::new(on).await;
        let (world, owner) = (&door.world, &door.owner);
        let [ann, bob, cat] = people(world, 3).await.try_into().ok().unwrap();
        let event = door.event(json!({"capacity": 4})).await;
        reserve(owner, &event, json!({"addresses": ["gus@example.org"]})).await.at("act.reservation");
        door.comes(&event, "gus@example.org", json!({})).await.at("act.registration");
        register(&ann, &event, json!({})).await.at("act.registration");
        door.comes(&event, "pip@example.org", json!({})).await.at("act.registration");
        assert_eq!(door.comes(&event, "zoe@example.org", json!({})).await.at("act.registration.position"), 1);
        let waits = register(&bob, &event, json!({})).await.text("act.registration.id");
        assert_eq!((counts(owner, &event).await, adds_up(world).await), ((json!(0), json!(3), json!(2)), 0));
        // A guest was offered a place elsewhere, and another has one of what is released.
        let small = door.event(json!({"capacity": 2})).await;
        let id = reserve(owner, &small, json!({"addresses": ["pip@example.org"], "places": 1})).await.text("act.reservation.id");
        door.comes(&small, "pip@example.org", json!({})).await.at("act.registration");
        on_reservation(owner, "releasePlaceReservation", &id, json!({})).await.at("act.reservation");
        let cats = register(&cat, &small, json!({})).await.text("act.registration.id");
        door.comes(&small, "gus@example.org", json!({})).await.at("act.registration");
        act(&cat, "cancelRegistration", &cats).await.at("act.registration");
        assert_eq!((counts(owner, &small).await, adds_up(world).await), ((json!(0), json!(1), json!(0)), 0));

        without(&world.app.database, "m0018_guests").await;
        assert_eq!(adds_up(world).await, 0);
        assert_eq!((counts(owner, &event).await, counts(owner, &small).await), ((json!(0), json!(1), json!(1)), (json!(2), json!(0), json!(0))));
        let held = "query ($id: ID!) { event(id: $id) { reservations { usedPlaces releasedAt } } }";
        let held = owner.ask(held, json!({"id": event})).await;
        assert_eq!(held.at("event.reservations"), &json!([{"usedPlaces": 0, "releasedAt": null}]));
        assert_eq!(see(&bob, &waits).await.at("node.position"), 1, "whoever waited before is gone");
        without(&world.app.database, "m0015_reservations").await;
        assert_eq!((counts(owner, &event).await, adds_up(world).await), ((json!(0), json!(1), json!(1)), 0));
        assert_eq!((round(world, now()).await, adds_up(world).await), (1, 0));
        assert_eq!(see(&bob, &waits).await.at("node.state"), "PLACE_OFFERED");
    }
}
