//! Subjects of notifications: the facts about a listing, event, match, message or organisation, as far as the recipient
//! may see them, and the link to it.

use chrono_tz::Europe::London;
use entity::{
    activity, conversation, event, listing, matching, membership, message, notification,
    organisation, person, registration,
};
use uuid::Uuid;

use super::facts::Facts;
use crate::{
    App,
    events::time_and_place,
    kit::{Error, Id, Resource, Viewer, clock},
    mail::link_urls::{self, LinkKind},
    matches,
};

/// Reads rows as the recipient may see them, one by one or in batches.
pub trait Look {
    /// Returns the recipient.
    fn reader(&self) -> &Viewer;
    /// True if only verified organisations' own words are shown, because the text goes to an address that is not
    /// verified.
    fn guarded(&self) -> bool;
    /// Returns the act of a notification, without a check that the recipient may see it.
    fn told(
        &self,
        activity: Uuid,
    ) -> impl Future<Output = Result<Option<activity::Model>, Error>> + Send;
    /// Returns a row, if it exists and the recipient may see it.
    fn look<E: Resource>(
        &self,
        id: Id<E>,
    ) -> impl Future<Output = Result<Option<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
}

/// Subject of a notification, as its recipient may see it.
pub struct Subject {
    /// Facts for the sentences.
    pub facts: Facts,
    link: Option<(LinkKind, String)>,
}

impl Subject {
    /// Returns the address of the link; `None` if the recipient may no longer see the subject.
    #[must_use]
    pub fn url(&self, app: &App) -> Option<String> {
        let (kind, id) = self.link.as_ref()?;
        Some(link_urls::url(&app.config, *kind, id))
    }
}

/// Returns the act of a notification, if its recipient may see it. Acts on events are always returned: a person who
/// registered may know which event their notification is about.
pub async fn act_of(look: &impl Look, id: Uuid) -> Result<Option<activity::Model>, Error> {
    if let Some(act) = look.look(Id::<activity::Entity>::new(id)).await? {
        return Ok(Some(act));
    }
    let told = look.told(id).await?;
    Ok(told.filter(|act| act.subject_kind == event::Entity::NAME))
}

/// Returns the subject of a notification, with what its recipient may see now.
pub async fn of(look: &impl Look, row: &notification::Model) -> Result<Subject, Error> {
    let mut subject = Subject {
        facts: Facts::at(row.at),
        link: None,
    };
    let Some(act) = act_of(look, row.activity_id).await? else {
        return Ok(subject);
    };
    let id = act.subject_id;
    match act.subject_kind.as_str() {
        event::Entity::NAME => of_event(look, &mut subject, id).await?,
        registration::Entity::NAME => of_registration(look, &mut subject, id).await?,
        listing::Entity::NAME => of_listing(look, &mut subject, id).await?,
        matching::Entity::NAME => of_match(look, &mut subject, id).await?,
        message::Entity::NAME => of_message(look, &mut subject, id).await?,
        person::Entity::NAME => {
            subject.link = Some(link(LinkKind::Account, Id::<person::Entity>::new(id)));
        }
        _ => {}
    }
    subject.facts = subject.facts.with_changes(&act.fields.0);
    if let Some(id) = act.organisation_id {
        let id = Id::<organisation::Entity>::new(id);
        let found = look.look(id).await?;
        let about = [organisation::Entity::NAME, membership::Entity::NAME];
        if found.is_some() && about.contains(&act.subject_kind.as_str()) {
            subject.link = Some(link(LinkKind::Organisation, id));
        }
        let named = found.filter(|row| !look.guarded() || row.is_verified());
        subject.facts.organisation = named.map(|row| row.name);
    }
    Ok(subject)
}

fn link<E: Resource>(kind: LinkKind, id: Id<E>) -> (LinkKind, String) {
    (kind, id.to_string())
}

/// Reports whether the text may contain what an organisation wrote.
async fn shows_words(look: &impl Look, organisation: Uuid) -> Result<bool, Error> {
    if !look.guarded() {
        return Ok(true);
    }
    let found = look
        .look(Id::<organisation::Entity>::new(organisation))
        .await?;
    Ok(found.is_some_and(|row| row.is_verified()))
}

async fn of_event(look: &impl Look, subject: &mut Subject, id: Uuid) -> Result<(), Error> {
    let id = Id::<event::Entity>::new(id);
    if let Some(row) = look.look(id).await? {
        let words = shows_words(look, row.organisation_id).await?;
        subject.facts = std::mem::take(&mut subject.facts).of_event(&row, words);
        subject.link = Some(link(LinkKind::Event, id));
    }
    Ok(())
}

async fn of_registration(look: &impl Look, subject: &mut Subject, id: Uuid) -> Result<(), Error> {
    let Some(row) = look.look(Id::<registration::Entity>::new(id)).await? else {
        return Ok(());
    };
    of_event(look, subject, row.event_id).await?;
    if let Some(event) = look.look(Id::<event::Entity>::new(row.event_id)).await? {
        let waits = row.answer_by.filter(|at| *at > look.reader().now);
        subject.facts =
            std::mem::take(&mut subject.facts).until(waits, time_and_place::zone(&event));
    }
    Ok(())
}

async fn of_listing(look: &impl Look, subject: &mut Subject, id: Uuid) -> Result<(), Error> {
    let id = Id::<listing::Entity>::new(id);
    if let Some(row) = look.look(id).await? {
        let words = shows_words(look, row.organisation_id).await?;
        let closes_at = clock::unless_never(row.closes_at);
        subject.facts = std::mem::take(&mut subject.facts).until(closes_at, London);
        subject.facts.title = words.then_some(row.title);
        subject.link = Some(link(LinkKind::Listing, id));
    }
    Ok(())
}

/// The title is that of the recipient's own listing.
async fn of_match(look: &impl Look, subject: &mut Subject, id: Uuid) -> Result<(), Error> {
    let id = Id::<matching::Entity>::new(id);
    let Some(row) = look.look(id).await? else {
        return Ok(());
    };
    let own = if look.reader().role_in(row.requester_id).is_some() {
        row.request_id
    } else {
        row.offer_id
    };
    of_listing(look, subject, own).await?;
    let answer_by = matches::rules::waits_until(&row, look.reader().now);
    subject.facts = std::mem::take(&mut subject.facts).until(answer_by, London);
    subject.link = Some(link(LinkKind::Match, id));
    Ok(())
}

async fn of_message(look: &impl Look, subject: &mut Subject, id: Uuid) -> Result<(), Error> {
    let id = Id::<message::Entity>::new(id);
    let Some(message) = look.look(id).await? else {
        return Ok(());
    };
    let of = Id::<conversation::Entity>::new(message.conversation_id);
    if let Some(row) = look.look(of).await? {
        of_listing(look, subject, row.listing_id).await?;
    }
    subject.link = Some(link(LinkKind::Message, id));
    Ok(())
}
