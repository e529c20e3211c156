//! The tables' history: it goes up, down and up again, and leaves nothing behind.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::{both, support::World};

/// Every table, index, trigger, view, sequence and function that is not the database's own, with its definition.
async fn everything(conn: &DatabaseConnection) -> BTreeSet<String> {
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
            Migrator::up(&database.write, Some(1)).await.unwrap();
            assert_eq!(everything(&database.write).await, state);
        }
    }
}
