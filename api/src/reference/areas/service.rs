//! Writes areas to the database.

use entity::{area, area_successor};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::rules::{self, AreaChange};
use crate::{
    App,
    kit::{Error, Viewer, activity},
    reference::{self, acts},
};

/// Creates or changes the area with a code, and returns the code.
pub async fn save(app: &App, viewer: &Viewer, change: AreaChange) -> Result<String, Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let (area, steps) = rules::area(change, &known)?;
    let fields = rules::changed_fields(&known, &area, &steps);
    activity::record(&transaction, viewer, acts::AREA_SAVED, &area, &fields).await?;
    let code = area.code.clone();
    let is_new = known.area(&code).is_none();
    write(&transaction, area, is_new).await?;
    succeed(&transaction, &code, steps).await?;
    reference::service::finish(app, transaction).await?;
    Ok(code)
}

async fn write(conn: &impl ConnectionTrait, row: area::Model, is_new: bool) -> Result<(), Error> {
    let row = row.into_active_model().reset_all();
    if is_new {
        area::Entity::insert(row)
            .exec_without_returning(conn)
            .await?;
    } else {
        row.update(conn).await?;
    }
    Ok(())
}

async fn succeed(
    conn: &impl ConnectionTrait,
    code: &str,
    steps: Vec<area_successor::Model>,
) -> Result<(), Error> {
    area_successor::Entity::delete_many()
        .filter(area_successor::Column::Area.eq(code))
        .exec(conn)
        .await?;
    reference::service::insert::<area_successor::Entity, _>(conn, steps).await
}
