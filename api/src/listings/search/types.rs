//! What the schema says of finding: the filter, the orders, and what a list of listings says beside its pages.

use crate::kit::graphql::cost::{COUNT, cost, list_size};
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    event,
    listing::{Audience, ListingKind, ListingState},
    organisation::{self, Sector},
    resource_type::ResourceKind,
};

use super::{conditions::Found, facets::Facet};
use crate::{
    context::Ask,
    kit::{Id, database::dialect, date::Date},
    locations::place::PointInput,
    reference::{Area, PriorityArea, ResourceType},
};

/// How listings are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ListingOrder {
    /// First published last. Renewing does not bring a listing forward.
    #[default]
    Newest,
    /// Best fit to `text` first; without a text, the newest.
    Relevance,
    /// Nearest to `near` first, which must be given; remote listings and those without a place last.
    Nearest,
    /// Soonest to end first.
    ClosingSoon,
}

/// Close to a point.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NearInput {
    /// The point.
    pub point: PointInput,
    /// Within so many kilometres, more than 0 and at most 500. Left out, the point only sorts (`NEAREST`).
    pub within_km: Option<f64>,
    /// With `withinKm`: remote listings too, for they are as good as near.
    #[graphql(default)]
    pub include_remote: bool,
}

/// Some time between two days, both included.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DateRangeInput {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// Which listings. What is left out does not narrow; members of one list are alternatives; lists have at most 50.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ListingFilter {
    /// Words that must all be there, in any inflection; `"quotes"` keep words together, `begin*` begins one. Words
    /// for a type of resource find it: `laptop` finds IT equipment. At most 200 characters.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Offers, requests or both.
    pub kinds: Option<Vec<ListingKind>>,
    /// States; left out, only what is open. The viewer's own list shows all states.
    pub states: Option<Vec<ListingState>>,
    /// Top levels of resource types.
    pub resource_kinds: Option<Vec<ResourceKind>>,
    /// Codes of resource types, narrower ones included.
    pub resource_types: Option<Vec<String>>,
    /// Codes of priority areas, or `edition/code`, with their outcomes and with what carries them on in other editions.
    pub priority_areas: Option<Vec<String>>,
    /// Codes of areas, with what lies in them and what came before or after them.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::AREAS))]
    pub areas: Option<Vec<String>>,
    /// Close to a point.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::NEAR))]
    pub near: Option<NearInput>,
    /// Only remote listings, or only those that are not.
    pub remote: Option<bool>,
    /// Available on some day between two; listings that say no days are available on all.
    pub available_between: Option<DateRangeInput>,
    /// `true`: something is left of it. `false`: nothing is. `null`: both. Left out, lists show what is left, and
    /// the viewer's own list shows both.
    pub still_needed: MaybeUndefined<bool>,
    /// Of these organisations.
    pub organisations: Option<Vec<Id<organisation::Entity>>>,
    /// Raised at these events, of those that the viewer sees.
    pub events: Option<Vec<Id<event::Entity>>>,
    /// Of organisations in these sectors.
    pub sectors: Option<Vec<Sector>>,
    /// First published at this time or later.
    pub posted_since: Option<DateTime<Utc>>,
    /// Posted to these audiences, of those that the viewer belongs to.
    pub audiences: Option<Vec<Audience>>,
    /// With this reference of the organisation's own; finds nothing for those outside the organisation.
    pub external_reference: Option<String>,
}

/// What a list of listings says beside its pages. Ask only for what is shown: each costs a count.
#[Object(name = "ListingsFound")]
impl Found {
    /// How many there are on all pages together, for this viewer.
    #[graphql(directive = cost::apply(COUNT))]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(Some(
            dialect::count(&ctx.app().database.read, self.all()).await?,
        ))
    }

    /// How many there are of each kind, type, area and so on. Each ignores its own part of the filter.
    async fn facets(&self) -> Facets {
        Facets(self.clone())
    }
}

/// How many listings there are of each, the most frequent first.
pub struct Facets(Found);

/// How many listings there are of each, the most frequent first. Each facet ignores its own part of the filter.
#[Object]
impl Facets {
    /// Offers and requests.
    #[graphql(directive = list_size::apply(2, None), directive = cost::apply(super::facets::COST))]
    async fn kinds(&self, ctx: &Context<'_>) -> Result<Option<Vec<KindCount>>> {
        let counts = self.0.facet(&ctx.app().database.read, Facet::Kind).await?;
        Ok(Some(
            counts
                .into_iter()
                .map(|(kind, count)| KindCount { kind, count })
                .collect(),
        ))
    }

