//! What a sentence names: the listing and the organisation that it is about, as far as its reader may see them.

use entity::{
    activity, conversation, event, listing, matching, message, notification, organisation,
    registration,
};
use uuid::Uuid;

use super::sentences;
use crate::kit::{Error, Id, Resource, Viewer};

/// Reading rows as the reader sees them, one by one or many at once.
pub trait Look {
    /// Whose sight it is.
    fn reader(&self) -> &Viewer;
    /// The act of which they were told, whether or not they may read of it.
    fn told(
        &self,
        activity: Uuid,
    ) -> impl Future<Output = Result<Option<activity::Model>, Error>> + Send;
    /// The row, if there is one that they may see.
    fn look<E: Resource>(
        &self,
        id: Id<E>,
    ) -> impl Future<Output = Result<Option<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
}

/// The act behind a notification, where its reader may read of it. Whoever registered for an event need not: being told
/// of what becomes of it is right enough to know which event it is.
pub async fn act_of(look: &impl Look, id: Uuid) -> Result<Option<activity::Model>, Error> {
    if let Some(act) = look.look(Id::<activity::Entity>::new(id)).await? {
        return Ok(Some(act));
    }
    let told = look.told(id).await?;
    Ok(told.filter(|act| act.subject_kind == event::Entity::NAME))
}

/// What a notification says to its reader at this moment.
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

/// The title of the listing or event that was acted on; of a match, of the reader's own listing.
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

/// The listing that a message is about.
async fn told_of(look: &impl Look, id: Uuid) -> Result<Option<Uuid>, Error> {
    let Some(message) = look.look(Id::<message::Entity>::new(id)).await? else {
        return Ok(None);
    };
    let of = Id::<conversation::Entity>::new(message.conversation_id);
    Ok(look.look(of).await?.map(|row| row.listing_id))
}
