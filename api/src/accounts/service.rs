//! Writes and queries of accounts.

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, MembershipState},
    person::{self, PlatformRole, PlatformRoles},
    session,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, SelectStatement},
};
use text::search::plain;
use uuid::Uuid;

use super::{acts, rules, sessions::end_sessions};
use crate::{
    App,
    kit::{
        Error, Id, Resource, UserError, UserErrorCode, Viewer,
        activity::{self, Concerns},
        database::{
            dialect::{contains, contains_words},
            resource,
        },
        page::{self, KeyKind, Order, PageArgs, Slice},
        validation::Validator,
        viewer::{SignedIn, Who},
    },
};

/// Version of the password with which an account is created.
pub(super) const FIRST_PASSWORD: i32 = 1;

/// Creates an account. Returns the person's id.
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

/// Creates an account from a password hash.
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
        email_verified_at: Set(None),
        search_text: Set(plain(&display_name)),
        display_name: Set(display_name),
        phone: Set(None),
        password_hash: Set(password_hash),
        password_version: Set(FIRST_PASSWORD),
        platform_roles: Set(PlatformRoles::default()),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(&transaction)
    .await
    .map_err(|error| Error::from(error).on_conflict(taken))?;
    let viewer = as_person(id, Uuid::nil(), now);
    activity::record_for(
        &transaction,
        &viewer,
        acts::SIGNED_UP,
        id,
        Concerns::ACTOR,
        &[],
    )
    .await?;
    transaction.commit().await?;
    Ok(id)
}

/// Sets a new password after checking the current one, and ends all other sessions of the viewer.
pub async fn change_password(
    app: &App,
    viewer: &Viewer,
    current: String,
    new: String,
) -> Result<person::Model, Error> {
    let me = viewer.signed_in()?;
    let person =
        resource::get(&app.database.read, viewer, Id::<person::Entity>::new(me.id)).await?;
    let mut checks = Validator::new();
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
            "This is not your current password. Check it and try again.",
        )
        .into());
    }
    set_password(app, viewer, &person, new, Some(me.session_id)).await?;
    Ok(person)
}

/// Sets a new password without the current one, and ends all sessions. For the command line.
pub async fn reset_password(
    app: &App,
    viewer: &Viewer,
    email: &str,
    new: String,
) -> Result<(), Error> {
    let person = by_email(app, email).await?;
    set_password(app, viewer, &person, new, None).await
}

/// Sets a new password, if the current one is still that which was read, and ends all sessions but one.
async fn set_password(
    app: &App,
    viewer: &Viewer,
    person: &person::Model,
    new: String,
    keep: Option<Uuid>,
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
    let version = person.password_version + 1;
    let changed = person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::val(hash))
        .col_expr(person::Column::PasswordVersion, Expr::val(version))
        .col_expr(person::Column::UpdatedAt, Expr::val(viewer.now))
        .filter(person::Column::Id.eq(person.id))
        .filter(person::Column::PasswordVersion.eq(person.password_version))
        .exec(&transaction)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Error::Conflict);
    }
    let mut others = Condition::all().add(session::Column::PersonId.eq(person.id));
    if let Some(kept) = keep {
        others = others.add(session::Column::Id.ne(kept));
        session::Entity::update_many()
            .col_expr(session::Column::PasswordVersion, Expr::val(version))
            .filter(session::Column::Id.eq(kept))
            .filter(session::Column::PasswordVersion.eq(person.password_version))
            .exec(&transaction)
            .await?;
    }
    end_sessions(&transaction, viewer.now, others).await?;
    activity::record(&transaction, viewer, acts::PASSWORD_CHANGED, person, &[]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Changes to a profile; a field that is `None` stays unchanged.
#[derive(Debug)]
pub struct Profile {
    /// Name shown to others.
    pub display_name: Option<String>,
    /// `Some(None)` removes the telephone number.
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
    let mut checks = Validator::new();
    let mut change = person::ActiveModel {
        id: Set(me.0),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    let mut fields = Vec::new();
    if let Some(name) = display_name {
        let name = checks.line("displayName", &name, 2..=80);
        change.search_text = Set(plain(&name));
        change.display_name = Set(name);
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
        acts::PROFILE_UPDATED,
        &person,
        &fields,
    )
    .await?;
    transaction.commit().await?;
    Ok(person)
}

/// Grants or revokes a platform role. Does nothing if the person already has, or does not have, the role.
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
            "You cannot revoke your own programme administrator role. Ask another administrator to do it.",
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
    let act = if granted {
        acts::ROLE_GRANTED
    } else {
        acts::ROLE_REVOKED
    };
    // Recorded first: the viewer may be revoking their own role.
    activity::record(&transaction, viewer, act, &found, &["platformRoles"]).await?;
    let changed = person::Entity::update(change).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Returns the account with an email address. For the command line.
pub async fn by_email(app: &App, email: &str) -> Result<person::Model, Error> {
    person::Entity::find()
        .filter(person::Column::Email.eq(text::email::look_up(email)))
        .one(&app.database.read)
        .await?
        .ok_or(Error::NotFound)
}

/// Returns true if at least one account exists.
pub async fn anybody(app: &App) -> Result<bool, Error> {
    let first = person::Entity::find().one(&app.database.read).await?;
    Ok(first.is_some())
}

/// Returns a viewer for the person with an email address, without a session. For the command line.
pub async fn acting_as(app: &App, now: DateTime<Utc>, email: &str) -> Result<Viewer, Error> {
    acting(app, now, by_email(app, email).await?).await
}

/// Returns a viewer for a person, with their current roles and active memberships and without a session.
pub async fn acting(app: &App, now: DateTime<Utc>, person: person::Model) -> Result<Viewer, Error> {
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

/// Returns a viewer for a person in a session, without roles and memberships.
pub(super) fn as_person(id: Uuid, session_id: Uuid, now: DateTime<Utc>) -> Viewer {
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

fn taken() -> UserError {
    UserError::at(
        "email",
        UserErrorCode::AlreadyExists,
        "An account with this email address already exists. Sign in to it, or use another address.",
    )
}

/// Returns a page of the people whom the viewer may see, newest first, and the query that counts them.
pub async fn people(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    text: Option<&str>,
    args: &PageArgs,
) -> Result<(Slice<person::Model>, SelectStatement), Error> {
    let mut condition = Condition::all().add(person::Entity::visible_to(viewer));
    if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
        let mut matches = Condition::any().add(contains_words(person::Column::SearchText, text));
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
