//! A mail in words, written when it is sent, of what its reader may see at that moment.

use entity::{activity, mail, mail_wish::MailWish, notification, person};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    preferences, sentences,
    titles::{self, Look},
};
use crate::{
    App, accounts,
    kit::{Error, Id, Resource, Viewer, database::resource},
    mail::Letter,
};
use uuid::Uuid;

/// The most things that one mail tells; the list has the rest.
const MOST: u64 = 100;
/// For what the token in a mail is good.
pub const UNSUBSCRIBE: &str = "unsubscribe";

/// The letter; `None` where all of it was read or is not wanted any more.
pub async fn write(
    app: &App,
    viewer: &Viewer,
    mail: &mail::Model,
) -> Result<Option<Letter>, Error> {
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
        .limit(MOST)
        .all(conn)
        .await?;
    let (mut said, reader) = (Vec::new(), &reader);
    let sight = Sight { conn, reader };
    for row in rows {
        if wishes.of(row.category) != MailWish::Off {
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
    Ok(Some(Letter {
        subject: sentences::subject(&said),
        text: format!(
            "Hello {},\n\n- {list}\n\nYou have this mail because of your part in an organisation or an event on the Social \
             Value Marketplace.\nNo more mail of this kind: {unsubscribe}\n",
            person.display_name
        ),
        name: Some(person.display_name),
        address: person.email,
        message_id: mail.message_id.clone(),
        unsubscribe: Some(unsubscribe),
    }))
}

/// Rows as somebody sees them, read one by one.
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
