//! The acts on reference data.

use std::collections::HashSet;

use entity::{
    area, area_successor, priority_area,
    priority_edition::{self, PriorityEditionState},
    reference_state, resource_type,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::{
    seed,
    snapshot::{Snapshot, Tables},
};
use crate::{
    App,
    kit::{Database, Error, Transaction},
};

/// How many rows one statement inserts: their values stay far below what either database takes.
const AT_ONCE: usize = 500;

/// Loads the reference data that ships with the program, at every start.
///
/// What is not there is inserted, by code; what is there stays, for an administrator may have changed it.
/// Successors come with their area and priority areas with their edition, so that none that was removed
/// comes back. An edition that arrives where others are known already is a draft: adopting it is for people.
pub async fn load_shipped(database: &Database) -> Result<(), Error> {
    let missing = missing_from(&database.read, seed::tables()?).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = database.begin().await?;
    count_up(&transaction).await?;
    // Servers that start at once take turns at the counter, and the second finds nothing missing.
    let missing = missing_from(&transaction, missing).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let Tables {
        areas,
        successions,
        types,
        editions,
        priorities,
    } = missing;
    insert::<area::Entity, _>(&transaction, areas).await?;
    insert::<area_successor::Entity, _>(&transaction, successions).await?;
    insert::<resource_type::Entity, _>(&transaction, types).await?;
    insert::<priority_edition::Entity, _>(&transaction, editions).await?;
    insert::<priority_area::Entity, _>(&transaction, priorities).await?;
    transaction.commit().await?;
    Ok(())
}

async fn missing_from(conn: &impl ConnectionTrait, mut tables: Tables) -> Result<Tables, Error> {
    let areas = codes(conn, area::Entity::find(), area::Column::Code).await?;
    let types = codes(
        conn,
        resource_type::Entity::find(),
        resource_type::Column::Code,
    )
    .await?;
    let editions = codes(
        conn,
        priority_edition::Entity::find(),
        priority_edition::Column::Code,
    )
    .await?;
    tables.areas.retain(|area| !areas.contains(&area.code));
    tables
        .successions
        .retain(|step| !areas.contains(&step.area));
    tables.types.retain(|kind| !types.contains(&kind.code));
    tables
        .priorities
        .retain(|area| !editions.contains(&area.edition));
    tables
        .editions
        .retain(|edition| !editions.contains(&edition.code));
    if !editions.is_empty() {
        for edition in &mut tables.editions {
            edition.state = PriorityEditionState::Draft;
            edition.valid_to = None;
        }
    }
    Ok(tables)
}

async fn codes<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    rows: sea_orm::Select<E>,
    code: E::Column,
) -> Result<HashSet<String>, Error> {
    let codes: Vec<String> = rows
        .select_only()
        .column(code)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(codes.into_iter().collect())
}

/// Inserts rows, and leaves those that are there.
pub async fn insert<E, A>(conn: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), Error>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some = rows
            .by_ref()
            .take(AT_ONCE)
            .map(IntoActiveModel::into_active_model);
        E::insert_many(some)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Begins a change of reference data, with all of it as it is now. Counting comes first: it makes changes take
/// turns on both databases, so that what the rules say of this reading stays true until it is committed.
pub async fn begin(database: &Database) -> Result<(Transaction, Snapshot), Error> {
    let transaction = database.begin().await?;
    count_up(&transaction).await?;
    let known = Snapshot::read(&transaction).await?;
    Ok((transaction, known))
}

/// Commits a change of reference data and takes it into memory.
pub async fn finish(app: &App, transaction: Transaction) -> Result<(), Error> {
    transaction.commit().await?;
    app.reference.refresh(&app.database.read).await
}

async fn count_up(conn: &impl ConnectionTrait) -> Result<(), Error> {
    let version = reference_state::Column::Version;
    reference_state::Entity::update_many()
        .col_expr(version, Expr::col(version).add(1))
        .filter(reference_state::Column::Id.eq(1))
        .exec(conn)
        .await?;
    Ok(())
}
