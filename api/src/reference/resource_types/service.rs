//! Writes resource types to the database.

use entity::resource_type;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::rules::{self, TypeChange};
use crate::{
    App,
    kit::{Error, Viewer, activity},
    reference::{self, acts},
};

/// Creates or changes the resource type with a code, and returns the code.
pub async fn save(app: &App, viewer: &Viewer, change: TypeChange) -> Result<String, Error> {
    reference::rules::may_edit(viewer)?;
    let (transaction, known) = reference::service::begin(&app.database).await?;
    let kind = rules::resource_type(change, &known)?;
    let fields = rules::changed_fields(&known, &kind);
    activity::record(
        &transaction,
        viewer,
        acts::RESOURCE_TYPE_SAVED,
        &kind,
        &fields,
    )
    .await?;
    let code = kind.code.clone();
    let row = kind.into_active_model().reset_all();
    if known.resource_type(&code).is_none() {
        resource_type::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
    } else {
        row.update(&transaction).await?;
    }
    reference::service::finish(app, transaction).await?;
    Ok(code)
}
