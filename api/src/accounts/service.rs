//! The acts on accounts and sessions.

use chrono::{DateTime, Duration, Utc};
use entity::{
    membership::{self, MembershipState},
    person::{self, PlatformRole, PlatformRoles},
    refresh_token, session,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, IntoCondition, Query, SelectStatement},
};
use uuid::Uuid;

use super::{rules, tokens::Claims};
use crate::{
    App,
    kit::{
        Error, Id, Resource, UserError, UserErrorCode, Viewer,
        activity::{self, Act},
        dialect::contains,
        input::Checks,
        page::{self, KeyKind, Order, PageArgs, Slice},
        resource, secret,
        viewer::{SignedIn, Who},
    },
};

/// How long a refresh token may come twice: two tabs, or a retry after a lost answer.
const GRACE_SECONDS: i64 = 30;

/// What a client holds after signing in.
#[derive(Debug)]
pub struct Session {
    /// The access token.
    pub access_token: String,
    /// When the access token ends.
    pub access_token_expires_at: DateTime<Utc>,
    /// Good for one refresh.
    pub refresh_token: String,
    /// Who signed in.
    pub viewer: Viewer,
}

/// Makes an account and signs in to it.
pub async fn sign_up(
    app: &App,
    now: DateTime<Utc>,
    email: &str,
    name: &str,
    password: String,
) -> Result<Session, Error> {
    let person = register(app, now, email, name, password).await?;
    begin_session(app, now, person).await
}

/// Makes an account.
pub async fn register(
    app: &App,
    now: DateTime<Utc>,
    email: &str,
    name: &str,
    password: String,
) -> Result<Uuid, Error> {
    let account = rules::new_account(email, name, &password)?;
    let known = vec![
        account.email.clone(),
        account.display_name.clone(),
        "marketplace".into(),
        "surrey".into(),
    ];
    let password_hash = app.passwords.hash(password, known).await?;
    enrol(app, now, account, password_hash).await
}

