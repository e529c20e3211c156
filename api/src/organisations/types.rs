//! What the schema says of organisations.

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
    context::Ask,
    events::{self, EventFilter, EventOrder, EventPage},
    kit::{
        Error, Id, Viewer,
        database::projection::Partial,
        graphql::fast_object::AtHand,
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

/// An organisation of the county or beyond.
pub struct Organisation {
    row: Partial<organisation::Entity>,
    /// Where the viewer of the request does not know it yet: they have just made it.
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

impl AtHand for Organisation {
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
    /// The organisation that this viewer has just made, and owns.
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

    /// The organisation with what a field needs, read now where it was not read before.
    async fn with(
        &self,
        ctx: &Context<'_>,
        field: &str,
    ) -> Result<Cow<'_, organisation::Model>, Error> {
        if let Some(row) = self.row.with(projection::needs(field)) {
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

/// An organisation of the county or beyond. Everybody sees it; its members are seen by each other and by staff.
#[Object]
impl Organisation {
    /// Global id.
    pub async fn id(&self) -> Id<organisation::Entity> {
        Id::new(self.key())
    }

    /// What it is called.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.with(ctx, "name").await?.name.clone())
    }

    /// What it is.
    async fn kind(&self, ctx: &Context<'_>) -> Result<OrganisationKind> {
        Ok(self.with(ctx, "kind").await?.kind)
    }

    /// The part of society that it belongs to: follows from its kind.
    async fn sector(&self, ctx: &Context<'_>) -> Result<Sector> {
        Ok(rules::sector(self.with(ctx, "sector").await?.kind))
    }

    /// How many people work for it, where it says so.
    async fn size(&self, ctx: &Context<'_>) -> Result<Option<OrganisationSize>> {
        Ok(self.with(ctx, "size").await?.size)
    }

    /// What it does, in its own words; several lines of plain text, or none.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.with(ctx, "description").await?.description.clone())
    }

    /// Where a calendar program follows what it hosts (RFC 5545), as everybody may see it.
    async fn calendar_url(&self, ctx: &Context<'_>) -> String {
        calendars::rules::of_organisation(&ctx.app().config, Id::new(self.row.known().id))
    }

    /// Its pages on the web.
    async fn website(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "website").await?.website.clone())
    }

    /// An address that anybody may write to.
    async fn public_email(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "publicEmail").await?.public_email.clone())
    }

    /// A number that anybody may call.
    async fn public_phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.with(ctx, "publicPhone").await?.public_phone.clone())
    }

    /// The numbers under which registers know it.
    #[graphql(directive = list_size::apply(crate::organisations::registers::rules::MOST_HELD as u64, None))]
    async fn identifiers(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationIdentifier>> {
        let mut rows = ctx
            .parts::<organisation_identifier::Entity>(self.key())
            .await?;
        rows.sort_by(|a, b| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The organisation that it is a part of.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let parent = self.with(ctx, "parent").await?.parent_id;
        Self::other(ctx, parent).await
    }

    /// The organisations that are a part of it, by name: teams of a council, branches of a charity.
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

    /// Where it is.
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

    /// The areas that it works in.
    #[graphql(directive = list_size::apply(crate::locations::rules::MOST_AREAS as u64, None))]
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

    /// What it offers and requests, as far as that is listed to the viewer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings; those that are open unless `states` says otherwise.")]
        filter: Option<ListingFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Listing>> {
        let args = PageArgs::new(first, after, last, before)?;
        listing_search::query::of_organisation(ctx, self.key(), filter, order_by, args).await
    }

    /// What it hosts, as far as that is listed to the viewer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events; those that are to come unless `states` says otherwise.")]
        filter: Option<EventFilter>,
        #[graphql(desc = "In which order.", default)] order_by: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage> {
        let args = PageArgs::new(first, after, last, before)?;
        events::of_organisation(ctx, self.key(), filter, order_by, args).await
    }

    /// Whether staff have confirmed that it is what it says.
    async fn verification(&self, ctx: &Context<'_>) -> Result<Verification> {
        let row = self.with(ctx, "verification").await?;
        Ok(Verification {
            status: row.verification,
            method: row.verification_method,
            at: row.verified_at,
        })
    }

    /// Whether it goes on.
    async fn state(&self, ctx: &Context<'_>) -> Result<OrganisationState> {
        Ok(self.with(ctx, "state").await?.state)
    }

    /// The organisation that carries on for it, where it was merged.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let into = self.with(ctx, "mergedInto").await?.merged_into;
        Self::other(ctx, into).await
    }

    /// When it was created here.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.with(ctx, "createdAt").await?.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.with(ctx, "updatedAt").await?.updated_at)
    }

    /// Counts its changes. Send the version that you read with a change of yours.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.with(ctx, "version").await?.version)
    }

    /// What the viewer may do for it; null where they are no member.
    async fn viewer_role(&self, ctx: &Context<'_>) -> Option<MembershipRole> {
        self.viewer_role
            .or_else(|| ctx.viewer().role_in(self.key()))
    }

    /// Its members, and who asked to become one, in the order in which they came. Seen by each other and by
    /// staff; others see themselves only.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In force, asked for, or both; without it, both.")] states: Option<
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

    /// Invitations that nobody has used yet, the newest first. Seen by its managers and owners and by
    /// administrators.
    #[graphql(directive = list_size::apply(crate::organisations::invitations::rules::MOST_WAITING, None), directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::STATEMENT))]
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>> {
        Invitation::of_organisation(ctx, self.key()).await
    }

    /// What was done for it or to it, the newest first. Seen by its members and by staff; others see their own
    /// acts only.
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

/// Whether staff have confirmed that an organisation is what it says.
#[derive(SimpleObject)]
pub struct Verification {
    /// What they found.
    pub status: VerificationStatus,
    /// How they looked.
    pub method: Option<VerificationMethod>,
    /// When it was confirmed.
    pub at: Option<DateTime<Utc>>,
}

crate::payload! {
    /// What an act on an organisation gives back.
    OrganisationPayload {
        /// The organisation after the act; null where it was refused.
        organisation: Organisation
    }
}
