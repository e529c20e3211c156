//! Loading of the shipped reference data, and the transaction that every change of reference data uses.

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

/// Maximum number of rows per insert statement. It keeps the number of bound values far below the limits of both
/// databases.
const AT_ONCE: usize = 500;

/// Loads the reference data that ships with the program. Runs at every start.
///
/// Rows whose code is missing are inserted; existing rows stay as they are, because an administrator may have changed
/// them. Successors are inserted only with their area, and priority areas only with their edition, so that nothing
/// that an administrator removed comes back. If the database already has editions, a shipped edition arrives as a
/// draft: a person decides about its adoption.
pub async fn load_shipped(database: &Database) -> Result<(), Error> {
    let missing = missing_from(&database.read, seed::tables()?).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = database.begin().await?;
    count_up(&transaction).await?;
    // Servers that start at the same time are serialised by the lock on the counter, and the second finds nothing
    // missing.
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

/// Inserts rows; rows that exist already stay as they are.
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

/// Begins a change of reference data, and reads all of it. The version is incremented first: that locks its row, so
/// that changes are serialised on both databases and the checks on this reading stay true until the commit.
pub async fn begin(database: &Database) -> Result<(Transaction, Snapshot), Error> {
    let transaction = database.begin().await?;
    count_up(&transaction).await?;
    let known = Snapshot::read(&transaction).await?;
    Ok((transaction, known))
}

/// Commits a change of reference data and reloads the data in memory.
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
