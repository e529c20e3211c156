//! Which mail is to be sent, who sends it, and what became of it.

use chrono::{DateTime, Utc};
use entity::mail::{Column, Entity, MailState, Model};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::rules;
use crate::kit::{Error, crash};

/// The mail that goes to somebody at this time: one that waits for it already and was not tried yet, or a new one.
/// `host` is the name behind the @ of its Message-ID.
pub async fn at(
    transaction: &DatabaseTransaction,
    person_id: Uuid,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
    host: &str,
) -> Result<Uuid, Error> {
    // Held, so that nobody takes it to send while something is put in.
    let found = Entity::find()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::DueAt.eq(due_at))
        .filter(Column::State.eq(MailState::Waiting))
        .filter(Column::Attempts.eq(0))
        .lock_exclusive()
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

/// Takes the mail that has waited longest, if one is due: nobody else takes it for a while.
pub async fn take(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Option<Model>, Error> {
    let due = Condition::all()
        .add(waiting())
        .add(Column::NextAttemptAt.lte(now));
    loop {
        let first = Entity::find()
            .filter(due.clone())
            .order_by_asc(Column::NextAttemptAt)
            .limit(1);
        let Some(row) = first.one(conn).await? else {
            return Ok(None);
        };
        crash::point("mail.taking");
        let taken = Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::val(now + rules::LEASE))
            .col_expr(Column::Attempts, Expr::val(row.attempts + 1))
            .filter(Column::Id.eq(row.id))
            .filter(waiting())
            .filter(Column::NextAttemptAt.eq(row.next_attempt_at))
            .exec_with_returning(conn)
            .await?;
        if let Some(row) = taken.into_iter().next() {
            crash::point("mail.taken");
            return Ok(Some(row));
        }
    }
}

/// Marks a mail as done with: sent, or needless. Whoever has sent it says so, even if somebody else took it meanwhile.
pub async fn settle(
    conn: &impl ConnectionTrait,
    mail: &Model,
    state: MailState,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    crash::point("mail.settling");
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::SettledAt, Expr::val(now))
        .filter(Column::Id.eq(mail.id))
        .filter(waiting())
        .exec(conn)
        .await?;
    crash::point("mail.settled");
    Ok(())
}

/// Puts off a mail that could not be sent, or gives it up. `calm` moves an instant at which its reader wants none.
pub async fn put_off(
    conn: &impl ConnectionTrait,
    mail: &Model,
    now: DateTime<Utc>,
    calm: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>,
) -> Result<(), Error> {
    let Some(again) = rules::again(mail.attempts, now) else {
        return settle(conn, mail, MailState::GivenUp, now).await;
    };
    let again = calm(again);
    crash::point("mail.putting_off");
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::val(again))
        .filter(Column::Id.eq(mail.id))
        .filter(waiting())
        .filter(Column::Attempts.eq(mail.attempts))
        .exec(conn)
        .await?;
    crash::point("mail.put_off");
    Ok(())
}

/// Literal, as the partial index names it.
fn waiting() -> sea_orm::sea_query::SimpleExpr {
    Expr::cust("\"mail\".\"state\" = 'WAITING'")
}

/// Whether any mail is due.
pub async fn is_due(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, Error> {
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(waiting())
        .filter(Column::NextAttemptAt.lte(now))
        .limit(1);
    Ok(due.into_tuple::<Uuid>().one(conn).await?.is_some())
}
