//! Queues emails, and deletes old ones.

use chrono::{DateTime, Utc};
use entity::{
    link,
    mail::{Column, Entity, MailState, Model},
    notification,
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    kit::{Error, Transaction, Viewer, failpoint},
};

/// Maximum number of rows deleted in one transaction.
const BATCH: u64 = 200;

/// Returns the email to a person that is due at this time: a waiting one that has not been tried yet, or a new one.
/// `host` is the domain of its Message-ID.
pub async fn at(
    transaction: &Transaction,
    person_id: Uuid,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
    host: &str,
) -> Result<Uuid, Error> {
    // Locked, so that no worker takes it to send while a notification is added.
    let found = Entity::find()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::DueAt.eq(due_at))
        .filter(Column::State.eq(MailState::Waiting))
        .filter(Column::Attempts.eq(0))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    if let Some(row) = found {
        return Ok(row.id);
    }
    let id = Uuid::now_v7();
    let row = Model {
        id,
        person_id,
        message_id: format!("<{}@{host}>", id.simple()),
        state: MailState::Waiting,
        due_at,
        attempts: 0,
        next_attempt_at: due_at,
        created_at: now,
        settled_at: None,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(id)
}

/// Deletes emails that were finished, and links that expired, before the retention period. Returns their number.
pub async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let before = viewer.now - rules::KEPT;
    let mut forgotten = 0;
    loop {
        let transaction = app.database.begin().await?;
        let old = Entity::find().select_only().column(Column::Id);
        let old = old.filter(Column::SettledAt.lte(before)).limit(BATCH);
        let mails: Vec<Uuid> = old.into_tuple().all(&transaction).await?;
        let old = link::Entity::find().select_only().column(link::Column::Id);
        let old = old.filter(link::Column::ExpiresAt.lte(before)).limit(BATCH);
        let links: Vec<Uuid> = old.into_tuple().all(&transaction).await?;
        if mails.is_empty() && links.is_empty() {
            return Ok(forgotten);
        }
        forgotten += mails.len() + links.len();
        notification::Entity::update_many()
            .col_expr(notification::Column::MailId, Expr::val(None::<Uuid>))
            .filter(notification::Column::MailId.is_in(mails.clone()))
            .exec(&transaction)
            .await?;
        Entity::delete_many()
            .filter(Column::Id.is_in(mails))
            .exec(&transaction)
            .await?;
        link::Entity::delete_many()
            .filter(link::Column::Id.is_in(links))
            .exec(&transaction)
            .await?;
        failpoint::point("mail.forgetting");
        transaction.commit().await?;
        failpoint::point("mail.forgotten");
    }
}
