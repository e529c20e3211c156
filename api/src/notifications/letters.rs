//! A mail in words, written when it is sent, of what its reader may see at that moment.

use entity::{activity, listing, mail, mail_wish::MailWish, notification, organisation, person};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{sentences, wishes};
use crate::{
    App, accounts,
    kit::{Error, Id, Resource, Viewer, resource},
    mail::Letter,
};

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
    let reader = accounts::service::acting_as(app, viewer.now, &person.email).await?;
    let wishes = wishes::of(conn, person.id).await?;
    let rows = notification::Entity::find()
        .filter(notification::Column::MailId.eq(mail.id))
        .filter(notification::Column::ReadAt.is_null())
        .order_by_asc(notification::Column::Id)
        .limit(MOST)
        .all(conn)
        .await?;
    let mut said = Vec::new();
    for row in rows {
        if wishes.of(row.category) != MailWish::Off {
            said.push(sentence(conn, &reader, &row).await?);
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
            "Hello {},\n\n- {list}\n\nYou have this mail because of your part in an organisation on the Social Value \
             Marketplace.\nNo more mail of this kind: {unsubscribe}\n",
            person.display_name
        ),
        name: person.display_name,
        address: person.email,
        message_id: mail.message_id.clone(),
        unsubscribe,
    }))
}

/// What a notification says to its reader.
async fn sentence(
    conn: &impl ConnectionTrait,
    reader: &Viewer,
    row: &notification::Model,
) -> Result<String, Error> {
    let (mut title, mut name) = (None, None);
    let act = Id::<activity::Entity>::new(row.activity_id);
    if let Some(act) = resource::find(conn, reader, act).await? {
        if act.subject_kind == listing::Entity::NAME {
            let id = Id::<listing::Entity>::new(act.subject_id);
            title = resource::find(conn, reader, id).await?.map(|row| row.title);
        }
        if let Some(id) = act.organisation_id {
            let id = Id::<organisation::Entity>::new(id);
            name = resource::find(conn, reader, id).await?.map(|row| row.name);
        }
    }
    Ok(sentences::sentence(
        row.kind,
        title.as_deref(),
        name.as_deref(),
    ))
}
