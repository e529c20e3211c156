//! Sessions: started with a password, extended with single-use refresh tokens, ended by signing out.

use chrono::{DateTime, Duration, Utc};
use entity::{
    membership::{self, MembershipState},
    person::{self, PlatformRoles},
    refresh_token, session,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect,
    sea_query::{Expr, IntoCondition, Query},
};
use uuid::Uuid;

use super::{
    service::{FIRST_PASSWORD, register},
    tokens::Claims,
};
use crate::{
    App,
    kit::{
        Error, Transaction, UserError, UserErrorCode, Viewer,
        permissions::session_is_valid,
        secret,
        viewer::{SignedIn, Who},
    },
};
/// Seconds in which a used refresh token is accepted again, for two browser tabs or a retry after a lost response.
const GRACE_SECONDS: i64 = 30;

/// Tokens and viewer of a client that has signed in.
#[derive(Debug)]
pub struct Session {
    /// Signed token that the client sends with each request.
    pub access_token: String,
    /// Instant at which the access token expires.
    pub access_token_expires_at: DateTime<Utc>,
    /// Valid for one refresh.
    pub refresh_token: String,
    /// The person who signed in.
    pub viewer: Viewer,
}

/// Creates an account and signs in to it.
pub async fn sign_up(
    app: &App,
    now: DateTime<Utc>,
    email: &str,
    name: &str,
    password: String,
) -> Result<Session, Error> {
    let person = register(app, now, email, name, password).await?;
    begin_session(app, now, person, FIRST_PASSWORD).await
}

/// Starts a session for the person with this email address, if the password is right.
pub async fn sign_in(
    app: &App,
    now: DateTime<Utc>,
    email: &str,
    password: String,
) -> Result<Session, Error> {
    let found = person::Entity::find()
        .filter(person::Column::Email.eq(text::email::look_up(email)))
        .one(&app.database.read)
        .await?;
    let hash = found.as_ref().map(|person| person.password_hash.clone());
    let right = app.passwords.verify(password, hash).await?;
    match found {
        Some(person) if right => begin_session(app, now, person.id, person.password_version).await,
        _ => Err(wrong_credentials()),
    }
}

/// Starts a session, if the password that was checked is still the current one.
async fn begin_session(
    app: &App,
    now: DateTime<Utc>,
    person_id: Uuid,
    password_version: i32,
) -> Result<Session, Error> {
    let session_id = Uuid::now_v7();
    let transaction = app.database.begin().await?;
    session::Entity::insert(session::ActiveModel {
        id: Set(session_id),
        person_id: Set(person_id),
        created_at: Set(now),
        expires_at: Set(now + Duration::days(app.config.session_days)),
        ended_at: Set(None),
        password_version: Set(password_version),
    })
    .exec_without_returning(&transaction)
    .await?;
    let refresh_token = new_refresh_token(&transaction, now, session_id).await?;
    transaction.commit().await?;
    // Loading the viewer compares the versions: the password may have changed while this one was checked.
    let session = hand_over(app, now, person_id, session_id, refresh_token).await?;
    session.ok_or_else(wrong_credentials)
}

fn wrong_credentials() -> Error {
    UserError::new(
        UserErrorCode::WrongCredentials,
        "The email address or the password is wrong. Check both, or ask an administrator to reset your password.",
    )
    .into()
}

