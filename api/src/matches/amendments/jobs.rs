//! Job that lapses amendments that were not answered in time. The agreed terms stay in force.
//!
//! Readers see the deadline take effect at once; the worker stores it and notifies. Any number of workers can run.

use entity::matching::{self, Column};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    App,
    kit::{Error, Viewer, failpoint},
    matches::{persist, rules, step_records::amendment_lapsed},
};

/// Maximum number of matches per run.
const BATCH: u64 = 100;

/// Lapses all amendments that are due, and returns the number of matches changed.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let rows = matching::Entity::find()
        .filter(Column::State.is_in(rules::AMENDABLE.iter().copied()))
        .filter(Column::Turn.is_not_null())
        .filter(Column::AnswerBy.lte(viewer.now))
        .order_by_asc(Column::AnswerBy)
        .limit(BATCH)
        .all(&app.database.read)
        .await?;
    let mut touched = 0;
    for row in rows {
        let transaction = app.database.begin().await?;
        let change = matching::ActiveModel {
            turn: Set(None),
            ..Default::default()
        };
        match persist::write(&transaction, viewer, &row, None, change).await {
            Ok(changed) => {
                amendment_lapsed(&transaction, viewer, &changed).await?;
                failpoint::point("amendment.lapsing");
                transaction.commit().await?;
                failpoint::point("amendment.lapsed");
                touched += 1;
            }
            // A side acted at the same time, or another worker was first.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(touched)
}