    /// Top levels of resource types.
    #[graphql(directive = list_size::apply(13, None), directive = cost::apply(super::facets::COST))]
    async fn resource_kinds(&self, ctx: &Context<'_>) -> Result<Option<Vec<ResourceKindCount>>> {
        let counts = self
            .0
            .facet(&ctx.app().database.read, Facet::ResourceKind)
            .await?;
        let count = |(resource_kind, count)| ResourceKindCount {
            resource_kind,
            count,
        };
        Ok(Some(counts.into_iter().map(count).collect()))
    }

    /// Resource types, as they were filed.
    #[graphql(directive = list_size::apply(super::facets::MOST_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
    async fn resource_types(&self, ctx: &Context<'_>) -> Result<Option<Vec<ResourceTypeCount>>> {
        let counts = self
            .0
            .facet::<String>(&ctx.app().database.read, Facet::ResourceType)
            .await?;
        let reference = ctx.app().reference.now();
        let find = |(code, count): (String, i64)| {
            Some(ResourceTypeCount {
                resource_type: ResourceType::find(&reference, &code)?,
                count,
            })
        };
        Ok(Some(counts.into_iter().filter_map(find).collect()))
    }

    /// Areas, as they were filed.
    #[graphql(directive = list_size::apply(super::facets::MOST_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
    async fn areas(&self, ctx: &Context<'_>) -> Result<Option<Vec<AreaCount>>> {
        let counts = self
            .0
            .facet::<String>(&ctx.app().database.read, Facet::Area)
            .await?;
        let reference = ctx.app().reference.now();
        let find = |(code, count): (String, i64)| {
            Some(AreaCount {
                area: Area::find(&reference, &code)?,
                count,
            })
        };
        Ok(Some(counts.into_iter().filter_map(find).collect()))
    }

    /// Priority areas, of the editions under which listings were tagged.
    #[graphql(directive = list_size::apply(super::facets::MOST_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
    async fn priority_areas(&self, ctx: &Context<'_>) -> Result<Option<Vec<PriorityAreaCount>>> {
        let counts = self
            .0
            .facet::<String>(&ctx.app().database.read, Facet::PriorityArea)
            .await?;
        let reference = ctx.app().reference.now();
        let find = |(key, count): (String, i64)| {
            let (edition, code) = key.split_once('/')?;
            Some(PriorityAreaCount {
                priority_area: PriorityArea::find(&reference, edition, code)?,
                count,
            })
        };
        Ok(Some(counts.into_iter().filter_map(find).collect()))
    }

    /// Remote and not.
    #[graphql(directive = list_size::apply(2, None), directive = cost::apply(super::facets::COST))]
    async fn remote(&self, ctx: &Context<'_>) -> Result<Option<Vec<RemoteCount>>> {
        let counts = self
            .0
            .facet(&ctx.app().database.read, Facet::Remote)
            .await?;
        Ok(Some(
            counts
                .into_iter()
                .map(|(remote, count)| RemoteCount { remote, count })
                .collect(),
        ))
    }
}

/// How many listings there are of a kind.
#[derive(SimpleObject)]
pub struct KindCount {
    /// The kind.
    pub kind: ListingKind,
    /// How many.
    pub count: i64,
}

/// How many listings there are of a top level.
#[derive(SimpleObject)]
pub struct ResourceKindCount {
    /// The top level.
    pub resource_kind: ResourceKind,
    /// How many.
    pub count: i64,
}

/// How many listings there are of a resource type.
#[derive(SimpleObject)]
pub struct ResourceTypeCount {
    /// The type.
    pub resource_type: ResourceType,
    /// How many.
    pub count: i64,
}

/// How many listings there are for an area.
#[derive(SimpleObject)]
pub struct AreaCount {
    /// The area.
    pub area: Area,
    /// How many.
    pub count: i64,
}

/// How many listings serve a priority area.
#[derive(SimpleObject)]
pub struct PriorityAreaCount {
    /// The priority area.
    pub priority_area: PriorityArea,
    /// How many.
    pub count: i64,
}

/// How many listings are remote, or are not.
#[derive(SimpleObject)]
pub struct RemoteCount {
    /// Whether they are remote.
    pub remote: bool,
    /// How many.
    pub count: i64,
}
