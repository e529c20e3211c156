//! What the schema says of a listing.

use std::marker::PhantomData;

use async_graphql::{Context, Object, Result, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    event,
    listing::{self, Audience, CloseReason, ExpiryPolicy, ListingKind, ListingState},
    listing_event, organisation, person,
    resource_type::{LendingMode, ResourceKind},
};

use super::{
    projection::{Row, in_full},
    rules::{self, Act},
    value_types::{AvailabilityWindow, Picture, Quantity, Requirement},
};
use crate::{
    accounts::Person,
    activities::Activity,
    context::Ask,
    events::Event,
    kit::{
        Id, clock,
        date::{Date, LocalTime},
        graphql::{
            cost::list_size,
            fast_object::{AtHand, AtOnce},
        },
        lifecycle,
        page::{PageArgs, Total},
    },
    locations::{Place, place::Point},
    organisations::Organisation,
    reference::{Area, PriorityArea, ResourceType},
};

/// Marks offers.
pub struct Offered;

/// Marks requests.
pub struct Requested;

/// An offer or a request. Both have the same fields; they are two types, for their direction is what everybody asks.
pub struct Listed<K>(Row, PhantomData<fn() -> K>);

/// Something that an organisation offers.
pub type Offer = Listed<Offered>;

/// Something that an organisation requests.
pub type Request = Listed<Requested>;

impl<K> From<Row> for Listed<K> {
    fn from(row: Row) -> Self {
        Self(row, PhantomData)
    }
}

impl<K> From<listing::Model> for Listed<K> {
    fn from(row: listing::Model) -> Self {
        Row::from(row).into()
    }
}

impl AtHand for Quantity {}
impl AtHand for Offer {
    const WAITING: &'static [&'static str] = WAITING;
}
impl AtHand for Request {
    const WAITING: &'static [&'static str] = WAITING;
}

/// Fields that a page has not read beside its rows.
pub(super) const WAITING: &[&str] = &["postedBy", "raisedAt", "activities"];

