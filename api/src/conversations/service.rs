//! Acts on conversations: ask about a listing and post a message.

use entity::{
    conversation::{self, Column},
    listing::ListingState,
    matching::{self, MatchSide},
    message, organisation,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use super::{posting::say, rules, search};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserErrorCode as Code, Viewer,
        database::resource,
        idempotency::{Key, RetryKey},
        validation::Validator,
    },
    listings::{self, service::ListingId},
    matches::persist::MatchId,
};

/// Global id of a conversation.
pub type ConversationId = Id<conversation::Entity>;
/// Global id of a message.
pub type MessageId = Id<message::Entity>;

/// Destination of a message.
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// A conversation.
    Conversation(ConversationId),
    /// The conversation of a match, which the first message creates.
    Match(MatchId),
}

/// Asks the organisation of a listing a question before a match is proposed.
pub async fn ask(
    app: &App,
    viewer: &Viewer,
    listing: ListingId,
    organisation: Id<organisation::Entity>,
    text: &str,
    key: Option<RetryKey>,
) -> Result<message::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "message.asked");
    Key::once::<message::Entity>(key, &app.database, viewer, async |transaction| {
        let listing = resource::get(transaction, viewer, listing).await?;
        let asker = resource::get(transaction, viewer, organisation).await?;
        rules::may_ask(viewer, asker.id)?;
        let mut checks = Validator::new();
        let text = rules::text(&mut checks, text);
        let open = listings::rules::state_at(&listing, viewer.now) == ListingState::Published;
        let message = "This listing is not open. Choose a published listing.";
        checks.require(open, "listingId", Code::InvalidState, message);
        let others = listing.organisation_id != asker.id;
        let message = "This listing belongs to your own organisation. Choose a listing of another organisation.";
        checks.require(others, "organisationId", Code::NoCounterpart, message);
        checks.finish()?;
        let about = (listing.id, asker.id, listing.organisation_id);
        let row = open_one(transaction, viewer, about).await?;
        say(transaction, viewer, &row, asker.id, text).await
    })
    .await
}

/// Posts a message in a conversation.
pub async fn post(
    app: &App,
    viewer: &Viewer,
    to: To,
    organisation: Option<Uuid>,
    text: &str,
    key: Option<RetryKey>,
) -> Result<message::Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, key, "message.posted");
    Key::once::<message::Entity>(key, &app.database, viewer, async |transaction| {
        let (row, side) = match to {
            To::Conversation(id) => {
                let row = resource::get(transaction, viewer, id).await?;
                let side = rules::side(viewer, [row.asker_id, row.asked_id], organisation)?;
                (Some(row), side)
            }
            To::Match(id) => {
                let row = resource::get(transaction, viewer, id).await?;
                let sides = [row.offerer_id, row.requester_id];
                let side = rules::side(viewer, sides, organisation)?;
                (None, side)
            }
        };
        let mut checks = Validator::new();
        let text = rules::text(&mut checks, text);
        checks.finish()?;
        let row = match (row, to) {
            (Some(row), _) => row,
            (None, To::Match(id)) => of_match(transaction, viewer, id).await?,
            (None, To::Conversation(_)) => return Err(Error::NotFound),
        };
        say(transaction, viewer, &row, side, text).await
    })
    .await
}

/// Returns the conversation of a match: an existing one of the two organisations about one of its listings, or else a
/// new one about the listing that the proposal answered.
async fn of_match(
    transaction: &Transaction,
    viewer: &Viewer,
    id: MatchId,
) -> Result<conversation::Model, Error> {
    let row: matching::Model = resource::get(transaction, viewer, id).await?;
    if let Some(found) = search::said(transaction, &row).await? {
        return Ok(found);
    }
    let about = match row.proposed_by {
        MatchSide::Requester => (row.offer_id, row.requester_id, row.offerer_id),
        MatchSide::Offerer => (row.request_id, row.offerer_id, row.requester_id),
    };
    open_one(transaction, viewer, about).await
}

/// Returns the only conversation of an organisation about a listing, and creates it if there is none.
async fn open_one(
    transaction: &Transaction,
    viewer: &Viewer,
    (listing_id, asker_id, other): (Uuid, Uuid, Uuid),
) -> Result<conversation::Model, Error> {
    let new = conversation::Model {
        id: Uuid::now_v7(),
        listing_id,
        asker_id,
        asked_id: other,
        messages: 0,
        created_at: viewer.now,
        last_message_at: viewer.now,
    };
    let new: conversation::ActiveModel = new.into();
    let once = OnConflict::columns([Column::ListingId, Column::AskerId])
        .do_nothing()
        .to_owned();
    conversation::Entity::insert(new.reset_all())
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    let found = conversation::Entity::find()
        .filter(Column::ListingId.eq(listing_id))
        .filter(Column::AskerId.eq(asker_id))
        .one(transaction)
        .await?;
    found.ok_or(Error::NotFound)
}
