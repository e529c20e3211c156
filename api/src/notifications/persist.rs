//! Writing down whom an act was told, and which mail carries it to them.

use std::collections::BTreeSet;

use entity::{
    activity,
    notification::{self, NotificationKind},
};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{guests, preferences, recipients, rules, timing};
use crate::{
    App,
    kit::{Error, Transaction, Viewer},
    mail,
};

/// Tells everybody whom it concerns of an act, and says how many that are.
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
    let category = rules::category(kind);
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

/// The mail that carries it to each of them, where there is to be one.
async fn mails(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    category: notification::NotificationCategory,
    people: &BTreeSet<Uuid>,
) -> Result<Vec<Option<Uuid>>, Error> {
    let Some(post) = &app.post else {
        return Ok(vec![None; people.len()]);
    };
    let wishes = preferences::of_all(transaction, people.iter().copied()).await?;
    let mut mails = Vec::with_capacity(people.len());
    for person in people {
        let own = wishes.get(person);
        let due =
            own.and_then(|wishes| timing::due_at(wishes.of(category), wishes.quiet, viewer.now));
        mails.push(match due {
            Some(due) => {
                let host = post.host();
                Some(mail::service::at(transaction, *person, due, viewer.now, host).await?)
            }
            None => None,
        });
    }
    Ok(mails)
}
