//! What guests are mailed: the link by which they register, and the news of what they registered for.

use entity::{event, guest_request, link, registration};

use crate::{App, kit::Error, mail::Letter};

/// For what the token in a link to register is good.
pub const REQUEST: &str = "guest-request";
/// For what the token in a link to a registration is good.
pub const GUEST: &str = "guest";

/// The mail by which somebody shows that the address is theirs. Nothing in it was typed by whoever asked: it may go to a
/// stranger.
pub fn request(
    app: &App,
    link: &link::Model,
    asked: &guest_request::Model,
    event: &event::Model,
) -> Result<Letter, Error> {
    let address = address(app, REQUEST, link)?;
    let (places, title) = (asked.places, &event.title);
    let for_whom = match places {
        1 => "one person".to_owned(),
        more => format!("{more} people"),
    };
    let until = link.expires_at.format("%-d %B %Y");
    let text = format!(
        "Hello,\n\nSomebody asked with this address to register {for_whom} for “{title}”. If that was you, use this link until {until}: \
         you are registered when you do, and not before.\n\n{address}\n\nIf it was not, do nothing. We then delete what was asked for.\n"
    );
    Ok(letter(
        link,
        (None, &asked.email),
        format!("Register for “{title}”?"),
        text,
    ))
}

/// The mail with news; `None` where their name and address are deleted.
pub fn news(
    app: &App,
    link: &link::Model,
    row: &registration::Model,
    event: &event::Model,
    sentence: &str,
) -> Result<Option<Letter>, Error> {
    let reached = row.guest_name.as_deref().zip(row.guest_email.as_deref());
    let Some((name, email)) = reached else {
        return Ok(None);
    };
    let (address, code) = (address(app, GUEST, link)?, &row.code);
    let title = &event.title;
    let text = format!(
        "Hello {name},\n\n{sentence}\n\nSee your registration, take a place that is offered or give it back:\n\n{address}\n\nAt the \
         door, show {code}. You have this mail because you registered with this address.\n"
    );
    Ok(Some(letter(
        link,
        (Some(name), email),
        subject(title, sentence),
        text,
    )))
}

/// The sentence where it names the event, which most do.
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
) -> Letter {
    Letter {
        name: name.map(str::to_owned),
        address: email.to_owned(),
        message_id: link.message_id.clone(),
        subject,
        text,
        unsubscribe: None,
    }
}
