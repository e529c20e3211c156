//! Showing that the address of an account is one's own: by a link that is mailed to it.
//!
//! Signing up asks for none of this: an address that nobody verified signs in like any other. What is meant for whoever
//! reads the mail of an address, such as places held for a list, asks for it.

use chrono::Duration;
use entity::{
    link::{self, LinkPurpose},
    person,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::acts;
use crate::{
    App,
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer, activity,
        database::{dialect, resource},
        validation::Checks,
    },
    mail::{Letter, links},
};

/// For what the token in the link is good.
pub const ADDRESS: &str = "address";
/// How long a link is good.
const GOOD_FOR: Duration = Duration::days(2);
/// How many links an account is sent in a day.
const MOST_A_DAY: u64 = 5;

/// Decides that the viewer is mailed a link. `email` is the address of their account, as they see it.
pub async fn request(app: &App, viewer: &Viewer, email: &str) -> Result<person::Model, Error> {
    let me = Id::<person::Entity>::new(viewer.signed_in()?.id);
    let transaction = app.database.begin().await?;
    // Of many who ask at once, one after the other is counted.
    dialect::in_turn(&transaction, &format!("address {}", me.0)).await?;
    let person = resource::get(&transaction, viewer, me).await?;
    let mut checks = Checks::new();
    let email = checks.email("email", email);
    let message = "This is not the address of your account.";
    checks.demand(email == person.email, "email", Code::Invalid, message);
    checks.finish()?;
    let refused = |code, message: &str| Error::from(UserError::new(code, message));
    if person.email_verified_at.is_some() {
        return Err(refused(Code::InvalidState, "It is verified already."));
    }
    let Some(post) = &app.post else {
        let message = "This server sends no mail, so nobody can be sent a link.";
        return Err(refused(Code::InvalidState, message));
    };
    let link = (LinkPurpose::Address, me.0);
    let since = viewer.now - Duration::days(1);
    if links::count(&transaction, link, Some(since)).await? >= MOST_A_DAY {
        let message = "You were sent links enough for a day. Look among unwanted mail.";
        return Err(refused(Code::LimitReached, message));
    }
    links::end(&transaction, link, viewer.now).await?;
    let until = viewer.now + GOOD_FOR;
    links::decide(&transaction, post, link, None, (viewer.now, until)).await?;
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

/// Notes that the viewer's address is theirs, by the link that was mailed to it. To repeat it changes nothing.
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
    if person.email_verified_at.is_some() {
        return Ok(person);
    }
    let change = person::ActiveModel {
        id: Set(me.0),
        email_verified_at: Set(Some(viewer.now)),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
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

/// Whether a link is good: for whoever has it.
pub async fn is_good(app: &App, viewer: &Viewer, token: &str) -> Result<bool, Error> {
    let Some(id) = app.tokens.open(ADDRESS, token) else {
        return Ok(false);
    };
    let found = links::subject(&app.database.read, LinkPurpose::Address, id, viewer.now);
    Ok(found.await?.is_some())
}

/// Sends every link that is due, and says how many were tried.
pub async fn mail(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    links::send(app, viewer, LinkPurpose::Address, |link| async move {
        let person = person::Entity::find_by_id(link.subject_id);
        match person.one(&app.database.write).await? {
            Some(person) => write(app, &link, person),
            None => Ok(None),
        }
    })
    .await
}

/// The letter; `None` where the address is verified already. Nothing in it was typed by whoever asked: it may go to a
/// stranger.
fn write(app: &App, link: &link::Model, person: person::Model) -> Result<Option<Letter>, Error> {
    if person.email_verified_at.is_some() {
        return Ok(None);
    }
    let token = app.tokens.seal(ADDRESS, link.id)?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    let until = link.expires_at.format("%-d %B %Y");
    Ok(Some(Letter {
        subject: "Is this your address?".into(),
        text: format!(
            "Hello,\n\nSomebody who signed in to the Social Value Marketplace with this address asked us to make sure that it \
             is theirs. If that was you, use this link until {until}:\n\n{base}/verify-email?token={token}\n\nIf it was not, do \
             nothing, and nothing changes.\n"
        ),
        name: None,
        address: person.email,
        message_id: link.message_id.clone(),
        unsubscribe: None,
    }))
}
