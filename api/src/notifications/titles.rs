//! Titles of notifications: the listing, event and organisation in a sentence, as far as the recipient may see them.

use entity::{
    activity, conversation, event, listing, matching, message, notification, organisation,
    registration,
};
use uuid::Uuid;

use super::sentences;
use crate::kit::{Error, Id, Resource, Viewer};

/// Reads rows as the recipient may see them, one by one or in batches.
pub trait Look {
    /// Returns the recipient.
    fn reader(&self) -> &Viewer;
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

/// Returns the act of a notification, if its recipient may see it. Acts on events are always returned: a person who
/// registered may know which event their notification is about.
pub async fn act_of(look: &impl Look, id: Uuid) -> Result<Option<activity::Model>, Error> {
    if let Some(act) = look.look(Id::<activity::Entity>::new(id)).await? {
        return Ok(Some(act));
    }
    let told = look.told(id).await?;
    Ok(told.filter(|act| act.subject_kind == event::Entity::NAME))
}

/// Composes the sentence of a notification with what its recipient may see now.
pub async fn sentence(look: &impl Look, row: &notification::Model) -> Result<String, Error> {
    let (mut title, mut name) = (None, None);
    if let Some(act) = act_of(look, row.activity_id).await? {
        title = title_of(look, &act).await?;
        if let Some(id) = act.organisation_id {
            let found = look.look(Id::<organisation::Entity>::new(id)).await?;
            name = found.map(|row| row.name);
        }
    }
    Ok(sentences::sentence(
        row.kind,
        title.as_deref(),
        name.as_deref(),
    ))
}

/// Returns the title of the listing or event of an act. For a match, it is the recipient's own listing.
async fn title_of(look: &impl Look, act: &activity::Model) -> Result<Option<String>, Error> {
    let gathering = match act.subject_kind.as_str() {
        event::Entity::NAME => Some(act.subject_id),
        registration::Entity::NAME => {
            let id = Id::<registration::Entity>::new(act.subject_id);
            look.look(id).await?.map(|row| row.event_id)
        }
        _ => None,
    };
    if let Some(id) = gathering {
        let found = look.look(Id::<event::Entity>::new(id)).await?;
        return Ok(found.map(|row| row.title));
    }
    let listing = match act.subject_kind.as_str() {
        listing::Entity::NAME => Some(act.subject_id),
        matching::Entity::NAME => own_of(look, act.subject_id).await?,
        message::Entity::NAME => told_of(look, act.subject_id).await?,
        _ => None,
    };
    let Some(id) = listing else {
        return Ok(None);
    };
    let found = look.look(Id::<listing::Entity>::new(id)).await?;
    Ok(found.map(|row| row.title))
}

async fn own_of(look: &impl Look, id: Uuid) -> Result<Option<Uuid>, Error> {
    let found = look.look(Id::<matching::Entity>::new(id)).await?;
    Ok(found.map(|row| {
        if look.reader().role_in(row.requester_id).is_some() {
            row.request_id
        } else {
            row.offer_id
        }
    }))
}

/// Returns the listing that a message is about.
async fn told_of(look: &impl Look, id: Uuid) -> Result<Option<Uuid>, Error> {
    let Some(message) = look.look(Id::<message::Entity>::new(id)).await? else {
        return Ok(None);
    };
    let of = Id::<conversation::Entity>::new(message.conversation_id);
    Ok(look.look(of).await?.map(|row| row.listing_id))
}
