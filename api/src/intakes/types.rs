//! GraphQL types of intakes.

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
    context::ContextExt,
    events::Event,
    kit::Id,
    listings::Listing,
    organisations::Organisation,
    reference::{Area, ResourceType},
};

/// Contact details of the person who made an offer or request.
#[derive(SimpleObject)]
pub struct IntakeContact {
    /// Name of the person.
    pub name: Option<String>,
    /// Organisation that the person spoke for.
    pub organisation: Option<String>,
    /// Email address of the person.
    pub email: Option<String>,
    /// Telephone number of the person.
    pub phone: Option<String>,
}

/// An offer or a request before it becomes a listing.
pub struct Intake(intake::Model);

impl From<intake::Model> for Intake {
    fn from(row: intake::Model) -> Self {
        Self(row)
    }
}

/// An offer or a request as taken at an event, by telephone or on paper, before it becomes a listing. Visible to
/// brokers, and to members of the host organisation, except observers.
#[Object]
impl Intake {
    /// Global id.
    pub async fn id(&self) -> IntakeId {
        Id::new(self.0.id)
    }

    /// Kind of the intake: an offer or a request.
    async fn kind(&self) -> ListingKind {
        self.0.kind
    }

    /// Channel by which the intake arrived.
    async fn source(&self) -> IntakeSource {
        self.0.source
    }

    /// Current state of the intake.
    async fn state(&self) -> IntakeState {
        self.0.state
    }

    /// Title, in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Description, in plain text.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Type of resource; null if not known.
    async fn resource_type(&self, ctx: &Context<'_>) -> Option<ResourceType> {
        let code = self.0.resource_type.as_deref()?;
        ResourceType::find(&ctx.app().reference.now(), code)
    }

    /// Area in which the offer or request applies; null if not known.
    async fn area(&self, ctx: &Context<'_>) -> Option<Area> {
        Area::find(&ctx.app().reference.now(), self.0.area.as_deref()?)
    }

    /// The organisation whose event or office took the intake; null if none.
    async fn host(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.host_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Organisation::from))
    }

    /// The event at which the intake was taken; null if none, or if the viewer may not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        let Some(id) = self.0.event_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<event::Entity>::new(id)).await?;
        Ok(found.map(Event::from))
    }

    /// The person who recorded the intake; null if the viewer may not see them.
    async fn taken_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx.load(Id::<person::Entity>::new(self.0.taken_by)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Instant at which the intake was taken.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.0.taken_at
    }

    /// Contact details of the person who made the offer or request. Null if they gave none, and after
    /// `contactKeptUntil`.
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

    /// Instant at which the contact details are deleted: at most 90 days after the intake arrived, and 28 days after it
    /// was claimed or rejected. A merged duplicate loses them at once.
    async fn contact_kept_until(&self) -> DateTime<Utc> {
        self.0.contact_until
    }

    /// Note of the brokers; null if none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// The intake that this one duplicates; null unless it was merged.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.0.merged_into else {
            return Ok(None);
        };
        Ok(ctx.load(IntakeId::new(id)).await?.map(Self))
    }

    /// The listing made from the intake; null if there is none, or if the viewer may not see it.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let Some(id) = self.0.listing_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<listing::Entity>::new(id)).await?;
        Ok(found.map(Listing::from))
    }

    /// Instant at which the intake reached the marketplace.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Instant of the latest change.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Version, increased with every change. Send it with a correction, so that it cannot overwrite another person's
    /// change unseen.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
