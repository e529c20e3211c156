//! Links that are mailed to those who need not be anybody here, one by one: which is due, who sends it, and what became of
//! it. What a link is about and what its mail says is its feature's.
//!
//! The story of sending is that of all mail: taken by one conditional update with a lease, sent, and marked.

use chrono::{DateTime, Utc};
use entity::{
    link::{Column, Entity, LinkPurpose, Model},
    mail::MailState,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{Letter, Post, rules};
use crate::{
    App,
    kit::{Error, UserError, UserErrorCode, Viewer, crash},
};

/// Decides that a link is mailed, and gives its id.
pub async fn decide(
    conn: &impl ConnectionTrait,
    post: &Post,
    (purpose, subject_id): (LinkPurpose, Uuid),
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    let row = Model {
        id,
        purpose,
        subject_id,
        activity_id: None,
        message_id: format!("<{}@{}>", id.simple(), post.host()),
        state: MailState::Waiting,
        attempts: 0,
        next_attempt_at: now,
        created_at: now,
        expires_at,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(id)
}

/// Decides that a link is mailed with the news of an act.
pub async fn tell(
    conn: &impl ConnectionTrait,
    post: &Post,
    about: (LinkPurpose, Uuid),
    activity_id: Uuid,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    let id = decide(conn, post, about, now, expires_at).await?;
    Entity::update_many()
        .col_expr(Column::ActivityId, Expr::val(activity_id))
        .filter(Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends all links to something: they are good no more.
pub async fn end(
    conn: &impl ConnectionTrait,
    (purpose, subject_id): (LinkPurpose, Uuid),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::val(now))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::SubjectId.eq(subject_id))
        .filter(Column::ExpiresAt.gt(now))
        .exec(conn)
        .await?;
    Ok(())
}

/// How many links to something were decided on since an instant.
pub async fn count(
    conn: &impl ConnectionTrait,
    (purpose, subject_id): (LinkPurpose, Uuid),
    since: Option<DateTime<Utc>>,
) -> Result<u64, Error> {
    let mut found = Entity::find()
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::SubjectId.eq(subject_id));
    if let Some(since) = since {
        found = found.filter(Column::CreatedAt.gt(since));
    }
    Ok(found.count(conn).await?)
}

/// What a link is about, while it is good.
pub async fn subject(
    conn: &impl ConnectionTrait,
    purpose: LinkPurpose,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let found = Entity::find_by_id(id)
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::ExpiresAt.gt(now));
    Ok(found.one(conn).await?.map(|row| row.subject_id))
}

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

/// What is said of a link that is good for nothing, whyever that is.
pub fn no_link() -> Error {
    let message = "This link was used or replaced, has run out, or never was. Ask those who sent it for a new one.";
    UserError::at("token", UserErrorCode::InvitationInvalid, message).into()
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
