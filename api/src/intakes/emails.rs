//! The email with the link to claim an intake.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use entity::{intake, link, listing::ListingKind};

use super::rules::{self, Contact};
use crate::{
    App,
    kit::{Error, times},
    mail::{
        Email,
        link_urls::{self, LinkKind},
    },
};

/// Purpose sealed into the token of a claim link; a token sealed for another purpose is not accepted.
pub const CLAIM: &str = "claim";

/// Writes the email; `None` if the link has expired, the intake cannot be claimed, or there is no email address. `words`
/// is false to leave out what the host wrote: the title and the name.
pub fn write(
    app: &App,
    now: DateTime<Utc>,
    claim: &link::Model,
    row: &intake::Model,
    words: bool,
) -> Result<Option<Email>, Error> {
    let Contact { name, email, .. } = Contact::of(row, now);
    let good = claim.expires_at > now && rules::is_claimable(row, now);
    let Some(address) = email.filter(|_| good) else {
        return Ok(None);
    };
    let token = app.tokens.seal(CLAIM, claim.id)?;
    let url = link_urls::url(&app.config, LinkKind::Claim, &token);
    let did = match row.kind {
        ListingKind::Offer => "offered",
        ListingKind::Request => "asked for",
    };
    let until = times::deadline(claim.expires_at, London);
    let name = name.filter(|_| words);
    let greeting = name
        .as_ref()
        .map_or_else(|| "Hello".into(), |name| format!("Hello {name}"));
    let (subject, title) = if words {
        (
            format!(": {}", row.title),
            format!(":\n\n  {}\n\n", row.title),
        )
    } else {
        (String::new(), ".\n\n".into())
    };
    Ok(Some(Email {
        subject: format!("Publish what you {did}{subject}"),
        text: format!(
            "{greeting},\n\nYou told us what your organisation {did}{title}You can turn it into a \
             listing on the Social Value Marketplace. Use this link by \
             {until}:\n\n{url}\n\nWe are writing because you agreed that we may contact you \
             about it. If you do nothing, nothing is published, and we delete your contact details.\n"
        ),
        name,
        address,
        message_id: claim.message_id.clone(),
        unsubscribe: None,
    }))
}
