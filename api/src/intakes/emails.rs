//! The mail with the link.

use chrono::{DateTime, Utc};
use entity::{intake, link, listing::ListingKind};

use super::rules::{self, Contact};
use crate::{App, kit::Error, mail::Letter};

/// For what the token in the link is good.
pub const CLAIM: &str = "claim";

/// The letter; `None` where the link is good no more, or nobody may be written to.
pub fn write(
    app: &App,
    now: DateTime<Utc>,
    claim: &link::Model,
    row: &intake::Model,
) -> Result<Option<Letter>, Error> {
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
    Ok(Some(Letter {
        subject: format!("What you {did}: {title}"),
        text: format!(
            "Hello {name},\n\nYou told us what your organisation {did}:\n\n  {title}\n\nOn the Social Value Marketplace you can make a listing of \
             it, until {until}:\n\n{base}/claims?token={token}\n\nYou have this mail because you said that we may write to you about it. If you \
             do nothing, nothing is published, and we delete how to reach you.\n"
        ),
        name: Some(name),
        address,
        message_id: claim.message_id.clone(),
        unsubscribe: None,
    }))
}
