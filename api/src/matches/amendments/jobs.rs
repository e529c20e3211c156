//! What time does to a change of the terms: nobody answered, and what was agreed stays.
//!
//! Readers see that at its instant; the worker writes it down and tells. Any number of workers may run.

use entity::matching::{self, Column};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    App,
    kit::{Error, Viewer, failpoint},
    matches::{persist, rules, step_records::amendment_lapsed},
};

/// How many a worker takes at a time.
const BATCH: u64 = 100;

/// Writes down everything that is due, and says how many matches it touched.
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
            // Somebody acted at this moment, or another worker was first.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(touched)
}