/// Described in `interface`, each as what it is.
#[Object(
    concrete(name = "Offer", params(Offered)),
    concrete(name = "Request", params(Requested))
)]
impl<K: 'static> Listed<K> {
    /// Global id.
    pub async fn id(&self) -> Id<listing::Entity> {
        Id::new(self.0.known().id)
    }

    /// Offer or request.
    async fn kind(&self) -> ListingKind {
        self.0.known().kind
    }

    /// The number by which people speak of it, such as `OFF-7K3M9-Q2X4T`.
    async fn reference(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "reference").await?.reference.clone())
    }

    /// Where it stands at this moment. One that has nothing left is still `PUBLISHED`: see `stillNeeded`.
    async fn state(&self, ctx: &Context<'_>) -> Result<ListingState> {
        Ok(rules::state_at(
            self.0.with(ctx, "state").await?.as_ref(),
            ctx.viewer().now,
        ))
    }

    /// Why it was closed; null while it is not.
    async fn close_reason(&self, ctx: &Context<'_>) -> Result<Option<CloseReason>> {
        let row = self.0.with(ctx, "closeReason").await?;
        let stands = rules::state_at(&row, ctx.viewer().now);
        Ok(if stands == row.state {
            row.close_reason
        } else {
            rules::timed_out(&row).1
        })
    }

    /// When it was closed; null while it is not.
    async fn closed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "closedAt").await?;
        let stands = rules::state_at(&row, ctx.viewer().now);
        Ok(if stands == ListingState::Closed && row.state != stands {
            Some(row.closes_at)
        } else {
            row.closed_at
        })
    }

    /// What it is, in a line.
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "title").await?.title.clone())
    }

    /// What it is, in full: plain text with line breaks.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "description").await?.description.clone())
    }

    /// Whose it is.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Organisation>>> {
        if let Some(read) = self.0.organisation() {
            return Ok(Some(AtOnce(read.clone().into())));
        }
        let id = Id::<organisation::Entity>::new(self.0.known().organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from).map(AtOnce))
    }

    /// Who wrote it; null for those who do not see that person.
    async fn posted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.with(ctx, "postedBy").await?.posted_by);
        Ok(ctx
            .load(id)
            .await?
            .map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// The type of resource.
    async fn resource_type(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<ResourceType>>> {
        let row = self.0.with(ctx, "resourceType").await?;
        let found = ResourceType::find(&ctx.app().reference.now(), &row.resource_type);
        Ok(found.map(AtOnce))
    }

    /// The top level of its type.
    async fn resource_kind(&self, ctx: &Context<'_>) -> Result<ResourceKind> {
        Ok(self.0.with(ctx, "resourceKind").await?.resource_kind)
    }

    /// How it changes hands, if that was said.
    async fn lending_mode(&self, ctx: &Context<'_>) -> Result<Option<LendingMode>> {
        Ok(self.0.with(ctx, "lendingMode").await?.lending_mode)
    }

    /// How much there is, or is needed, in all; null where it is not counted.
    async fn quantity(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Quantity>>> {
        let row = self.0.with(ctx, "quantity").await?;
        Ok(row.quantity.map(|base| AtOnce(Quantity::of(&row, base))))
    }

    /// How much of it accepted matches hold; null where it is not counted.
    async fn allocated_quantity(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Quantity>>> {
        let row = self.0.with(ctx, "allocatedQuantity").await?;
        Ok(row
            .quantity
            .map(|_| AtOnce(Quantity::of(&row, row.allocated))))
    }

    /// How much of it is left; null where it is not counted.
    async fn remaining_quantity(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Quantity>>> {
        let row = self.0.with(ctx, "remainingQuantity").await?;
        Ok(row
            .quantity
            .map(|base| AtOnce(Quantity::of(&row, base - row.allocated))))
    }

    /// Whether it is open and something of it is left: an offer still to be had, a request still to be met.
    async fn still_needed(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "stillNeeded").await?;
        let open = rules::state_at(&row, ctx.viewer().now) == ListingState::Published;
        Ok(open && rules::something_left(&row))
    }

    /// Whether a part of the quantity is fine; otherwise it is all or nothing.
    async fn partial_allowed(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.with(ctx, "partialAllowed").await?.partial_allowed)
    }

    /// When it can be had, or would be used; empty for any time.
    #[graphql(directive = list_size::apply(super::content::MOST_WINDOWS as u64, None))]
    async fn availability(&self, ctx: &Context<'_>) -> Result<Vec<AvailabilityWindow>> {
        let windows = self
            .0
            .with(ctx, "availability")
            .await?
            .details
            .availability
            .clone();
        Ok(windows.into_iter().map(Into::into).collect())
    }

    /// For requests: the last day on which it still helps.
    async fn needed_by(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        Ok(self.0.with(ctx, "neededBy").await?.needed_by.map(Date))
    }

    /// Where it is, or is needed; null where nothing was said.
    async fn place(&self, ctx: &Context<'_>) -> Result<Option<AtOnce<Place>>> {
        let wanted = if in_full(ctx.field()) {
            "place.addressLines"
        } else {
            "place"
        };
        let row = self.0.with(ctx, wanted).await?;
        let point = row.latitude.zip(row.longitude);
        let place = Place {
            address_lines: row.details.address_lines.clone(),
            town: row.town.clone(),
            postcode: row.postcode.clone(),
            point: point.and_then(|(latitude, longitude)| Point::new(latitude, longitude)),
        };
        Ok(place.said().map(AtOnce))
    }

    /// Whether it works from anywhere: online, by telephone, by post.
    async fn remote(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.with(ctx, "remote").await?.remote)
    }

    /// How far from its place it can go, in kilometres.
    async fn reach_km(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.0.with(ctx, "reachKm").await?.reach_km)
    }

    /// The areas that it is for.
    #[graphql(directive = list_size::apply(crate::locations::rules::MOST_AREAS as u64, None))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<AtOnce<Area>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "areas").await?;
        Ok(row
            .areas
            .0
            .iter()
            .filter_map(|code| Area::find(&reference, code).map(AtOnce))
            .collect())
    }

    /// The priority areas that it serves, of the edition under which it was tagged.
    #[graphql(directive = list_size::apply(super::content::MOST_PRIORITY_AREAS as u64, None))]
    async fn priority_areas(&self, ctx: &Context<'_>) -> Result<Vec<AtOnce<PriorityArea>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "priorityAreas").await?;
        let codes = row
            .priority_areas
            .0
            .iter()
            .filter_map(|code| code.split_once('/'));
        Ok(codes
            .filter_map(|(edition, code)| PriorityArea::find(&reference, edition, code).map(AtOnce))
            .collect())
    }

    /// Who may see it.
    async fn audience(&self, ctx: &Context<'_>) -> Result<Audience> {
        Ok(self.0.with(ctx, "audience").await?.audience)
    }

    /// Whether time ends it.
    async fn expiry_policy(&self, ctx: &Context<'_>) -> Result<ExpiryPolicy> {
        Ok(self.0.with(ctx, "expiryPolicy").await?.expiry_policy)
    }

    /// When it expires; null for a standing listing, and for a draft that leaves it to the marketplace.
    async fn expires_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(clock::unless_never(
            self.0.with(ctx, "expiresAt").await?.expires_at,
        ))
    }

    /// What the other side must meet.
    #[graphql(directive = list_size::apply(super::content::MOST_REQUIREMENTS as u64, None))]
    async fn requirements(&self, ctx: &Context<'_>) -> Result<Vec<Requirement>> {
        let requirements = self
            .0
            .with(ctx, "requirements")
            .await?
            .details
            .requirements
            .clone();
        Ok(requirements.into_iter().map(Into::into).collect())
    }

    /// Pictures of it.
    #[graphql(directive = list_size::apply(super::content::MOST_PICTURES as u64, None))]
    async fn pictures(&self, ctx: &Context<'_>) -> Result<Vec<Picture>> {
        let pictures = self.0.with(ctx, "pictures").await?.details.pictures.clone();
        Ok(pictures.into_iter().map(Into::into).collect())
    }

    /// Words of the organisation's own by which it is found.
    #[graphql(directive = list_size::apply(super::content::MOST_TAGS as u64, None))]
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.0.with(ctx, "tags").await?.details.tags.clone())
    }

    /// What the organisation calls it in a system of its own; null for everybody outside the organisation.
    async fn external_reference(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if ctx
            .viewer()
            .role_in(self.0.known().organisation_id)
            .is_none()
        {
            return Ok(None);
        }
        Ok(self
            .0
            .with(ctx, "externalReference")
            .await?
            .external_reference
            .clone())
    }

    /// The event at which it was raised; null where it was at none, or at one that the viewer does not see.
    async fn raised_at(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        let raised = ctx
            .parts::<listing_event::Entity>(self.0.known().id)
            .await?;
        let Some(row) = raised.first() else {
            return Ok(None);
        };
        let id = Id::<event::Entity>::new(row.event_id);
        Ok(ctx.load(id).await?.map(Event::from))
    }

    /// When it was drafted.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "createdAt").await?.created_at)
    }

    /// When it was changed last.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "updatedAt").await?.updated_at)
    }

    /// When it was published for the first time; null while it has not been. The order `NEWEST` goes by it.
    async fn published_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(clock::unless_never(
            self.0.with(ctx, "publishedAt").await?.first_published_at,
        ))
    }

    /// When its organisation last said that it holds.
    async fn confirmed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "confirmedAt").await?.confirmed_at)
    }

    /// When its organisation was reminded to renew or confirm it, if it has not done so since.
    async fn reminded_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "remindedAt").await?.reminded_at)
    }

    /// Goes up with every change. Send it with an edit, so that nobody's change is overwritten unseen.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "version").await?.version)
    }

    /// What the viewer can do to it now.
    #[graphql(directive = list_size::apply(9, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        Ok(lifecycle::available::<listing::Entity>(
            ctx.viewer(),
            self.0.with(ctx, "viewerActs").await?.as_ref(),
            &(),
        ))
    }

    /// What was done to it, newest first; seen by its organisation and by staff, empty for others.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Activity, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Activity::of_subject(ctx, Id::<listing::Entity>::new(self.0.known().id), args).await
    }
}

impl From<listing::Window> for AvailabilityWindow {
    fn from(window: listing::Window) -> Self {
        let listing::Window {
            from,
            until,
            weekdays,
            start_time,
            end_time,
        } = window;
        Self {
            from: from.map(Date),
            until: until.map(Date),
            weekdays,
            start_time: start_time.map(LocalTime),
            end_time: end_time.map(LocalTime),
        }
    }
}

impl From<listing::Requirement> for Requirement {
    fn from(requirement: listing::Requirement) -> Self {
        let listing::Requirement {
            kind,
            detail,
            minimum_age,
        } = requirement;
        Self {
            kind,
            detail,
            minimum_age,
        }
    }
}

impl From<listing::Picture> for Picture {
    fn from(picture: listing::Picture) -> Self {
        let listing::Picture { url, alt } = picture;
        Self { url, alt }
    }
}
