//! Writes an email of notifications at the time of sending, with what its recipient may see then.

use entity::{activity, mail, mail_preference::MailFrequency, notification, person};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    preferences, sentences,
    titles::{self, Look},
};
use crate::{
    App, accounts,
    kit::{Error, Id, Resource, Viewer, database::resource},
    mail::Email,
};
use uuid::Uuid;

/// Maximum number of notifications in one email. The rest are in the list of notifications.
const MAX: u64 = 100;
/// Purpose sealed into the token of an unsubscribe link; a token sealed for another purpose is not accepted.
pub const UNSUBSCRIBE: &str = "unsubscribe";

/// Writes the email; `None` if all its notifications were read or are no longer wanted.
pub async fn write(app: &App, viewer: &Viewer, mail: &mail::Model) -> Result<Option<Email>, Error> {
    let conn = &app.database.read;
    let found = person::Entity::find_by_id(mail.person_id).one(conn).await?;
    let Some(person) = found else {
        return Ok(None);
    };
    let wishes = preferences::of(conn, person.id).await?;
    let reader = accounts::service::acting(app, viewer.now, person.clone()).await?;
    let rows = notification::Entity::find()
        .filter(notification::Column::MailId.eq(mail.id))
        .filter(notification::Column::ReadAt.is_null())
        .order_by_asc(notification::Column::Id)
        .limit(MAX)
        .all(conn)
        .await?;
    let (mut said, reader) = (Vec::new(), &reader);
    let sight = Sight { conn, reader };
    for row in rows {
        if wishes.of(row.category) != MailFrequency::Off {
            said.push(titles::sentence(&sight, &row).await?);
        }
    }
    if said.is_empty() {
        return Ok(None);
    }
    let token = app.tokens.seal(UNSUBSCRIBE, mail.id)?;
    let base = app.config.public_url.as_str().trim_end_matches('/');
    let unsubscribe = format!("{base}/mail/unsubscribe?token={token}");
    let list = said.join("\n- ");
    Ok(Some(Email {
        subject: sentences::subject(&said),
        text: format!(
            "Hello {},\n\n- {list}\n\nYou receive this email because you have an account on the Social Value \
             Marketplace.\nStop emails of this kind: {unsubscribe}\n",
            person.display_name
        ),
        name: Some(person.display_name),
        address: person.email,
        message_id: mail.message_id.clone(),
        unsubscribe: Some(unsubscribe),
    }))
}

/// Reads rows one by one, as the recipient may see them.
struct Sight<'a, C> {
    conn: &'a C,
    reader: &'a Viewer,
}

impl<C: ConnectionTrait> Look for Sight<'_, C> {
    fn reader(&self) -> &Viewer {
        self.reader
    }

    async fn told(&self, id: Uuid) -> Result<Option<activity::Model>, Error> {
        Ok(activity::Entity::find_by_id(id).one(self.conn).await?)
    }

    async fn look<E: Resource>(&self, id: Id<E>) -> Result<Option<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        resource::find(self.conn, self.reader, id).await
    }
}
