//! Storage of email preferences: a row for each category that a person has set; the default applies to the others.

use std::collections::HashMap;

use entity::{
    mail_preference::{self, MailFrequency},
    notification::NotificationCategory as Category,
    quiet_hours,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    kinds,
    timing::{self, QuietHours},
};
use crate::kit::Error;

/// Email preferences of one person.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    said: Vec<(Category, MailFrequency)>,
    /// Hours without email, if any.
    pub quiet: Option<QuietHours>,
}

impl Preferences {
    /// Returns the frequency for a category, set or default.
    #[must_use]
    pub fn of(&self, category: Category) -> MailFrequency {
        let said = self.said.iter().find(|(about, _)| *about == category);
        said.map_or_else(
            || kinds::default_frequency(category),
            |(_, frequency)| *frequency,
        )
    }

    /// Returns the frequency for every category.
    pub fn all(&self) -> impl Iterator<Item = (Category, MailFrequency)> {
        Category::iter().map(|category| (category, self.of(category)))
    }
}

/// Reads the preferences of these people.
pub async fn of_all(
    conn: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid> + Clone + Send,
) -> Result<HashMap<Uuid, Preferences>, Error> {
    let mut all: HashMap<Uuid, Preferences> = HashMap::new();
    for person in people.clone() {
        all.entry(person).or_default();
    }
    let said = mail_preference::Entity::find()
        .filter(mail_preference::Column::PersonId.is_in(people.clone()))
        .all(conn)
        .await?;
    for row in said {
        let wishes = all.entry(row.person_id).or_default();
        wishes.said.push((row.category, row.frequency));
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

/// Reads the preferences of one person.
pub async fn of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Preferences, Error> {
    let mut all = of_all(conn, [person]).await?;
    Ok(all.remove(&person).unwrap_or_default())
}

/// Stores a person's frequency for a category.
pub async fn keep(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    category: Category,
    frequency: MailFrequency,
) -> Result<(), Error> {
    let row = mail_preference::Model {
        person_id,
        category,
        frequency,
    };
    let key = [
        mail_preference::Column::PersonId,
        mail_preference::Column::Category,
    ];
    let again = OnConflict::columns(key)
        .update_column(mail_preference::Column::Frequency)
        .to_owned();
    mail_preference::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Stores a person's quiet hours; `None` removes them.
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
