//! What time does to intakes: links are mailed, and contacts are deleted when their time is over.
//!
//! Any number of workers may run: each step is one conditional update, and whoever makes it records it.

use entity::{
    intake::{self, Column},
    mail::MailState,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{claims, letters, service::record};
use crate::{
    App,
    kit::{Error, Viewer},
};

/// How many contacts are deleted in one transaction.
const BATCH: u64 = 200;

/// Sends every link that is due, and says how many were tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let (Some(post), conn) = (&app.post, &app.database.write) else {
        return Ok(0);
    };
    let mut tried = 0;
    while let Some(due) = claims::due(&app.database.read, viewer.now).await? {
        let Some(claim) = claims::take(conn, &due, viewer.now).await? else {
            continue;
        };
        tried += 1;
        let row = intake::Entity::find_by_id(claim.intake_id)
            .one(conn)
            .await?;
        let letter = row
            .map(|row| letters::write(app, viewer.now, &claim, &row))
            .transpose()?;
        let Some(letter) = letter.flatten() else {
            claims::settle(conn, &claim, MailState::Needless).await?;
            continue;
        };
        match post.send(letter).await {
            Ok(()) => claims::settle(conn, &claim, MailState::Sent).await?,
            Err(error) => {
                tracing::warn!(?error, claim = %claim.id, attempts = claim.attempts, "a link could not be sent");
                claims::put_off(conn, &claim, viewer.now).await?;
            }
        }
    }
    Ok(tried)
}

/// Deletes the contacts whose time is over, and says how many those were.
pub async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let kept = Condition::any()
        .add(Column::ContactName.is_not_null())
        .add(Column::ContactOrganisation.is_not_null())
        .add(Column::ContactEmail.is_not_null())
        .add(Column::ContactPhone.is_not_null());
    let over = Condition::all()
        .add(Column::ContactUntil.lte(viewer.now))
        .add(kept);
    let mut forgotten = 0;
    loop {
        let transaction = app.database.begin().await?;
        let due = intake::Entity::find()
            .filter(over.clone())
            .order_by_asc(Column::ContactUntil);
        let due = due.limit(BATCH).all(&transaction).await?;
        for row in &due {
            let change = intake::ActiveModel {
                contact_name: Set(None),
                contact_organisation: Set(None),
                contact_email: Set(None),
                contact_phone: Set(None),
                ..Default::default()
            };
            let update = intake::Entity::update_many().set(change);
            let update = update.filter(Column::Id.eq(row.id)).filter(over.clone());
            if update.exec(&transaction).await?.rows_affected == 1 {
                record(
                    &transaction,
                    viewer,
                    row,
                    "intake.contact_deleted",
                    &["contact"],
                )
                .await?;
                forgotten += 1;
            }
        }
        transaction.commit().await?;
        if u64::try_from(due.len()).unwrap_or(BATCH) < BATCH {
            return Ok(forgotten);
        }
    }
}
