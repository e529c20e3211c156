//! Emails to guests: the link to confirm a registration, and news about it.

use chrono_tz::Europe::London;
use entity::{event, guest_request, link, registration};

use crate::{
    App,
    events::time_and_place,
    kit::{Error, times},
    mail::{
        Email,
        link_urls::{self, LinkKind},
    },
};

/// Purpose of the token in a link that confirms a request.
pub const REQUEST: &str = "guest-request";
/// Purpose of the token in a link to a registration.
pub const GUEST: &str = "guest";

/// Returns the email by which a guest confirms their address. It contains no text that the requester typed, because the
/// address may be that of another person. `words` is false to leave out what the organisers wrote, too.
pub fn request(
    app: &App,
    link: &link::Model,
    asked: &guest_request::Model,
    event: &event::Model,
    words: bool,
) -> Result<Email, Error> {
    let address = address(app, REQUEST, link)?;
    let for_whom = match asked.places {
        1 => "one person".to_owned(),
        more => format!("{more} people"),
    };
    let called = named(event, words);
    let place = time_and_place::place(event).filter(|_| words);
    let place = place
        .map(|place| format!(" Place: {place}."))
        .unwrap_or_default();
    let (when, until) = (time_and_place::when(event), until(link));
    let text = format!(
        "Hello,\n\nWe received a request with this email address to register {for_whom} for {called}. It takes place on \
         {when}.{place}\n\nIf you made this request, open this link by {until} to register. You are not registered \
         until you do.\n\n{address}\n\nIf you did not make this request, ignore this email. We will delete the \
         request.\n"
    );
    let subject = format!("Confirm your registration for {called}");
    Ok(letter(link, (None, &asked.email), subject, text))
}

/// Returns the title of an event in quotation marks; "an event" without the organisers' words.
#[must_use]
pub fn named(event: &event::Model, words: bool) -> String {
    if words {
        format!("“{}”", event.title)
    } else {
        "an event".into()
    }
}

/// Returns an email with news; `None` if name and address of the guest are deleted. The first sentence is the subject.
/// `words` is false to leave out what the organisers wrote.
pub fn news(
    app: &App,
    link: &link::Model,
    row: &registration::Model,
    event: &event::Model,
    (sentences, words): (&[String], bool),
) -> Result<Option<Email>, Error> {
    let reached = row.guest_name.as_deref().zip(row.guest_email.as_deref());
    let Some((name, email)) = reached else {
        return Ok(None);
    };
    let (address, code) = (address(app, GUEST, link)?, &row.code);
    let news = sentences.join(" ");
    let text = format!(
        "Hello {name},\n\n{news}\n\nUse this link to see your registration, accept a place or cancel:\n\n{address}\n\nAt the \
         event, show this code: {code}\n\nYou receive this email because you registered with this address.\n"
    );
    let first = sentences.first().map_or("", String::as_str);
    let subject = if words && !first.contains(&event.title) {
        format!("“{}”: {first}", event.title)
    } else {
        first.to_owned()
    };
    Ok(Some(letter(link, (Some(name), email), subject, text)))
}

fn address(app: &App, purpose: &str, link: &link::Model) -> Result<String, Error> {
    let token = app.tokens.seal(purpose, link.id)?;
    Ok(link_urls::url(&app.config, LinkKind::Guest, &token))
}

fn until(link: &link::Model) -> String {
    times::deadline(link.expires_at, London)
}

fn letter(
    link: &link::Model,
    (name, email): (Option<&str>, &str),
    subject: String,
    text: String,
) -> Email {
    Email {
        name: name.map(str::to_owned),
        address: email.to_owned(),
        message_id: link.message_id.clone(),
        subject,
        text,
        unsubscribe: None,
    }
}
