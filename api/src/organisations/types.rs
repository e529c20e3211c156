//! GraphQL type of an organisation.

use crate::kit::graphql::cost::list_size;
use std::borrow::Cow;

use async_graphql::{Context, Object, Result, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use entity::{
    membership::{MembershipRole, MembershipState},
    organisation::{
        self, OrganisationKind, OrganisationSize, OrganisationState, Sector, VerificationMethod,
        VerificationStatus,
    },
    organisation_identifier,
};

use super::{projection, rules, search};
use crate::{
    activities::Activity,
    calendars,
    context::ContextExt,
    events::{self, EventFilter, EventOrder, EventPage},
    kit::{
        Error, Id, Viewer,
        database::projection::Partial,
        graphql::fast_object::FastFields,
        page::{PageArgs, Total},
    },
    listings::{
        Listing,
        search::{self as listing_search, ListingFilter, ListingOrder, query::ListingPage},
    },
    locations::Place,
    organisations::{
        invitations::Invitation, members::Membership, registers::OrganisationIdentifier,
    },
    reference::Area,
};

/// An organisation, in the county or beyond.
pub struct Organisation {
    row: Partial<organisation::Entity>,
    /// Role of the viewer if they have just created the organisation, which the request data does not contain yet.
    viewer_role: Option<MembershipRole>,
}

impl From<Partial<organisation::Entity>> for Organisation {
    fn from(row: Partial<organisation::Entity>) -> Self {
        Self {
            row,
            viewer_role: None,
        }
    }
}

impl From<organisation::Model> for Organisation {
    fn from(row: organisation::Model) -> Self {
        Partial::whole(row).into()
    }
}

impl FastFields for Organisation {
    const WAITING: &'static [&'static str] = &[
        "identifiers",
        "parent",
        "children",
        "listings",
        "events",
        "mergedInto",
        "members",
        "invitations",
        "activities",
    ];
}

impl Organisation {
    /// Creates the GraphQL object of an organisation that the viewer has just created and owns.
    #[must_use]
    pub fn made_by(viewer: &Viewer, row: organisation::Model) -> Self {
        let viewer_role = viewer.role_in(row.id).or(Some(MembershipRole::Owner));
        Self {
            row: Partial::whole(row),
            viewer_role,
        }
    }

    fn key(&self) -> uuid::Uuid {
        self.row.known().id
    }

    /// Returns the row with the columns that a field needs. Reads it if they were not read before.
    async fn with(
        &self,
        ctx: &Context<'_>,
        field: &str,
    ) -> Result<Cow<'_, organisation::Model>, Error> {
        if let Some(row) = projection::needs(field).and_then(|columns| self.row.with(columns)) {
            return Ok(Cow::Borrowed(row));
        }
        let found = ctx
            .load(Id::<organisation::Entity>::new(self.key()))
            .await?;
        found.map(Cow::Owned).ok_or(Error::NotFound)
    }

    async fn other(ctx: &Context<'_>, id: Option<uuid::Uuid>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
        Ok(found.map(Self::from))
    }
}

/// An organisation, in the county or beyond. Visible to everybody; its members are visible to each other and to staff.
#[Object]
impl Organisation {
    /// Global id.
    pub async fn id(&self) -> Id<organisation::Entity> {
        Id::new(self.key())
    }

