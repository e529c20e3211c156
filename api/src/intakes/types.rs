//! What the schema says of intakes.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    event,
    intake::{self, IntakeSource, IntakeState},
    listing::{self, ListingKind},
    organisation, person,
};

use super::{rules::Contact, service::IntakeId};
use crate::{
    accounts::Person,
    context::Ask,
    events::Event,
    kit::Id,
    listings::Listing,
    organisations::Organisation,
    reference::{Area, ResourceType},
};

/// How somebody can be reached who told something.
#[derive(SimpleObject)]
pub struct IntakeContact {
    /// What they are called.
    pub name: Option<String>,
    /// For whom they spoke.
    pub organisation: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
}

/// What somebody told, before it is a listing.
pub struct Intake(intake::Model);

impl From<intake::Model> for Intake {
    fn from(row: intake::Model) -> Self {
        Self(row)
    }
}

/// What somebody offers or requests, as it was taken down at an event, on the telephone or on paper, before it is a
/// listing. Seen by brokers, and by the members of the organisation whose event it was, observers excepted.
#[Object]
impl Intake {
    /// Global id.
    pub async fn id(&self) -> IntakeId {
        Id::new(self.0.id)
    }

    /// Whether it is offered or requested.
    async fn kind(&self) -> ListingKind {
        self.0.kind
    }

    /// How it came.
    async fn source(&self) -> IntakeSource {
        self.0.source
    }

    /// Where it stands.
    async fn state(&self) -> IntakeState {
        self.0.state
    }

    /// What it is, in a line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is, in full.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The type of resource, where it is known.
    async fn resource_type(&self, ctx: &Context<'_>) -> Option<ResourceType> {
        let code = self.0.resource_type.as_deref()?;
        ResourceType::find(&ctx.app().reference.now(), code)
    }

    /// The area that it is for, where it is known.
    async fn area(&self, ctx: &Context<'_>) -> Option<Area> {
        Area::find(&ctx.app().reference.now(), self.0.area.as_deref()?)
    }

    /// The organisation at whose event or desk it was taken.
    async fn host(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.host_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// The event at which it was taken; null where it was none, and for those who do not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        let Some(id) = self.0.event_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<event::Entity>::new(id)).await?;
        Ok(found.map(Event::from))
    }

    /// Who took it down; null for those who do not see that person.
    async fn taken_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx.load(Id::<person::Entity>::new(self.0.taken_by)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// When it was taken down.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.0.taken_at
    }

    /// How to reach whoever told it; null where they did not say, and once the time is over for which it is kept.
    async fn contact(&self, ctx: &Context<'_>) -> Option<IntakeContact> {
        let contact = Contact::of(&self.0, ctx.viewer().now);
        if contact.is_nothing() {
            return None;
        }
        let Contact {
            name,
            organisation,
            email,
            phone,
        } = contact;
        Some(IntakeContact {
            name,
            organisation,
            email,
            phone,
        })
    }

    /// Until when the contact is kept: at most 90 days, and 28 from when it is decided what becomes of this.
    async fn contact_kept_until(&self) -> DateTime<Utc> {
        self.0.contact_until
    }

    /// What was noted about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// The one that tells the same, where it was merged.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.0.merged_into else {
            return Ok(None);
        };
        Ok(ctx.load(IntakeId::new(id)).await?.map(Self))
    }

    /// The listing that it became; null for those who do not see that one.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let Some(id) = self.0.listing_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<listing::Entity>::new(id)).await?;
        Ok(found.map(Listing::from))
    }

    /// When it reached the marketplace.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Goes up with every change. Send it with a correction, so that nobody's is overwritten unseen.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
