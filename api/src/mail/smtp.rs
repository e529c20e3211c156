//! SMTP client: the only module that turns an email into a message.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use tokio::time::timeout;

use super::rules;
use crate::kit::{Error, OrInternal};

/// Timeouts of one SMTP step, and of the whole delivery.
const STEP: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_mins(3);

/// Content and recipient of an email.
#[derive(Clone, Debug)]
pub struct Email {
    /// Name of the recipient, if known.
    pub name: Option<String>,
    /// Address of the recipient.
    pub address: String,
    /// Message-ID, unchanged between attempts.
    pub message_id: String,
    /// Subject, in one line.
    pub subject: String,
    /// Body, in plain text.
    pub text: String,
    /// Address at which one POST request unsubscribes (RFC 8058), for recurring email.
    pub unsubscribe: Option<String>,
}

/// Final answer of the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It has accepted the email.
    Accepted,
    /// It will never accept this email.
    Rejected,
    /// It will never accept email to this address.
    AddressRejected,
}

/// Connection to the mail server.
#[derive(Clone)]
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Creates the client from the server's address, such as `smtp://mail:1025`, and the sender's mailbox.
    pub fn new(server: &str, from: &str) -> Result<Self, Error> {
        let unclear = |what: &str, cause: String| Error::internal(format!("{what}: {cause}"));
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|cause| unclear("MARKETPLACE_SMTP_URL", cause.to_string()))?;
        let from = from
            .parse()
            .map_err(|cause| unclear("MARKETPLACE_MAIL_FROM", format!("{cause}")))?;
        Ok(Self {
            server: server.timeout(Some(STEP)).build(),
            from,
        })
    }

    /// Returns the domain of the sender, for Message-IDs.
    #[must_use]
    pub fn host(&self) -> &str {
        self.from.email.domain()
    }

    /// Sends an email. Fails if another attempt may succeed.
    pub async fn send(&self, letter: Email) -> Result<Delivery, Error> {
        let mail = self.mail(letter)?;
        let sent = timeout(LONGEST, self.server.send(mail)).await.internal()?;
        let Err(error) = sent else {
            return Ok(Delivery::Accepted);
        };
        match error.status().map(u16::from) {
            Some(code) if error.is_permanent() && rules::is_final(code) => {
                tracing::warn!(%error, "a mail server rejected an email");
                Ok(if rules::rejects_address(code, &error.to_string()) {
                    Delivery::AddressRejected
                } else {
                    Delivery::Rejected
                })
            }
            _ => Err(error).internal(),
        }
    }

    fn mail(&self, letter: Email) -> Result<Message, Error> {
        let Email {
            name,
            address,
            message_id,
            subject,
            text,
            unsubscribe,
        } = letter;
        let to = Mailbox::new(name, address.parse().internal()?);
        let mut mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(message_id))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .internal()?;
        let mut own = vec![("Auto-Submitted", "auto-generated".into())];
        if let Some(address) = unsubscribe {
            own.push(("List-Unsubscribe", format!("<{address}>")));
            own.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        for (name, value) in own {
            let name = HeaderName::new_from_ascii_str(name);
            mail.headers_mut().insert_raw(HeaderValue::new(name, value));
        }
        Ok(mail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kit::validation::Validator;

    fn mailer() -> Mailer {
        Mailer::new("smtp://localhost:25", "Marketplace <post@example.org>").unwrap()
    }

    fn mail_to(address: String) -> Email {
        Email {
            name: Some("Ann Ash".into()),
            address,
            message_id: "<1@example.org>".into(),
            subject: "Hello".into(),
            text: "Hello".into(),
            unsubscribe: None,
        }
    }

    proptest! {
        #[test]
        fn mail_goes_to_every_address_that_is_accepted(text in prop_oneof![
            any::<String>(),
            "[ -~éß]{1,12}@[a-zA-Z0-9.éüß。-]{1,12}\\.[a-z]{1,4}",
            "[a-z0-9.+'!#$%&*/=?^_`{|}~-]{1,66}@([a-z0-9-]{1,64}\\.){1,3}[a-z0-9]{1,4}",
        ]) {
            let mut checks = Validator::new();
            let accepted = checks.email("email", &text);
            if checks.is_clean() {
                let mail = mailer().mail(mail_to(accepted.clone()));
                let mail = mail.map_err(|error| TestCaseError::fail(format!("{accepted}: {error:?}")))?;
                let to: Vec<String> = mail.envelope().to().iter().map(ToString::to_string).collect();
                prop_assert_eq!(to, [accepted.clone()]);
                let header = mail.headers().get_raw("To").unwrap_or_default().to_owned();
                prop_assert!(header.contains(&accepted) || accepted.contains(['"', '\\']), "{}", header);
            }
        }
    }
}