/// Makes an account whose password is hashed already.
pub async fn enrol(
    app: &App,
    now: DateTime<Utc>,
    account: rules::NewAccount,
    password_hash: String,
) -> Result<Uuid, Error> {
    let rules::NewAccount {
        email,
        display_name,
    } = account;
    let id = Uuid::now_v7();
    let transaction = app.database.begin().await?;
    person::Entity::insert(person::ActiveModel {
        id: Set(id),
        email: Set(email),
        display_name: Set(display_name),
        phone: Set(None),
        password_hash: Set(password_hash),
        platform_roles: Set(PlatformRoles::default()),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(&transaction)
    .await
    .map_err(|error| Error::from(error).on_conflict(taken))?;
    let viewer = as_person(id, Uuid::nil(), now);
    activity::record(&transaction, &viewer, act("person.signed_up", id, &[])).await?;
    transaction.commit().await?;
    Ok(id)
}

/// Begins a session for whoever knows the password.
pub async fn sign_in(
    app: &App,
    now: DateTime<Utc>,
    email: &str,
    password: String,
) -> Result<Session, Error> {
    let found = person::Entity::find()
        .filter(person::Column::Email.eq(email.trim().to_lowercase().replace('\0', "")))
        .one(&app.database.read)
        .await?;
    let password: String = password
        .chars()
        .take(super::passwords::LONGEST + 1)
        .collect();
    let hash = found.as_ref().map(|person| person.password_hash.clone());
    let right = app.passwords.verify(password, hash).await?;
    match found {
        Some(person) if right => begin_session(app, now, person.id).await,
        _ => Err(UserError::new(
            UserErrorCode::WrongCredentials,
            "The e-mail address and the password do not belong together. Check both, or ask an administrator to reset your password.",
        )
        .into()),
    }
}

async fn begin_session(app: &App, now: DateTime<Utc>, person_id: Uuid) -> Result<Session, Error> {
    let session_id = Uuid::now_v7();
    let transaction = app.database.begin().await?;
    session::Entity::insert(session::ActiveModel {
        id: Set(session_id),
        person_id: Set(person_id),
        created_at: Set(now),
        expires_at: Set(now + Duration::days(app.config.session_days)),
        ended_at: Set(None),
    })
    .exec_without_returning(&transaction)
    .await?;
    let refresh_token = new_refresh_token(&transaction, now, session_id).await?;
    transaction.commit().await?;
    hand_over(app, now, person_id, session_id, refresh_token).await
}

/// Trades a refresh token for a new one and a new access token.
pub async fn refresh(app: &App, now: DateTime<Utc>, token: &str) -> Result<Session, Error> {
    let hash = secret::hash(token);
    let transaction = app.database.begin().await?;
    let Some((used, session)) = token_and_session(&transaction, &hash).await? else {
        return Err(session_ended());
    };
    if session.ended_at.is_some() || session.expires_at <= now {
        return Err(session_ended());
    }
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
    hand_over(app, now, session.person_id, session.id, next).await
}

async fn token_and_session(
    conn: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<(refresh_token::Model, session::Model)>, Error> {
    let Some(token) = refresh_token::Entity::find_by_id(hash).one(conn).await? else {
        return Ok(None);
    };
    let session = session::Entity::find_by_id(token.session_id)
        .one(conn)
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

async fn hand_over(
    app: &App,
    now: DateTime<Utc>,
    person_id: Uuid,
    session_id: Uuid,
    refresh_token: String,
) -> Result<Session, Error> {
    let (access_token, access_token_expires_at) = app.tokens.issue(person_id, session_id, now)?;
    let viewer = load_viewer(app, now, person_id, session_id)
        .await?
        .ok_or_else(session_ended)?;
    Ok(Session {
        access_token,
        access_token_expires_at,
        refresh_token,
        viewer,
    })
}

/// Ends this session, or all sessions of the person.
pub async fn sign_out(app: &App, viewer: &Viewer, everywhere: bool) -> Result<(), Error> {
    let me = viewer.signed_in()?;
    let which = if everywhere {
        session::Column::PersonId.eq(me.id)
    } else {
        session::Column::Id.eq(me.session_id)
    };
    end_sessions(&app.database.write, viewer.now, which).await
}

async fn end_sessions(
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

/// Sets a new password for whoever knows the old one, and ends all other sessions.
pub async fn change_password(
    app: &App,
    viewer: &Viewer,
    current: String,
    new: String,
) -> Result<person::Model, Error> {
    let me = viewer.signed_in()?;
    let person =
        resource::get(&app.database.read, viewer, Id::<person::Entity>::new(me.id)).await?;
    let mut checks = Checks::new();
    rules::password_length(&mut checks, "newPassword", &new);
    checks.finish()?;
    if !app
        .passwords
        .verify(current, Some(person.password_hash.clone()))
        .await?
    {
        return Err(UserError::at(
            "currentPassword",
            UserErrorCode::WrongCredentials,
            "This is not your current password.",
        )
        .into());
    }
    let keep = session::Column::Id.ne(me.session_id);
    set_password(app, viewer, &person, new, Condition::all().add(keep)).await?;
    Ok(person)
}

/// Sets a new password without the old one, and ends all sessions: for the command line.
pub async fn reset_password(
    app: &App,
    viewer: &Viewer,
    email: &str,
    new: String,
) -> Result<(), Error> {
    let person = by_email(app, email).await?;
    set_password(app, viewer, &person, new, Condition::all()).await
}

async fn set_password(
    app: &App,
    viewer: &Viewer,
    person: &person::Model,
    new: String,
    sessions: Condition,
) -> Result<(), Error> {
    let known = vec![person.email.clone(), person.display_name.clone()];
    let hash = app
        .passwords
        .hash(new, known)
        .await
        .map_err(|error| match error {
            Error::Refused(errors) if viewer.person().is_some() => {
                let name = |error: UserError| UserError {
                    field: Some(vec!["newPassword".into()]),
                    ..error
                };
                Error::Refused(errors.into_iter().map(name).collect())
            }
            error => error,
        })?;
    let transaction = app.database.begin().await?;
    person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::val(hash))
        .col_expr(person::Column::UpdatedAt, Expr::val(viewer.now))
        .filter(person::Column::Id.eq(person.id))
        .exec(&transaction)
        .await?;
    let sessions = sessions.add(session::Column::PersonId.eq(person.id));
    end_sessions(&transaction, viewer.now, sessions).await?;
    activity::record(
        &transaction,
        viewer,
        act("person.password_changed", person.id, &[]),
    )
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// What a person says of themselves; what is `None` stays.
#[derive(Debug)]
pub struct Profile {
    /// What others see.
    pub display_name: Option<String>,
    /// `Some(None)` removes it.
    pub phone: Option<Option<String>>,
}

/// Changes the viewer's own profile.
pub async fn update_profile(
    app: &App,
    viewer: &Viewer,
    profile: Profile,
) -> Result<person::Model, Error> {
    let me = Id::<person::Entity>::new(viewer.signed_in()?.id);
    let Profile {
        display_name,
        phone,
    } = profile;
    let mut checks = Checks::new();
    let mut change = person::ActiveModel {
        id: Set(me.0),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    let mut fields = Vec::new();
    if let Some(name) = display_name {
        change.display_name = Set(checks.line("displayName", &name, 2..=80));
        fields.push("displayName");
    }
    if let Some(phone) = phone {
        change.phone = Set(checks.phone("phone", phone.as_deref()));
        fields.push("phone");
    }
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let person = person::Entity::update(change).exec(&transaction).await?;
    activity::record(
        &transaction,
        viewer,
        act("person.profile_updated", me.0, &fields),
    )
    .await?;
    transaction.commit().await?;
    Ok(person)
}

/// Grants or revokes a platform role.
pub async fn set_role(
    app: &App,
    viewer: &Viewer,
    person: Id<person::Entity>,
    role: PlatformRole,
    granted: bool,
) -> Result<person::Model, Error> {
    rules::may_grant_roles(viewer)?;
    let transaction = app.database.begin().await?;
    let found = if viewer.is_system() {
        person::Entity::find_by_id(person.0)
            .one(&transaction)
            .await?
            .ok_or(Error::NotFound)?
    } else {
        resource::get(&transaction, viewer, person).await?
    };
    if !granted && role == PlatformRole::ProgrammeAdmin && viewer.person_id() == Some(person.0) {
        return Err(UserError::at(
            "role",
            UserErrorCode::InvalidState,
            "You cannot take this role from yourself. Ask another administrator.",
        )
        .into());
    }
    let roles = rules::with_role(&found.platform_roles.0, role, granted);
    if roles == found.platform_roles.0 {
        return Ok(found);
    }
    let change = person::ActiveModel {
        id: Set(found.id),
        platform_roles: Set(PlatformRoles(roles)),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    let changed = person::Entity::update(change).exec(&transaction).await?;
    let name = if granted {
        "person.role_granted"
    } else {
        "person.role_revoked"
    };
    activity::record(
        &transaction,
        viewer,
        act(name, found.id, &["platformRoles"]),
    )
    .await?;
    transaction.commit().await?;
    Ok(changed)
}

/// The account with an e-mail address: for the command line.
pub async fn by_email(app: &App, email: &str) -> Result<person::Model, Error> {
    person::Entity::find()
        .filter(person::Column::Email.eq(email.trim().to_lowercase()))
        .one(&app.database.read)
        .await?
        .ok_or(Error::NotFound)
}

/// Whether anybody has an account.
pub async fn anybody(app: &App) -> Result<bool, Error> {
    let first = person::Entity::find().one(&app.database.read).await?;
    Ok(first.is_some())
}

/// Somebody as whom the command line acts, which needs no session: with roles and memberships as they are.
pub async fn acting_as(app: &App, now: DateTime<Utc>, email: &str) -> Result<Viewer, Error> {
    let person = by_email(app, email).await?;
    let places = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person.id))
        .filter(membership::Column::State.eq(MembershipState::Active))
        .all(&app.database.read)
        .await?;
    let memberships = places
        .iter()
        .map(|place| (place.organisation_id, place.role));
    let who = SignedIn {
        id: person.id,
        session_id: Uuid::nil(),
        roles: person.platform_roles.0,
        memberships: memberships.collect(),
    };
    Ok(Viewer {
        now,
        who: Who::Person(who),
    })
}

/// Whoever an access token stands for, while its session lasts.
pub async fn viewer(app: &App, now: DateTime<Utc>, token: &str) -> Result<Option<Viewer>, Error> {
    let Some(Claims { sub, sid, .. }) = app.tokens.check(token) else {
        return Ok(None);
    };
    load_viewer(app, now, sub, sid).await
}

/// The person of a live session with roles and memberships, in one statement.
async fn load_viewer(
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
                .add(session::Column::EndedAt.is_null())
                .add(session::Column::ExpiresAt.gt(now)),
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

fn as_person(id: Uuid, session_id: Uuid, now: DateTime<Utc>) -> Viewer {
    Viewer {
        now,
        who: Who::Person(SignedIn {
            id,
            session_id,
            roles: vec![],
            memberships: vec![],
        }),
    }
}

const fn act<'a>(
    act: &'static str,
    person: Uuid,
    fields: &'a [&'static str],
) -> Act<'a, person::Entity> {
    Act {
        act,
        subject: Id::new(person),
        organisation: None,
        fields,
    }
}

fn taken() -> UserError {
    UserError::at(
        "email",
        UserErrorCode::AlreadyExists,
        "There is an account with this address. Sign in to it.",
    )
}

fn session_ended() -> Error {
    UserError::at(
        "refreshToken",
        UserErrorCode::SessionEnded,
        "The session has ended. Please sign in again.",
    )
    .into()
}

/// The people whom the viewer may see, newest first, and the query that counts them.
pub async fn people(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    text: Option<&str>,
    args: &PageArgs,
) -> Result<(Slice<person::Model>, SelectStatement), Error> {
    let mut condition = Condition::all().add(person::Entity::visible_to(viewer));
    if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
        let mut matches = Condition::any().add(contains(person::Column::DisplayName, text));
        if viewer.is_admin() {
            matches = matches.add(contains(person::Column::Email, text));
        }
        condition = condition.add(matches);
    }
    let query = person::Entity::find().filter(condition).into_query();
    let order = Order {
        tag: "people".into(),
        by: Expr::col(person::Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(person::Column::Id),
        descending: true,
    };
    Ok((
        page::slice(conn, query.clone(), &order, args, page::whole).await?,
        query,
    ))
}
