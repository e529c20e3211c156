//! Addresses of links in mail and notifications. A template for each kind leads to the front end; without one, the link
//! leads to a page of this server.

use std::str::FromStr;

use crate::config::Config;

/// Kind of link. Its name in settings is in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// An offer or a request.
    Listing,
    /// A match.
    Match,
    /// A message of a conversation.
    Message,
    /// An event.
    Event,
    /// An organisation.
    Organisation,
    /// The viewer's own account.
    Account,
    /// A guest's registration, requested or confirmed.
    Guest,
    /// The claim of an intake.
    Claim,
    /// The verification of an email address.
    VerifyEmail,
}

impl LinkKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Listing,
        Self::Match,
        Self::Message,
        Self::Event,
        Self::Organisation,
        Self::Account,
        Self::Guest,
        Self::Claim,
        Self::VerifyEmail,
    ];

    /// Name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Match => "match",
            Self::Message => "message",
            Self::Event => "event",
            Self::Organisation => "organisation",
            Self::Account => "account",
            Self::Guest => "guest",
            Self::Claim => "claim",
            Self::VerifyEmail => "verify-email",
        }
    }

    /// Page of this server, and the placeholder that it and a template contain.
    const fn page(self) -> (&'static str, &'static str) {
        match self {
            Self::Guest => ("/guests?token={token}", "{token}"),
            Self::Claim => ("/claims?token={token}", "{token}"),
            Self::VerifyEmail => ("/verify-email?token={token}", "{token}"),
            _ => ("/open/{id}", "{id}"),
        }
    }
}

/// Form of the links of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTemplate {
    kind: LinkKind,
    url: String,
}

impl FromStr for LinkTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = LinkKind::ALL.map(LinkKind::name).join(", ");
        let (name, url) = text.split_once('=').ok_or_else(|| {
            format!("{text:?} has no equals sign; use the form event=https://app.example.org/events/{{id}}")
        })?;
        let kind = LinkKind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind =
            kind.ok_or_else(|| format!("{name:?} is no kind of link; use one of {names}"))?;
        let placeholder = kind.page().1;
        let parsed = url::Url::parse(url);
        if !parsed.is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https")) {
            return Err(format!("{url:?} is no http or https URL"));
        }
        if !url.contains(placeholder) {
            return Err(format!("the URL for {name} must contain {placeholder}"));
        }
        Ok(Self {
            kind,
            url: url.to_owned(),
        })
    }
}

/// Returns the address of a link. `value` is the global id or the token.
#[must_use]
pub fn url(config: &Config, kind: LinkKind, value: &str) -> String {
    let (page, placeholder) = kind.page();
    let template = config.links.iter().find(|template| template.kind == kind);
    if let Some(template) = template {
        return template.url.replace(placeholder, value);
    }
    let base = config.public_url.as_str().trim_end_matches('/');
    format!("{base}{}", page.replace(placeholder, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_a_kind_and_has_its_placeholder() {
        let read = |text: &str| text.parse::<LinkTemplate>();
        assert!(read("event=https://app.example.org/events/{id}").is_ok());
        assert!(read("guest=https://app.example.org/guests#{token}").is_ok());
        for wrong in [
            "https://app.example.org/{id}",
            "party=https://app.example.org/{id}",
            "event=https://app.example.org/",
            "guest=https://app.example.org/{id}",
            "event=javascript:{id}",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
