//! Writes editions and priority areas to the database.

use chrono::NaiveDate;
use entity::{
    priority_area,
    priority_edition::{self, Column, PriorityEditionState},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::rules::{self, AreaChange, NewEdition, OPEN};
use crate::{
    App,
    kit::{
        Error, UserError, UserErrorCode, Viewer,
        activity::{self, Concerns},
    },
    reference::{self, acts, service::insert},
};

/// Creates a draft edition, and returns its code.
pub async fn create(app: &App, viewer: &Viewer, input: NewEdition) -> Result<String, Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let (edition, areas) = rules::new_edition(input, &known)?;
    let (id, code) = (edition.id, edition.code.clone());
    insert::<priority_edition::Entity, _>(&transaction, vec![edition]).await?;
    insert::<priority_area::Entity, _>(&transaction, areas).await?;
    activity::record_for(
        &transaction,
        viewer,
        acts::EDITION_CREATED,
        id,
        Concerns::ACTOR,
        &[],
    )
    .await?;
    reference::service::finish(app, transaction).await?;
    Ok(code)
}

/// Creates or changes a priority area of an edition that can be edited.
pub async fn save_area(app: &App, viewer: &Viewer, change: AreaChange) -> Result<(), Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let area = rules::priority_area(change, &known)?;
    let fields = rules::changed_fields(&known, &area);
    activity::record(
        &transaction,
        viewer,
        acts::PRIORITY_AREA_SAVED,
        &area,
        &fields,
    )
    .await?;
    changed(&transaction, &area.edition).await?;
    if known.priority(&area.edition, &area.code).is_none() {
        insert::<priority_area::Entity, _>(&transaction, vec![area]).await?;
    } else {
        let row = area.into_active_model().reset_all();
        row.update(&transaction).await?;
    }
    reference::service::finish(app, transaction).await
}

/// Removes a priority area from an edition that can be edited.
pub async fn remove_area(
    app: &App,
    viewer: &Viewer,
    edition: &str,
    code: &str,
) -> Result<(), Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let id = rules::removable(edition, code, &known)?;
    changed(&transaction, edition).await?;
    priority_area::Entity::delete_by_id(id)
        .exec(&transaction)
        .await?;
    activity::record_for(
        &transaction,
        viewer,
        acts::PRIORITY_AREA_REMOVED,
        id,
        Concerns::ACTOR,
        &[],
    )
    .await?;
    reference::service::finish(app, transaction).await
}

/// Opens a draft for consultation.
pub async fn consult(app: &App, viewer: &Viewer, code: &str) -> Result<(), Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let id = rules::consultation(code, &known)?;
    let new = [(Column::State, PriorityEditionState::Consultation.into())];
    step(&transaction, id, &[PriorityEditionState::Draft], new).await?;
    activity::record_for(
        &transaction,
        viewer,
        acts::EDITION_OPENED,
        id,
        Concerns::ACTOR,
        &["state"],
    )
    .await?;
    reference::service::finish(app, transaction).await
}

/// Adopts an edition from a day. The previously adopted edition is superseded and ends the day before.
pub async fn adopt(
    app: &App,
    viewer: &Viewer,
    code: &str,
    version: i32,
    from: NaiveDate,
) -> Result<(), Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let rules::Adoption { id, supersedes } = rules::adoption(code, version, from, &known)?;
    if let Some((old, last_day)) = supersedes {
        let new = [
            (Column::State, PriorityEditionState::Superseded.into()),
            (Column::ValidTo, last_day.into()),
        ];
        step(&transaction, old, &[PriorityEditionState::Adopted], new).await?;
    }
    let new = [
        (Column::State, PriorityEditionState::Adopted.into()),
        (Column::ValidFrom, from.into()),
    ];
    step(&transaction, id, &OPEN, new).await?;
    activity::record_for(
        &transaction,
        viewer,
        acts::EDITION_ADOPTED,
        id,
        Concerns::ACTOR,
        &["state", "validFrom"],
    )
    .await?;
    reference::service::finish(app, transaction).await
}

/// Increases the version of an edition.
async fn changed(conn: &impl ConnectionTrait, code: &str) -> Result<(), Error> {
    priority_edition::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Code.eq(code))
        .exec(conn)
        .await?;
    Ok(())
}

/// Moves an edition from one of these states to the next. Fails if it is in another state.
async fn step<const N: usize>(
    conn: &impl ConnectionTrait,
    id: Uuid,
    from: &[PriorityEditionState],
    new: [(Column, sea_orm::Value); N],
) -> Result<(), Error> {
    let mut update = priority_edition::Entity::update_many();
    for (column, value) in new {
        update = update.col_expr(column, Expr::val(value));
    }
    let done = update
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(from.iter().copied()))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 {
        return Ok(());
    }
    Err(UserError::at(
        "code",
        UserErrorCode::InvalidState,
        "This edition was changed while you saved it. Reload it and try again.",
    )
    .into())
}
