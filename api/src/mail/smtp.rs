//! Speaking SMTP: the only place that knows how a letter becomes a mail.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use tokio::time::timeout;

use crate::kit::{Error, OrInternal};

/// How long the mail server may take for one step, and for all of them.
const STEP: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_mins(3);

/// A mail in words.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What its reader is called, if that is known.
    pub name: Option<String>,
    /// Where it goes.
    pub address: String,
    /// The same whenever it is sent.
    pub message_id: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Where one POST ends such mail (RFC 8058), where more may follow.
    pub unsubscribe: Option<String>,
}

/// The way to the mail server.
#[derive(Clone)]
pub struct Post {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Post {
    /// The way to the server at an address such as `smtp://mail:1025`, for mail from this mailbox.
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

    /// The name behind the @ of the sender, for Message-IDs.
    #[must_use]
    pub fn host(&self) -> &str {
        self.from.email.domain()
    }

    /// Hands a letter over. Once this says that it is done, the server has taken it.
    pub async fn send(&self, letter: Letter) -> Result<(), Error> {
        let mail = self.mail(letter)?;
        let sent = timeout(LONGEST, self.server.send(mail)).await.internal()?;
        sent.internal().map(drop)
    }

    fn mail(&self, letter: Letter) -> Result<Message, Error> {
        let Letter {
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
