//! Links that are mailed to those who need not be anybody here: which were decided on, and until when they are good. What
//! a link is about and what its mail says is its feature's.

use chrono::{DateTime, Utc};
use entity::{
    link::{Column, Entity, LinkPurpose, Model},
    mail::MailState,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use uuid::Uuid;

use super::Post;
use crate::kit::{Error, UserError, UserErrorCode};

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

/// What is said of a link that is good for nothing, whyever that is.
#[must_use]
pub fn no_link() -> Error {
    let message = "This link was used or replaced, has run out, or never was. Ask those who sent it for a new one.";
    UserError::at("token", UserErrorCode::InvitationInvalid, message).into()
}