    /// Name of the organisation.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.with(ctx, "name").await?.name.clone())
    }

    /// Kind of organisation.
    async fn kind(&self, ctx: &Context<'_>) -> Result<OrganisationKind> {
        Ok(self.with(ctx, "kind").await?.kind)
    }

    /// Sector of the organisation, derived from its kind.
    async fn sector(&self, ctx: &Context<'_>) -> Result<Sector> {
        Ok(rules::sector(self.with(ctx, "sector").await?.kind))
    }

    /// Number of people who work for the organisation; null if not stated.
    async fn size(&self, ctx: &Context<'_>) -> Result<Option<OrganisationSize>> {
        Ok(self.with(ctx, "size").await?.size)
    }

    /// Description of the organisation's work: plain text with line breaks. Empty if there is none.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.with(ctx, "description").await?.description.clone())
    }

    /// Address of an iCalendar feed (RFC 5545) of the public events that the organisation hosts.
    async fn calendar_url(&self, ctx: &Context<'_>) -> String {
        calendars::rules::of_organisation(&ctx.app().config, Id::new(self.row.known().id))
    }

    /// Address of the website; null if there is none.
    async fn website(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "website").await?.website.clone())
    }

    /// Public email address; null if there is none.
    async fn public_email(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "publicEmail").await?.public_email.clone())
    }

    /// Public telephone number; null if there is none.
    async fn public_phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "publicPhone").await?.public_phone.clone())
    }

    /// Register numbers of the organisation.
    #[graphql(directive = list_size::apply(crate::organisations::registers::rules::MAX_HELD as u64, None))]
    async fn identifiers(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationIdentifier>> {
        let mut rows = ctx
            .parts::<organisation_identifier::Entity>(self.key())
            .await?;
        rows.sort_by(|a, b| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The parent organisation; null if there is none.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let parent = self.with(ctx, "parent").await?.parent_id;
        Self::other(ctx, parent).await
    }

    /// Child organisations, by name, such as teams of a council or branches of a charity.
    async fn children(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Self, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        let page = search::children(ctx.viewer(), self.key(), args);
        let total = page.total();
        let slice = ctx.page::<organisation::Model>(page).await?;
        Ok(slice.connection(total, Self::from))
    }

    /// Address of the organisation and its point on the map; null if not stated.
    async fn place(&self, ctx: &Context<'_>) -> Result<Option<Place>> {
        let row = self.with(ctx, "place").await?;
        let place = Place {
            address_lines: row.address_lines.0.clone(),
            town: row.town.clone(),
            postcode: row.postcode.clone(),
            point: rules::point(&row),
        };
        Ok(place.said())
    }

    /// Areas in which the organisation works.
    #[graphql(directive = list_size::apply(crate::locations::rules::MAX_AREAS as u64, None))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<Area>> {
        let reference = ctx.app().reference.now();
        let row = self.with(ctx, "areas").await?;
        Ok(row
            .areas
            .0
            .iter()
            .filter_map(|code| Area::find(&reference, code))
            .collect())
    }

    /// Offers and requests that the organisation posted, as far as the viewer may list them.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter. Default: published listings with quantity left.")] filter: Option<
            ListingFilter,
        >,
        #[graphql(desc = "Order of the listings.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Listing>> {
        let args = PageArgs::new(first, after, last, before)?;
        listing_search::query::of_organisation(ctx, self.key(), filter, order_by, args).await
    }

    /// Events that the organisation hosts, as far as the viewer may list them.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filter. Without `states`, upcoming events only.")] filter: Option<
            EventFilter,
        >,
        #[graphql(desc = "Order of the events.", default)] order_by: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage> {
        let args = PageArgs::new(first, after, last, before)?;
        events::of_organisation(ctx, self.key(), filter, order_by, args).await
    }

    /// Result of the verification by staff.
    async fn verification(&self, ctx: &Context<'_>) -> Result<Verification> {
        let row = self.with(ctx, "verification").await?;
        Ok(Verification {
            status: row.verification,
            method: row.verification_method,
            at: row.verified_at,
        })
    }

    /// State of the organisation: active or merged.
    async fn state(&self, ctx: &Context<'_>) -> Result<OrganisationState> {
        Ok(self.with(ctx, "state").await?.state)
    }

    /// The successor, if the organisation was merged; otherwise null.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let into = self.with(ctx, "mergedInto").await?.merged_into;
        Self::other(ctx, into).await
    }

    /// Time at which the organisation was created on the marketplace.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.with(ctx, "createdAt").await?.created_at)
    }

    /// Time of the last change.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.with(ctx, "updatedAt").await?.updated_at)
    }

    /// Version, raised by every change. Send it with an update.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.with(ctx, "version").await?.version)
    }

    /// Role of the viewer in the organisation; null if they are not a member.
    async fn viewer_role(&self, ctx: &Context<'_>) -> Option<MembershipRole> {
        self.viewer_role
            .or_else(|| ctx.viewer().role_in(self.key()))
    }

    /// Members and people who asked to join, oldest membership first. Visible to members and staff; other viewers see
    /// only their own membership.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "States of the memberships; default both.")] states: Option<
            Vec<MembershipState>,
        >,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Membership, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Membership::of_organisation(ctx, self.key(), states, args).await
    }

    /// Open invitations, newest first. Visible to managers and owners of the organisation and to administrators.
    #[graphql(directive = list_size::apply(crate::organisations::invitations::rules::MAX_WAITING, None), directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::STATEMENT))]
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>> {
        Invitation::of_organisation(ctx, self.key()).await
    }

    /// Activities by the organisation or concerning it, newest first. Visible to its members and to staff; other
    /// viewers see only their own acts.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Activity, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Activity::of_organisation(ctx, self.key(), args).await
    }
}

/// Result of the verification of an organisation by staff.
#[derive(SimpleObject)]
pub struct Verification {
    /// Status of the verification.
    pub status: VerificationStatus,
    /// Method of verification; null if the organisation was not checked.
    pub method: Option<VerificationMethod>,
    /// Time of the confirmation; null if the organisation is not verified.
    pub at: Option<DateTime<Utc>>,
}

crate::payload! {
    /// Result of an act on an organisation.
    OrganisationPayload {
        /// The organisation after the act; null if the act was refused.
        organisation: Organisation
    }
}
