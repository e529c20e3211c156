//! Links that are mailed to those who need not be anybody here: which were decided on, and until when they are good. What
//! a link is about and what its mail says is its feature's.

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

use super::{Letter, Post, send_next};
use crate::{
    App,
    kit::{Error, UserError, UserErrorCode, Viewer},
};

/// Decides that a link is mailed, with the news of an act where there is one. Good from now until the second instant.
pub async fn decide(
    conn: &impl ConnectionTrait,
    post: &Post,
    (purpose, subject_id): (LinkPurpose, Uuid),
    activity_id: Option<Uuid>,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    let id = Uuid::now_v7();
    let row = Model {
        id,
        purpose,
        subject_id,
        activity_id,
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
    Ok(())
}

/// Sends every link for a purpose that is due, and says how many were tried. `write` gives the letter; `None` where the
/// link is needless, as all are that are good no more.
pub async fn send<F: Future<Output = Result<Option<Letter>, Error>> + Send>(
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
        // Each has its own instant: however long the others took, it is leased for as long as any.
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

/// What is said of a link that is good for nothing, whyever that is.
#[must_use]
pub fn no_link() -> Error {
    let message = "This link was used or replaced, has run out, or never was. Ask those who sent it for a new one.";
    UserError::at("token", UserErrorCode::InvitationInvalid, message).into()
}
