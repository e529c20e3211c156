//! Links mailed to people who may have no account: their queue and their expiry. The subject of a link and the text of
//! its email belong to its feature.

use std::{future::ready, time::Instant};

use chrono::{DateTime, Utc};
use entity::{
    link::{Column, Entity, LinkPurpose, Model},
    mail::MailState,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::{Email, Mailer, send_next};
use crate::{
    App,
    kit::{Error, UserError, UserErrorCode, Viewer},
};

/// Maximum number of rows per statement: ten values each, of which SQLite takes 32,766 and PostgreSQL 65,535.
const AT_ONCE: usize = 1_000;

/// Queues the email of a link, optionally about an act. The link is valid from the first to the second of `times`.
pub async fn decide(
    conn: &impl ConnectionTrait,
    mailer: &Mailer,
    (purpose, subject_id): (LinkPurpose, Uuid),
    activity_id: Option<Uuid>,
    times: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    decide_all(conn, mailer, (purpose, &[subject_id]), activity_id, times).await
}

/// Like `decide`, for one link to each of many subjects.
pub async fn decide_all(
    conn: &impl ConnectionTrait,
    mailer: &Mailer,
    (purpose, subjects): (LinkPurpose, &[Uuid]),
    activity_id: Option<Uuid>,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    for some in subjects.chunks(AT_ONCE) {
        let rows = some.iter().map(|subject_id| {
            let id = Uuid::now_v7();
            let row = Model {
                id,
                purpose,
                subject_id: *subject_id,
                activity_id,
                message_id: format!("<{}@{}>", id.simple(), mailer.host()),
                state: MailState::Waiting,
                attempts: 0,
                next_attempt_at: now,
                created_at: now,
                expires_at,
            };
            row.into_active_model()
        });
        Entity::insert_many(rows)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Sends every link of a purpose that is due. Returns the number of links tried. `write` returns the email; `None` if
/// it is no longer needed. Expired links are never sent.
pub async fn send<F: Future<Output = Result<Option<Email>, Error>> + Send>(
    app: &App,
    viewer: &Viewer,
    purpose: LinkPurpose,
    write: impl Fn(Model) -> F + Send + Sync,
) -> Result<usize, Error> {
    let which = Condition::all().add(Column::Purpose.eq(purpose));
    let good = |link: Model| {
        let letter = (link.expires_at > viewer.now).then(|| write(link));
        async move {
            match letter {
                Some(letter) => letter.await,
                None => Ok(None),
            }
        }
    };
    let (begun, mut tried) = (Instant::now(), 0);
    loop {
        // Each link has its own instant, so that its lease lasts as long as any, however long the others took.
        let viewer = Viewer {
            now: viewer.now + begun.elapsed(),
            ..viewer.clone()
        };
        let later = |_, at| ready(Ok(at));
        if !send_next::<Entity, _, _>(app, &viewer, which.clone(), good, later).await? {
            return Ok(tried);
        }
        tried += 1;
    }
}

/// Ends all links to a subject: they are no longer valid.
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

/// Returns the number of links to a subject that were queued since an instant.
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

/// Returns the subject of a link; `None` if the link is not valid.
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

/// Returns the error for an invalid link. It does not reveal why the link is invalid.
#[must_use]
pub fn no_link() -> Error {
    let message = "This link is not valid. It may have been used or replaced, or it may have expired. Ask the \
                   sender for a new link.";
    UserError::at("token", UserErrorCode::InvitationInvalid, message).into()
}
