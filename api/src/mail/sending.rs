//! Sending the links that are due: taken by one conditional update with a lease, sent, and marked, as all mail is.

use chrono::{DateTime, Utc};
use entity::{
    link::{Column, Entity, LinkPurpose, Model},
    mail::MailState,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};

use super::{Letter, rules};
use crate::{
    App,
    kit::{Error, Viewer, crash},
};

/// Sends every link for a purpose that is due, and says how many were tried. `write` gives the letter; `None` where the
/// link is needless.
pub async fn send<F: Future<Output = Result<Option<Letter>, Error>> + Send>(
    app: &App,
    viewer: &Viewer,
    purpose: LinkPurpose,
    write: impl Fn(Model) -> F + Send + Sync,
) -> Result<usize, Error> {
    let (Some(post), conn) = (&app.post, &app.database.write) else {
        return Ok(0);
    };
    let mut tried = 0;
    while let Some(due) = due(&app.database.read, purpose, viewer.now).await? {
        let Some(link) = take(conn, &due, viewer.now).await? else {
            continue;
        };
        tried += 1;
        let sent = match write(link.clone()).await {
            Ok(Some(letter)) if link.expires_at > viewer.now => {
                crash::point("link.written");
                post.send(letter).await
            }
            Ok(_) => {
                settle(conn, &link, MailState::Needless).await?;
                continue;
            }
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => {
                crash::point("link.sent");
                settle(conn, &link, MailState::Sent).await?;
            }
            Err(error) => {
                tracing::warn!(?error, link = %link.id, attempts = link.attempts, "a link could not be sent");
                put_off(conn, &link, viewer.now).await?;
            }
        }
    }
    Ok(tried)
}

/// Literal, as the partial index names it.
fn waiting() -> SimpleExpr {
    Expr::cust("\"link\".\"state\" = 'WAITING'")
}

async fn due(
    conn: &impl ConnectionTrait,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Error> {
    let first = Entity::find()
        .filter(waiting())
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(1);
    Ok(first.one(conn).await?)
}

/// Takes the mail that is due: nobody else takes it for a while. `None` where somebody else was faster.
async fn take(
    conn: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Error> {
    crash::point("link.taking");
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::val(now + rules::LEASE))
        .col_expr(Column::Attempts, Expr::val(row.attempts + 1))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .filter(Column::NextAttemptAt.eq(row.next_attempt_at))
        .exec_with_returning(conn)
        .await?;
    crash::point("link.taken");
    Ok(taken.into_iter().next())
}

async fn settle(conn: &impl ConnectionTrait, row: &Model, state: MailState) -> Result<(), Error> {
    crash::point("link.settling");
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .exec(conn)
        .await?;
    crash::point("link.settled");
    Ok(())
}

/// Puts off a mail that could not be sent, or gives it up.
async fn put_off(
    conn: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(again) = rules::again(row.attempts, now) else {
        return settle(conn, row, MailState::GivenUp).await;
    };
    crash::point("link.putting_off");
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::val(again))
        .filter(Column::Id.eq(row.id))
        .filter(waiting())
        .filter(Column::Attempts.eq(row.attempts))
        .exec(conn)
        .await?;
    crash::point("link.put_off");
    Ok(())
}
