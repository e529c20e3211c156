//! Which link is to be mailed, who sends it, and what became of it: as `mail` does, for those who are nobody here yet.

use chrono::{DateTime, Utc};
use entity::{
    intake_claim::{Column, Entity, Model},
    mail::MailState,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};

use crate::{kit::Error, mail::rules};

/// Literal, as the partial index names it.
fn waiting() -> SimpleExpr {
    Expr::cust("\"intake_claim\".\"state\" = 'WAITING'")
}

/// What has waited longest, if a mail is due.
pub async fn due(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Option<Model>, Error> {
    let first = Entity::find()
        .filter(waiting())
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(1);
    Ok(first.one(conn).await?)
}

/// Takes the mail that is due: nobody else takes it for a while. `None` where somebody else was faster.
pub async fn take(
    conn: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Error> {
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::val(now + rules::LEASE))
        .col_expr(Column::Attempts, Expr::val(row.attempts + 1))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .filter(Column::NextAttemptAt.eq(row.next_attempt_at))
        .exec_with_returning(conn)
        .await?;
    Ok(taken.into_iter().next())
}

/// Marks a mail as done with.
pub async fn settle(
    conn: &impl ConnectionTrait,
    row: &Model,
    state: MailState,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .exec(conn)
        .await?;
    Ok(())
}

/// Puts off a mail that could not be sent, or gives it up.
pub async fn put_off(
    conn: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(again) = rules::again(row.attempts, now) else {
        return settle(conn, row, MailState::GivenUp).await;
    };
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::val(again))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .filter(Column::Attempts.eq(row.attempts))
        .exec(conn)
        .await?;
    Ok(())
}
