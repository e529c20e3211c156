//! Writes the notifications of an act, and assigns them to emails.

use std::collections::BTreeSet;

use entity::{
    activity,
    notification::{self, NotificationKind},
};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{guests, kinds, preferences, recipients, timing};
use crate::{
    App,
    kit::{Error, Transaction, Viewer},
    mail,
};

/// Notifies all recipients of an act. Returns the number of people.
pub async fn tell(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    act: &activity::Model,
) -> Result<usize, Error> {
    let mut told = BTreeSet::new();
    let notifies = app
        .catalogue
        .entry(act)
        .map_or(&[][..], |entry| entry.notifies);
    for (kind, to) in notifies {
        let mut people = recipients::of(transaction, viewer, act, to).await?;
        people.retain(|person| told.insert(*person));
        if !people.is_empty() {
            write(app, transaction, viewer, (act, *kind), &people).await?;
        }
    }
    Ok(told.len() + guests::tell(app, transaction, viewer, act).await?)
}

async fn write(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    (act, kind): (&activity::Model, NotificationKind),
    people: &BTreeSet<Uuid>,
) -> Result<(), Error> {
    let category = kinds::category(kind);
    let mails = mails(app, transaction, viewer, category, people).await?;
    let rows = people.iter().zip(mails).map(|(person, mail_id)| {
        let row = notification::Model {
            id: Uuid::now_v7(),
            person_id: *person,
            activity_id: act.id,
            kind,
            category,
            at: act.at,
            read_at: None,
            mail_id,
        };
        row.into_active_model()
    });
    notification::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Returns, for each person, the email that will carry the notification; `None` if there will be none.
async fn mails(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    category: notification::NotificationCategory,
    people: &BTreeSet<Uuid>,
) -> Result<Vec<Option<Uuid>>, Error> {
    let Some(mailer) = &app.mailer else {
        return Ok(vec![None; people.len()]);
    };
    let wishes = preferences::of_all(transaction, people.iter().copied()).await?;
    let rejected = mail::rejections::among(transaction, people.iter().copied()).await?;
    let mut mails = Vec::with_capacity(people.len());
    for person in people {
        let own = wishes.get(person).filter(|_| !rejected.contains(person));
        let due =
            own.and_then(|wishes| timing::due_at(wishes.of(category), wishes.quiet, viewer.now));
        mails.push(match due {
            Some(due) => {
                let host = mailer.host();
                Some(mail::service::at(transaction, *person, due, viewer.now, host).await?)
            }
            None => None,
        });
    }
    Ok(mails)
}
