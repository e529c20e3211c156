//! How people wish to have mail, as it is kept: a row where somebody said so, none where it is as usual.

use std::collections::HashMap;

use entity::{
    mail_wish::{self, MailWish},
    notification::NotificationCategory as Category,
    quiet_hours,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    rules,
    timing::{self, QuietHours},
};
use crate::kit::Error;

/// What one person wishes.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    said: Vec<(Category, MailWish)>,
    /// The hours without mail, if there are any.
    pub quiet: Option<QuietHours>,
}

impl Wishes {
    /// What they wish for a category.
    #[must_use]
    pub fn of(&self, category: Category) -> MailWish {
        let said = self.said.iter().find(|(about, _)| *about == category);
        said.map_or_else(|| rules::usual(category), |(_, wish)| *wish)
    }

    /// What they wish for every category.
    pub fn all(&self) -> impl Iterator<Item = (Category, MailWish)> {
        Category::iter().map(|category| (category, self.of(category)))
    }
}

/// What each of these people wishes.
pub async fn of_all(
    conn: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid> + Clone + Send,
) -> Result<HashMap<Uuid, Wishes>, Error> {
    let mut all: HashMap<Uuid, Wishes> = HashMap::new();
    for person in people.clone() {
        all.entry(person).or_default();
    }
    let said = mail_wish::Entity::find()
        .filter(mail_wish::Column::PersonId.is_in(people.clone()))
        .all(conn)
        .await?;
    for row in said {
        let wishes = all.entry(row.person_id).or_default();
        wishes.said.push((row.category, row.wish));
    }
    let quiet = quiet_hours::Entity::find()
        .filter(quiet_hours::Column::PersonId.is_in(people))
        .all(conn)
        .await?;
    for row in quiet {
        all.entry(row.person_id).or_default().quiet = Some(QuietHours {
            from: timing::time_of(row.from_minute),
            until: timing::time_of(row.until_minute),
        });
    }
    Ok(all)
}

/// What one person wishes.
pub async fn of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Wishes, Error> {
    let mut all = of_all(conn, [person]).await?;
    Ok(all.remove(&person).unwrap_or_default())
}

/// Keeps what somebody wishes for a category.
pub async fn keep(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    category: Category,
    wish: MailWish,
) -> Result<(), Error> {
    let row = mail_wish::Model {
        person_id,
        category,
        wish,
    };
    let key = [mail_wish::Column::PersonId, mail_wish::Column::Category];
    let again = OnConflict::columns(key)
        .update_column(mail_wish::Column::Wish)
        .to_owned();
    mail_wish::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Keeps somebody's quiet hours, or that they have none.
pub async fn keep_quiet(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    quiet: Option<QuietHours>,
) -> Result<(), Error> {
    let Some(QuietHours { from, until }) = quiet else {
        quiet_hours::Entity::delete_by_id(person_id)
            .exec(conn)
            .await?;
        return Ok(());
    };
    let row = quiet_hours::Model {
        person_id,
        from_minute: timing::minute(from).cast_signed(),
        until_minute: timing::minute(until).cast_signed(),
    };
    let again = OnConflict::column(quiet_hours::Column::PersonId)
        .update_columns([
            quiet_hours::Column::FromMinute,
            quiet_hours::Column::UntilMinute,
        ])
        .to_owned();
    quiet_hours::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
