//! GraphQL types of offers and requests.

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
    context::ContextExt,
    events::Event,
    kit::{
        Id, clock,
        date::{Date, LocalTime},
        graphql::{
            cost::list_size,
            fast_object::{FastFields, FastObject},
        },
        lifecycle,
        page::{PageArgs, Total},
    },
    locations::{Place, place::Point},
    organisations::Organisation,
    reference::{Area, PriorityArea, ResourceType},
};

/// Marker type of offers.
pub struct Offered;

/// Marker type of requests.
pub struct Requested;

/// An offer or a request. Both have the same fields, but are two types in the schema, so that clients can tell them
/// apart by type.
pub struct Listed<K>(Row, PhantomData<fn() -> K>);

/// A resource that an organisation offers.
pub type Offer = Listed<Offered>;

/// A resource that an organisation needs.
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

impl FastFields for Quantity {}
impl FastFields for Offer {
    const WAITING: &'static [&'static str] = WAITING;
}
impl FastFields for Request {
    const WAITING: &'static [&'static str] = WAITING;
}

/// Fields that a page does not read together with its rows.
pub(super) const WAITING: &[&str] = &["postedBy", "raisedAtEvent", "activities"];

/// `interface` sets the descriptions of `Offer` and `Request`: both come from this generic type.
#[Object(
    concrete(name = "Offer", params(Offered)),
    concrete(name = "Request", params(Requested))
)]
impl<K: 'static> Listed<K> {
    /// Global id of the listing.
    pub async fn id(&self) -> Id<listing::Entity> {
        Id::new(self.0.known().id)
    }

    /// Direction of the listing: offer or request.
    async fn kind(&self) -> ListingKind {
        self.0.known().kind
    }

    /// Short reference to quote in emails or on the telephone, such as `OFF-7K3M9-Q2X4T`.
    async fn reference(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "reference").await?.reference.clone())
    }

    /// State at this moment. A listing of which nothing is left can still be `PUBLISHED`; see `stillNeeded`.
    async fn state(&self, ctx: &Context<'_>) -> Result<ListingState> {
        Ok(rules::state_at(
            self.0.with(ctx, "state").await?.as_ref(),
            ctx.viewer().now,
        ))
    }

    /// Reason for which the listing was closed; null if it is not closed.
    async fn close_reason(&self, ctx: &Context<'_>) -> Result<Option<CloseReason>> {
        let row = self.0.with(ctx, "closeReason").await?;
        let stands = rules::state_at(&row, ctx.viewer().now);
        Ok(if stands == row.state {
            row.close_reason
        } else {
            rules::timed_out(&row).1
        })
    }

    /// Time at which the listing was closed; null if it is not closed.
    async fn closed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.with(ctx, "closedAt").await?;
        let stands = rules::state_at(&row, ctx.viewer().now);
        Ok(if stands == ListingState::Closed && row.state != stands {
            Some(row.closes_at)
        } else {
            row.closed_at
        })
    }

    /// Title, on one line.
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "title").await?.title.clone())
    }

    /// Description: plain text with line breaks.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.with(ctx, "description").await?.description.clone())
    }

    /// The organisation that posted the listing.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Organisation>>> {
        if let Some(read) = self.0.organisation() {
            return Ok(Some(FastObject(read.clone().into())));
        }
        let id = Id::<organisation::Entity>::new(self.0.known().organisation_id);
        Ok(ctx.load(id).await?.map(Organisation::from).map(FastObject))
    }

    /// The person who drafted the listing; null if the viewer may not see that person.
    async fn posted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let id = Id::<person::Entity>::new(self.0.with(ctx, "postedBy").await?.posted_by);
        Ok(ctx
            .load(id)
            .await?
            .map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Type of the resource.
    async fn resource_type(&self, ctx: &Context<'_>) -> Result<Option<FastObject<ResourceType>>> {
        let row = self.0.with(ctx, "resourceType").await?;
        let found = ResourceType::find(&ctx.app().reference.now(), &row.resource_type);
        Ok(found.map(FastObject))
    }

    /// Top level of the resource type.
    async fn resource_kind(&self, ctx: &Context<'_>) -> Result<ResourceKind> {
        Ok(self.0.with(ctx, "resourceKind").await?.resource_kind)
    }

    /// Way in which the resource is shared; null if the organisation has not set it.
    async fn lending_mode(&self, ctx: &Context<'_>) -> Result<Option<LendingMode>> {
        Ok(self.0.with(ctx, "lendingMode").await?.lending_mode)
    }

    /// Total quantity offered or requested; null if it is not counted.
    async fn quantity(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Quantity>>> {
        let row = self.0.with(ctx, "quantity").await?;
        Ok(row
            .quantity
            .map(|base| FastObject(Quantity::of(&row, base))))
    }

    /// Part of the quantity that is allocated to accepted matches; null if it is not counted.
    async fn allocated_quantity(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Quantity>>> {
        let row = self.0.with(ctx, "allocatedQuantity").await?;
        Ok(row
            .quantity
            .map(|_| FastObject(Quantity::of(&row, row.allocated))))
    }

    /// Quantity minus `allocatedQuantity`; null if it is not counted.
    async fn remaining_quantity(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Quantity>>> {
        let row = self.0.with(ctx, "remainingQuantity").await?;
        Ok(row
            .quantity
            .map(|base| FastObject(Quantity::of(&row, base - row.allocated))))
    }

    /// True if the listing is published and some of its quantity is left, or it is not counted.
    async fn still_needed(&self, ctx: &Context<'_>) -> Result<bool> {
        let row = self.0.with(ctx, "stillNeeded").await?;
        let open = rules::state_at(&row, ctx.viewer().now) == ListingState::Published;
        Ok(open && rules::something_left(&row))
    }

    /// If true, a match may cover part of the quantity; if false, only all of it.
    async fn partial_allowed(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.with(ctx, "partialAllowed").await?.partial_allowed)
    }

    /// Periods in which the resource is available or needed. Empty: any time.
    #[graphql(directive = list_size::apply(super::content::MAX_WINDOWS as u64, None))]
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

    /// Last day on which the resource is still useful; null for offers, and for requests without such a day.
    async fn needed_by(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        Ok(self.0.with(ctx, "neededBy").await?.needed_by.map(Date))
    }

    /// Place at which the resource is, or is needed; null if the listing has none.
    async fn place(&self, ctx: &Context<'_>) -> Result<Option<FastObject<Place>>> {
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
        Ok(place.said().map(FastObject))
    }

    /// True if the listing depends on no place: online, by telephone or by post.
    async fn remote(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.with(ctx, "remote").await?.remote)
    }

    /// Maximum distance from its place that the resource can travel, in kilometres; null if not set.
    async fn reach_km(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.0.with(ctx, "reachKm").await?.reach_km)
    }

    /// Areas that the listing is for.
    #[graphql(directive = list_size::apply(crate::locations::rules::MAX_AREAS as u64, None))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<FastObject<Area>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "areas").await?;
        Ok(row
            .areas
            .0
            .iter()
            .filter_map(|code| Area::find(&reference, code).map(FastObject))
            .collect())
    }

    /// Priority areas that the listing serves, each in the edition under which it was tagged.
    #[graphql(directive = list_size::apply(super::content::MAX_PRIORITY_AREAS as u64, None))]
    async fn priority_areas(&self, ctx: &Context<'_>) -> Result<Vec<FastObject<PriorityArea>>> {
        let reference = ctx.app().reference.now();
        let row = self.0.with(ctx, "priorityAreas").await?;
        let codes = row
            .priority_areas
            .0
            .iter()
            .filter_map(|code| code.split_once('/'));
        Ok(codes
            .filter_map(|(edition, code)| {
                PriorityArea::find(&reference, edition, code).map(FastObject)
            })
            .collect())
    }

    /// Audience of the listing while it is published.
    async fn audience(&self, ctx: &Context<'_>) -> Result<Audience> {
        Ok(self.0.with(ctx, "audience").await?.audience)
    }

    /// Rule by which the listing expires.
    async fn expiry_policy(&self, ctx: &Context<'_>) -> Result<ExpiryPolicy> {
        Ok(self.0.with(ctx, "expiryPolicy").await?.expiry_policy)
    }

    /// Time of expiry; null for a standing listing, and for a draft that gets its expiry at publication.
    async fn expires_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(clock::unless_never(
            self.0.with(ctx, "expiresAt").await?.expires_at,
        ))
    }

    /// Conditions that the other organisation must meet.
    #[graphql(directive = list_size::apply(super::content::MAX_REQUIREMENTS as u64, None))]
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

    /// Pictures of the resource.
    #[graphql(directive = list_size::apply(super::content::MAX_PICTURES as u64, None))]
    async fn pictures(&self, ctx: &Context<'_>) -> Result<Vec<Picture>> {
        let pictures = self.0.with(ctx, "pictures").await?.details.pictures.clone();
        Ok(pictures.into_iter().map(Into::into).collect())
    }

    /// Words, set by the organisation, by which a text search finds the listing.
    #[graphql(directive = list_size::apply(super::content::MAX_TAGS as u64, None))]
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.0.with(ctx, "tags").await?.details.tags.clone())
    }

    /// Reference of the listing in a system of the organisation; null for viewers who are not its members.
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

    /// The event at which the listing was raised; null if there is none, or if the viewer may not see it.
    async fn raised_at_event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        let raised = ctx
            .parts::<listing_event::Entity>(self.0.known().id)
            .await?;
        let Some(row) = raised.first() else {
            return Ok(None);
        };
        let id = Id::<event::Entity>::new(row.event_id);
        Ok(ctx.load(id).await?.map(Event::from))
    }

    /// Time at which the listing was drafted.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "createdAt").await?.created_at)
    }

    /// Time of the last change.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.0.with(ctx, "updatedAt").await?.updated_at)
    }

    /// Time of the first publication; null if there was none. The order `NEWEST` sorts by it.
    async fn published_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(clock::unless_never(
            self.0.with(ctx, "publishedAt").await?.first_published_at,
        ))
    }

    /// Time at which the organisation last published, renewed or confirmed the listing; null if never published.
    async fn confirmed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "confirmedAt").await?.confirmed_at)
    }

    /// Time at which the organisation was reminded to renew or confirm the listing; null if it was not, or has since
    /// done so.
    async fn reminded_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.with(ctx, "remindedAt").await?.reminded_at)
    }

    /// Version, which increases with every change of content or state. Send it with an update, so that the update does
    /// not overwrite a change by another editor.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.0.with(ctx, "version").await?.version)
    }

    /// Acts that the viewer can do on the listing now.
    #[graphql(directive = list_size::apply(9, None))]
    async fn viewer_acts(&self, ctx: &Context<'_>) -> Result<Vec<Act>> {
        Ok(lifecycle::available::<listing::Entity>(
            ctx.viewer(),
            self.0.with(ctx, "viewerActs").await?.as_ref(),
            &(),
        ))
    }

    /// Acts done on the listing, newest first. Empty for viewers who are neither staff nor members of its organisation.
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
