//! Verification of an account's email address, by a link mailed to it.
//!
//! Signing up does not require it: an account with an unverified address signs in like any other. Features that depend
//! on the person reading the mail of their address, such as places reserved for a list of addresses, do.

use chrono::Duration;
use chrono_tz::Europe::London;
use entity::{
    link::{self, LinkPurpose},
    person,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::acts;
use crate::{
    App,
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer, activity,
        database::{dialect, resource},
        times,
        validation::Validator,
    },
    mail::{
        Email,
        link_urls::{self, LinkKind},
        links, rejections,
    },
};

/// Purpose sealed into the token of a verification link; a token sealed for another purpose is not accepted.
pub const ADDRESS: &str = "address";
/// Lifetime of a verification link.
const GOOD_FOR: Duration = Duration::days(2);
/// Maximum number of verification links per account in 24 hours.
const MAX_A_DAY: u64 = 5;

/// Queues a verification link for the viewer and ends earlier links. `email` must be the address of the viewer's
/// account.
pub async fn request(app: &App, viewer: &Viewer, email: &str) -> Result<person::Model, Error> {
    let me = Id::<person::Entity>::new(viewer.signed_in()?.id);
    let transaction = app.database.begin().await?;
    // Serialises concurrent requests of one person, so that the daily limit counts all of them.
    dialect::advisory_lock(&transaction, &format!("address {}", me.0)).await?;
    let person = resource::get(&transaction, viewer, me).await?;
    let mut checks = Validator::new();
    let email = checks.email("email", email);
    let message =
        "This is not the email address of your account. Enter the address that you sign in with.";
    checks.require(email == person.email, "email", Code::Invalid, message);
    checks.finish()?;
    let refused = |code, message: &str| Error::from(UserError::new(code, message));
    if is_reached(&transaction, &person).await? {
        return Err(refused(
            Code::InvalidState,
            "Your email address is already verified. There is nothing to do.",
        ));
    }
    let Some(mailer) = &app.mailer else {
        let message = "This server is not set up to send email, so it cannot send a verification link. Ask an \
                       administrator to set up email.";
        return Err(refused(Code::InvalidState, message));
    };
    let link = (LinkPurpose::Address, me.0);
    let since = viewer.now - Duration::days(1);
    if links::count(&transaction, link, Some(since)).await? >= MAX_A_DAY {
        let message = "You have reached the limit of verification links for 24 hours. Check your spam \
                       folder, or try again tomorrow.";
        return Err(refused(Code::LimitReached, message));
    }
    links::end(&transaction, link, viewer.now).await?;
    let until = viewer.now + GOOD_FOR;
    links::decide(&transaction, mailer, link, None, (viewer.now, until)).await?;
    activity::record(
        &transaction,
        viewer,
        acts::VERIFICATION_REQUESTED,
        &person,
        &[],
    )
    .await?;
    transaction.commit().await?;
    Ok(person)
}

/// Reports whether the address is verified, and was not rejected since.
async fn is_reached(conn: &impl ConnectionTrait, person: &person::Model) -> Result<bool, Error> {
    Ok(person.email_verified_at.is_some() && rejections::since(conn, person.id).await?.is_none())
}

/// Marks the viewer's email address as verified, by the token in the link that was mailed to it. Repeating the call
/// changes nothing.
pub async fn verify(app: &App, viewer: &Viewer, token: &str) -> Result<person::Model, Error> {
    let me = Id::<person::Entity>::new(viewer.signed_in()?.id);
    let transaction = app.database.begin().await?;
    let person = resource::get(&transaction, viewer, me).await?;
    let found = match app.tokens.open(ADDRESS, token) {
        Some(id) => links::subject(&transaction, LinkPurpose::Address, id, viewer.now).await?,
        None => None,
    };
    if found != Some(me.0) {
        return Err(links::no_link());
    }
    if is_reached(&transaction, &person).await? {
        return Ok(person);
    }
    let change = person::ActiveModel {
        id: Set(me.0),
        email_verified_at: Set(Some(viewer.now)),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    rejections::clear(&transaction, me.0).await?;
    let person = person::Entity::update(change).exec(&transaction).await?;
    activity::record(
        &transaction,
        viewer,
        acts::EMAIL_VERIFIED,
        &person,
        &["emailVerifiedAt"],
    )
    .await?;
    transaction.commit().await?;
    Ok(person)
}

/// Returns true if a verification link is valid. Needs no session: the page that the link opens calls it.
pub async fn is_good(app: &App, viewer: &Viewer, token: &str) -> Result<bool, Error> {
    let Some(id) = app.tokens.open(ADDRESS, token) else {
        return Ok(false);
    };
    let found = links::subject(&app.database.read, LinkPurpose::Address, id, viewer.now);
    Ok(found.await?.is_some())
}

/// Sends every verification link that is due. Returns the number of links tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::Address, |link| async move {
        let person = person::Entity::find_by_id(link.subject_id);
        match person.one(&app.database.write).await? {
            Some(person) => write(app, &link, person).await,
            None => Ok(None),
        }
    })
    .await
}

/// Writes the verification email; `None` if the address is verified already. The email contains no text that the
/// requester typed, because it may go to a stranger.
async fn write(
    app: &App,
    link: &link::Model,
    person: person::Model,
) -> Result<Option<Email>, Error> {
    if is_reached(&app.database.write, &person).await? {
        return Ok(None);
    }
    let token = app.tokens.seal(ADDRESS, link.id)?;
    let url = link_urls::url(&app.config, LinkKind::VerifyEmail, &token);
    let until = times::deadline(link.expires_at, London);
    Ok(Some(Email {
        subject: "Confirm your email address".into(),
        text: format!(
            "Hello,\n\nWe were asked to confirm that this email address belongs to an account on the Social Value \
             Marketplace. If you asked for this, use this link by \
             {until}:\n\n{url}\n\nIf you did not, ignore this email: nothing will \
             change.\n"
        ),
        name: None,
        address: person.email,
        message_id: link.message_id.clone(),
        unsubscribe: None,
    }))
}
