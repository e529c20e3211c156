//! Reads notifications, and changes their state and the preferences.

use std::collections::BTreeSet;

use entity::{
    mail,
    mail_preference::MailFrequency,
    notification::{self, Column, Entity, NotificationCategory as Category},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use super::{
    acts,
    compose::UNSUBSCRIBE,
    preferences::{self, Preferences},
    timing::QuietHours,
};
use crate::{
    App,
    kit::{
        Error, Id, Resource, UserErrorCode, Viewer,
        activity::{self, Concerns},
        page::{self, KeyKind, Order, PageArgs, Slice},
        validation::Validator,
    },
};

/// Maximum number of notifications marked in one call.
const MAX: usize = 100;

/// Returns a page of the viewer's notifications, newest first, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    unread_only: bool,
    args: &PageArgs,
) -> Result<(Slice<notification::Model>, SelectStatement), Error> {
    let mut query = Entity::find().filter(Entity::visible_to(viewer));
    if unread_only {
        query = query.filter(Column::ReadAt.is_null());
    }
    let newest = Order {
        tag: "notifications".into(),
        by: Expr::col(Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(Column::Id),
        descending: true,
    };
    let query = query.into_query();
    let slice = page::slice(conn, query.clone(), &newest, args, page::whole).await?;
    Ok((slice, query))
}

/// Returns the number of notifications that the viewer has not read; 0 for anonymous callers.
pub async fn unread(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<u64, Error> {
    if viewer.person().is_none() {
        return Ok(0);
    }
    let unread = Entity::find()
        .filter(Entity::visible_to(viewer))
        .filter(Column::ReadAt.is_null());
    Ok(unread.count(conn).await?)
}

/// Notifications to mark as read.
#[derive(Clone, Debug)]
pub enum Which {
    /// Notifications with these ids.
    Named(Vec<Id<Entity>>),
    /// This notification and all older ones.
    UpTo(Id<Entity>),
}

/// Marks notifications as read. Private to the viewer, so no activity records it.
pub async fn mark_read(app: &App, viewer: &Viewer, which: Which) -> Result<(), Error> {
    viewer.signed_in()?;
    let (named, which) = match which {
        Which::Named(ids) => {
            let mut checks = Validator::new();
            checks.at_most("ids", ids.len(), MAX);
            checks.finish()?;
            let ids: BTreeSet<_> = ids.into_iter().map(|id| id.0).collect();
            (ids.clone(), Column::Id.is_in(ids))
        }
        Which::UpTo(id) => (BTreeSet::from([id.0]), Column::Id.lte(id.0)),
    };
    let (transaction, expected) = (app.database.begin().await?, named.len() as u64);
    let own = Entity::find()
        .filter(Column::Id.is_in(named))
        .filter(Entity::visible_to(viewer));
    if own.count(&transaction).await? < expected {
        return Err(Error::NotFound);
    }
    Entity::update_many()
        .col_expr(Column::ReadAt, Expr::val(viewer.now))
        .filter(Entity::visible_to(viewer))
        .filter(Column::ReadAt.is_null())
        .filter(which)
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns the viewer's email preferences; `None` for anonymous callers.
pub async fn wishes(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
) -> Result<Option<Preferences>, Error> {
    match viewer.person_id() {
        Some(me) => Ok(Some(preferences::of(conn, me).await?)),
        None => Ok(None),
    }
}

/// Changes the viewer's email preferences. `quiet` is `None` to leave the quiet hours unchanged.
pub async fn set_preferences(
    app: &App,
    viewer: &Viewer,
    said: Vec<(Category, MailFrequency)>,
    quiet: Option<Option<QuietHours>>,
) -> Result<Preferences, Error> {
    let me = viewer.signed_in()?.id;
    let mut checks = Validator::new();
    for (at, (category, _)) in said.iter().enumerate() {
        checks.require(
            !said[..at].iter().any(|(before, _)| before == category),
            &format!("mail.{at}.category"),
            UserErrorCode::Invalid,
            "This category is in the list twice. Enter each category once.",
        );
    }
    if let Some(Some(QuietHours { from, until })) = quiet {
        checks.require(
            from != until,
            "quietHours.until",
            UserErrorCode::Invalid,
            "Quiet hours must start and end at different times. To receive no email, set the frequency of each \
             category to OFF.",
        );
    }
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let mut fields = Vec::new();
    for (category, frequency) in &said {
        preferences::keep(&transaction, me, *category, *frequency).await?;
    }
    if !said.is_empty() {
        fields.push("mail");
    }
    if let Some(quiet) = quiet {
        preferences::keep_quiet(&transaction, me, quiet).await?;
        fields.push("quietHours");
    }
    if !fields.is_empty() {
        let (act, nobody) = (acts::PREFERENCES_UPDATED, Concerns::ACTOR);
        activity::record_for(&transaction, viewer, act, me, nobody, &fields).await?;
    }
    let wishes = preferences::of(&transaction, me).await?;
    transaction.commit().await?;
    Ok(wishes)
}

/// Stops emails of the categories in an email, by its unsubscribe token. An invalid token changes nothing and causes no
/// error, so that a caller cannot test tokens.
pub async fn unsubscribe(app: &App, viewer: &Viewer, token: &str) -> Result<(), Error> {
    let Some(id) = app.tokens.open(UNSUBSCRIBE, token) else {
        return Ok(());
    };
    let transaction = app.database.begin().await?;
    let Some(mail) = mail::Entity::find_by_id(id).one(&transaction).await? else {
        return Ok(());
    };
    let categories = Entity::find()
        .filter(Column::MailId.eq(mail.id))
        .select_only()
        .column(Column::Category)
        .distinct();
    let categories: Vec<Category> = categories.into_tuple().all(&transaction).await?;
    let wishes = preferences::of(&transaction, mail.person_id).await?;
    let mut changed = false;
    for category in categories {
        if wishes.of(category) != MailFrequency::Off {
            preferences::keep(&transaction, mail.person_id, category, MailFrequency::Off).await?;
            changed = true;
        }
    }
    if changed {
        let (act, nobody) = (acts::UNSUBSCRIBED, Concerns::ACTOR);
        activity::record_for(&transaction, viewer, act, mail.person_id, nobody, &["mail"]).await?;
    }
    transaction.commit().await?;
    Ok(())
}
