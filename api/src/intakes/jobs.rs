//! Jobs of intakes: sending links, and deleting contact details after their retention period.
//!
//! Any number of workers may run them: each step is one conditional update, recorded by the worker that made it.

use entity::{
    intake::{self, Column},
    link::LinkPurpose,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{acts, emails};
use crate::{
    App,
    kit::{Error, Viewer, activity, failpoint},
    mail::links,
    organisations,
};

/// Maximum number of contacts deleted in one transaction.
const BATCH: u64 = 200;

/// Sends every link that is due. Returns the number of links tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::Claim, |link| async move {
        let told = intake::Entity::find_by_id(link.subject_id);
        match told.one(&app.database.write).await? {
            Some(row) => {
                // An intake without a host was taken by a broker.
                let words = match row.host_id {
                    Some(host) => organisations::is_verified(&app.database.write, host).await?,
                    None => true,
                };
                emails::write(app, viewer.now, &link, &row, words)
            }
            None => Ok(None),
        }
    })
    .await
}

/// Deletes the contact details whose retention period is over. Returns their number.
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
                activity::record(
                    &transaction,
                    viewer,
                    acts::CONTACT_DELETED,
                    row,
                    &["contact"],
                )
                .await?;
                forgotten += 1;
            }
        }
        failpoint::point("intakes.forgetting");
        transaction.commit().await?;
        failpoint::point("intakes.forgotten");
        if u64::try_from(due.len()).unwrap_or(BATCH) < BATCH {
            return Ok(forgotten);
        }
    }
}
