//! Emails to guests: the link to confirm a registration, and news about it.

use entity::{event, guest_request, link, registration};

use crate::{App, kit::Error, mail::Email};

/// Purpose of the token in a link that confirms a request.
pub const REQUEST: &str = "guest-request";
/// Purpose of the token in a link to a registration.
pub const GUEST: &str = "guest";

/// Returns the email by which a guest confirms their address. It contains no text that the requester typed, because the
/// address may be that of another person.
pub fn request(
    app: &App,
    link: &link::Model,
    asked: &guest_request::Model,
    event: &event::Model,
) -> Result<Email, Error> {
    let address = address(app, REQUEST, link)?;
    let (places, title) = (asked.places, &event.title);
    let for_whom = match places {
        1 => "one person".to_owned(),
        more => format!("{more} people"),
    };
    let until = link.expires_at.format("%-d %B %Y");
    let text = format!(
        "Hello,\n\nWe received a request with this email address to register {for_whom} for “{title}”.\n\nIf you made this request, open this \
         link by {until} to register. You are not registered until you do.\n\n{address}\n\nIf you did not make this request, ignore this \
         email. We will delete the request.\n"
    );
    Ok(letter(
        link,
        (None, &asked.email),
        format!("Confirm your registration for “{title}”"),
        text,
    ))
}

/// Returns an email with news; `None` if name and address of the guest are deleted.
pub fn news(
    app: &App,
    link: &link::Model,
    row: &registration::Model,
    event: &event::Model,
    sentence: &str,
) -> Result<Option<Email>, Error> {
    let reached = row.guest_name.as_deref().zip(row.guest_email.as_deref());
    let Some((name, email)) = reached else {
        return Ok(None);
    };
    let (address, code) = (address(app, GUEST, link)?, &row.code);
    let title = &event.title;
    let text = format!(
        "Hello {name},\n\n{sentence}\n\nUse this link to see your registration, accept a place or cancel:\n\n{address}\n\nAt the \
         event, show this code: {code}\n\nYou receive this email because you registered with this address.\n"
    );
    Ok(Some(letter(
        link,
        (Some(name), email),
        subject(title, sentence),
        text,
    )))
}

/// Uses the sentence as the subject if it names the event, and adds the title otherwise.
fn subject(title: &str, sentence: &str) -> String {
    if sentence.contains(title) {
        sentence.to_owned()
    } else {
        format!("“{title}”: {sentence}")
    }
}

fn address(app: &App, purpose: &str, link: &link::Model) -> Result<String, Error> {
    let token = app.tokens.seal(purpose, link.id)?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    Ok(format!("{base}/guests?token={token}"))
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
