//! Writes an email of notifications at the time of sending, with what its recipient may see then.
//!
//! An address that is not verified may be that of another person. It gets no text that an unverified organisation wrote,
//! and not the name that its account chose.

use std::{sync::Arc, time::Duration};

use entity::{activity, mail, mail_preference::MailFrequency, notification, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    preferences, sentences,
    subjects::{self, Look},
};
use crate::{
    App, accounts,
    kit::{
        Error, Id, Resource, Viewer,
        graphql::loader::{self, ChildrenOf, RowLoader},
    },
    mail::{Email, rejections},
};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Maximum number of notifications in one email. The rest are in the list of notifications.
const MAX: u64 = 100;
/// Time for which a load waits for others to join it.
const TOGETHER: Duration = Duration::from_millis(20);
/// Purpose sealed into the token of an unsubscribe link; a token sealed for another purpose is not accepted.
pub const UNSUBSCRIBE: &str = "unsubscribe";

/// Writes the email; `None` if all its notifications were read or are no longer wanted.
pub async fn write(app: &App, viewer: &Viewer, mail: &mail::Model) -> Result<Option<Email>, Error> {
    let conn = &app.database.read;
    let found = person::Entity::find_by_id(mail.person_id).one(conn).await?;
    let Some(person) = found else {
        return Ok(None);
    };
    if rejections::since(conn, person.id).await?.is_some() {
        return Ok(None);
    }
    let wishes = preferences::of(conn, person.id).await?;
    let reader = accounts::service::acting(app, viewer.now, person.clone()).await?;
    let rows = notification::Entity::find()
        .filter(notification::Column::MailId.eq(mail.id))
        .filter(notification::Column::ReadAt.is_null())
        .order_by_asc(notification::Column::Id)
        .limit(MAX)
        .all(conn)
        .await?;
    let look = Sight {
        loader: loader::rows(app.database.clone(), Arc::new(reader.clone())).delay(TOGETHER),
        reader,
        guarded: person.email_verified_at.is_none(),
    };
    let wanted = rows.into_iter();
    let wanted = wanted.filter(|row| wishes.of(row.category) != MailFrequency::Off);
    // All at once, so that their subjects are loaded together.
    let said = try_join_all(wanted.map(|row| told(app, &look, row))).await?;
    if said.is_empty() {
        return Ok(None);
    }
    let token = app.tokens.seal(UNSUBSCRIBE, mail.id)?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    let unsubscribe = format!("{base}/mail/unsubscribe?token={token}");
    let list: String = said
        .iter()
        .map(|(sentences, url)| item(sentences, url.as_deref()))
        .collect();
    let name = (!look.guarded).then_some(person.display_name);
    let greeting = name
        .as_ref()
        .map_or_else(|| "Hello".into(), |name| format!("Hello {name}"));
    let said: Vec<Vec<String>> = said.into_iter().map(|(sentences, _)| sentences).collect();
    Ok(Some(Email {
        subject: sentences::subject(&said),
        text: format!(
            "{greeting},\n\n{list}\nYou receive this email because you have an account on the Social Value \
             Marketplace.\nStop emails of this kind: {unsubscribe}\n"
        ),
        name,
        address: person.email,
        message_id: mail.message_id.clone(),
        unsubscribe: Some(unsubscribe),
    }))
}

/// Returns the sentences and the link of a notification.
async fn told(
    app: &App,
    look: &Sight,
    row: notification::Model,
) -> Result<(Vec<String>, Option<String>), Error> {
    let subject = subjects::of(look, &row).await?;
    let sentences = sentences::sentences(row.kind, &subject.facts);
    Ok((sentences, subject.url(app)))
}

/// Item of the list: the sentences in one line, and the link in the next.
fn item(sentences: &[String], url: Option<&str>) -> String {
    let url = url.map(|url| format!("  {url}\n")).unwrap_or_default();
    format!("- {}\n{url}", sentences.join(" "))
}

/// Reads rows in batches, as the recipient may see them.
struct Sight {
    loader: RowLoader,
    reader: Viewer,
    guarded: bool,
}

impl Look for Sight {
    fn reader(&self) -> &Viewer {
        &self.reader
    }

    fn guarded(&self) -> bool {
        self.guarded
    }

    async fn told(&self, id: Uuid) -> Result<Option<activity::Model>, Error> {
        let found = self
            .loader
            .load_one(ChildrenOf::<activity::Entity>::new(id))
            .await?;
        Ok(found.and_then(|rows| rows.into_iter().next()))
    }

    async fn look<E: Resource>(&self, id: Id<E>) -> Result<Option<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        self.loader.load_one(id).await
    }
}
