//! The email with the link to claim an intake.

use chrono::{DateTime, Utc};
use entity::{intake, link, listing::ListingKind};

use super::rules::{self, Contact};
use crate::{App, kit::Error, mail::Email};

/// Purpose sealed into the token of a claim link; a token sealed for another purpose is not accepted.
pub const CLAIM: &str = "claim";

/// Writes the email; `None` if the link has expired, the intake cannot be claimed, or there is no email address.
pub fn write(
    app: &App,
    now: DateTime<Utc>,
    claim: &link::Model,
    row: &intake::Model,
) -> Result<Option<Email>, Error> {
    let Contact { name, email, .. } = Contact::of(row, now);
    let good = claim.expires_at > now && rules::is_claimable(row, now);
    let Some(address) = email.filter(|_| good) else {
        return Ok(None);
    };
    let token = app.tokens.seal(CLAIM, claim.id)?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    let did = match row.kind {
        ListingKind::Offer => "offered",
        ListingKind::Request => "asked for",
    };
    let (title, until) = (&row.title, claim.expires_at.format("%-d %B %Y"));
    let name = name.unwrap_or_else(|| address.clone());
    Ok(Some(Email {
        subject: format!("Publish what you {did}: {title}"),
        text: format!(
            "Hello {name},\n\nYou told us what your organisation {did}:\n\n  {title}\n\nYou can turn it into a \
             listing on the Social Value Marketplace. Use this link until \
             {until}:\n\n{base}/claims?token={token}\n\nWe are writing because you agreed that we may contact you \
             about it. If you do nothing, nothing is published, and we delete your contact details.\n"
        ),
        name: Some(name),
        address,
        message_id: claim.message_id.clone(),
        unsubscribe: None,
    }))
}