/// Exchanges a refresh token for a new refresh token and a new access token. A token used again after the grace period
/// ends the session.
pub async fn refresh(app: &App, now: DateTime<Utc>, token: &str) -> Result<Session, Error> {
    let hash = secret::hash(token);
    let transaction = app.database.begin().await?;
    let Some((used, session)) = token_and_session(&transaction, now, &hash).await? else {
        return Err(session_ended());
    };
    let spent = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::val(now))
        .filter(refresh_token::Column::Hash.eq(&hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(&transaction)
        .await?;
    let late = used
        .used_at
        .is_some_and(|at| now - at > Duration::seconds(GRACE_SECONDS));
    if spent.rows_affected == 0 && late {
        end_sessions(&transaction, now, session::Column::Id.eq(session.id)).await?;
        transaction.commit().await?;
        return Err(session_ended());
    }
    let next = new_refresh_token(&transaction, now, session.id).await?;
    transaction.commit().await?;
    let session = hand_over(app, now, session.person_id, session.id, next).await?;
    session.ok_or_else(session_ended)
}

/// Refresh token with its session, if the session is valid.
async fn token_and_session(
    transaction: &Transaction,
    now: DateTime<Utc>,
    hash: &str,
) -> Result<Option<(refresh_token::Model, session::Model)>, Error> {
    let token = refresh_token::Entity::find_by_id(hash)
        .one(transaction)
        .await?;
    let Some(token) = token else { return Ok(None) };
    let of_person = session::Entity::belongs_to(person::Entity)
        .from(session::Column::PersonId)
        .to(person::Column::Id)
        .into();
    let session = session::Entity::find_by_id(token.session_id)
        .join(JoinType::InnerJoin, of_person)
        .filter(session_is_valid(now))
        .one(transaction)
        .await?;
    Ok(session.map(|session| (token, session)))
}

async fn new_refresh_token(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    session_id: Uuid,
) -> Result<String, Error> {
    let token = secret::token()?;
    refresh_token::Entity::insert(refresh_token::ActiveModel {
        hash: Set(secret::hash(&token)),
        session_id: Set(session_id),
        created_at: Set(now),
        used_at: Set(None),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(token)
}

/// Issues the tokens of a session; `None` if it is no longer valid.
async fn hand_over(
    app: &App,
    now: DateTime<Utc>,
    person_id: Uuid,
    session_id: Uuid,
    refresh_token: String,
) -> Result<Option<Session>, Error> {
    let (access_token, access_token_expires_at) = app.tokens.issue(person_id, session_id, now)?;
    let viewer = load_viewer(app, now, person_id, session_id).await?;
    Ok(viewer.map(|viewer| Session {
        access_token,
        access_token_expires_at,
        refresh_token,
        viewer,
    }))
}

/// Ends the viewer's session, or with `everywhere` all of their sessions.
pub async fn sign_out(app: &App, viewer: &Viewer, everywhere: bool) -> Result<(), Error> {
    let me = viewer.signed_in()?;
    let which = if everywhere {
        session::Column::PersonId.eq(me.id)
    } else {
        session::Column::Id.eq(me.session_id)
    };
    end_sessions(&app.database.write, viewer.now, which).await
}

/// Ends the selected sessions that have not been signed out.
pub(super) async fn end_sessions(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    which: impl IntoCondition,
) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::val(now))
        .filter(which.into_condition())
        .filter(session::Column::EndedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Returns the viewer of an access token; `None` if the token is invalid or its session has ended.
pub async fn viewer(app: &App, now: DateTime<Utc>, token: &str) -> Result<Option<Viewer>, Error> {
    let Some(Claims { sub, sid, .. }) = app.tokens.check(token) else {
        return Ok(None);
    };
    load_viewer(app, now, sub, sid).await
}

/// Loads the person of an active session, with roles and memberships, in one statement.
pub async fn load_viewer(
    app: &App,
    now: DateTime<Utc>,
    person: Uuid,
    session: Uuid,
) -> Result<Option<Viewer>, Error> {
    use sea_orm::ExprTrait;

    let member = Condition::all()
        .add(
            Expr::col((membership::Entity, membership::Column::PersonId))
                .equals((person::Entity, person::Column::Id)),
        )
        .add(membership::Column::State.eq(MembershipState::Active));
    let query = Query::select()
        .column((person::Entity, person::Column::PlatformRoles))
        .column((membership::Entity, membership::Column::OrganisationId))
        .column((membership::Entity, membership::Column::Role))
        .from(session::Entity)
        .inner_join(
            person::Entity,
            Expr::col((person::Entity, person::Column::Id))
                .equals((session::Entity, session::Column::PersonId)),
        )
        .left_join(membership::Entity, member)
        .cond_where(
            Condition::all()
                .add(session::Column::Id.eq(session))
                .add(session::Column::PersonId.eq(person))
                .add(session_is_valid(now)),
        )
        .to_owned();
    let rows = app.database.read.query_all(&query).await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let PlatformRoles(roles) = first.try_get("", "platform_roles")?;
    let mut memberships = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(organisation) = row.try_get("", "organisation_id")? {
            memberships.push((organisation, row.try_get("", "role")?));
        }
    }
    let who = Who::Person(SignedIn {
        id: person,
        session_id: session,
        roles,
        memberships,
    });
    Ok(Some(Viewer { now, who }))
}

fn session_ended() -> Error {
    UserError::at(
        "refreshToken",
        UserErrorCode::SessionEnded,
        "Your session has ended. Sign in again.",
    )
    .into()
}
