//! GraphQL types of the search: the filter, the orders, and the counts of a list of listings.

use crate::kit::graphql::cost::{COUNT, cost, list_size};
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    event,
    listing::{Audience, ListingKind, ListingState},
    organisation::{self, Sector},
    resource_type::ResourceKind,
};

use super::{conditions::Search, facets::Facet};
use crate::{
    context::ContextExt,
    kit::{Id, database::dialect, date::Date},
    locations::place::PointInput,
    reference::{Area, PriorityArea, ResourceType},
};

/// Order of a list of listings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ListingOrder {
    /// Newest first, by the time of the first publication. A renewal does not move a listing.
    #[default]
    Newest,
    /// Best match of `filter.text` first. Without a text, like `NEWEST`.
    Relevance,
    /// Nearest to `filter.near` first; remote listings and those without a point last. Requires `filter.near`.
    Nearest,
    /// Earliest end first. A listing ends at its expiry, or with its `neededBy` day if that is earlier.
    ClosingSoon,
}

/// A point, and a distance from it.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NearInput {
    /// Point from which distances are measured.
    pub point: PointInput,
    /// Maximum distance in kilometres, more than 0 and at most 500. If left out, the point has an effect only with the
    /// order `NEAREST`. If set, results without a point are left out, and remote listings unless `includeRemote` is
    /// true.
    pub within_km: Option<f64>,
    /// If true, `withinKm` includes all remote listings, or all online and hybrid events. Default false.
    #[graphql(default)]
    pub include_remote: bool,
}

/// Range of days, both included.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DateRangeInput {
    /// First day of the range.
    pub from: Date,
    /// Last day of the range. Not before `from`.
    pub until: Date,
}

/// Conditions for listings. All conditions that are set must be met; a list is met by any one of its items. Lists have
/// at most 50 items.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ListingFilter {
    /// Search text: at most 200 characters, of which the first 12 words or phrases are used. All must occur in the
    /// listing, in any inflection and order; capitals, accents and signs make no difference. `"Quotes"` keep words together, and `gard*` finds words that begin with
    /// `gard`. A word that names a resource type also finds listings of that type: `laptop` finds IT equipment. A text
    /// with only common words, such as `the`, finds no listing.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::TEXT))]
    pub text: Option<String>,
    /// Directions: offers, requests or both.
    pub kinds: Option<Vec<ListingKind>>,
    /// States. If left out, only published listings, but all states in the list of the viewer's own listings.
    pub states: Option<Vec<ListingState>>,
    /// Top levels of resource types, such as `EQUIPMENT`.
    pub resource_kinds: Option<Vec<ResourceKind>>,
    /// Codes of resource types. Narrower types are included, and types that they replaced or that replaced them.
    pub resource_types: Option<Vec<String>>,
    /// Codes of priority areas, or `edition/code`. Their outcomes are included, and the priority areas that precede or
    /// continue them in other editions.
    pub priority_areas: Option<Vec<String>>,
    /// Codes of areas. Areas inside them are included, and their predecessors and successors.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::AREAS))]
    pub areas: Option<Vec<String>>,
    /// Point for distances, and the maximum distance from it.
    #[graphql(directive = crate::kit::graphql::cost::cost::apply(crate::kit::graphql::cost::NEAR))]
    pub near: Option<NearInput>,
    /// `true`: only remote listings. `false`: only listings that are not remote.
    pub remote: Option<bool>,
    /// Days on at least one of which the resource must be available. Weekdays and times of day are not considered; a
    /// listing without periods is available on all days.
    pub available_between: Option<DateRangeInput>,
    /// `true`: only listings of which some is left. `false`: only listings of which nothing is left. `null`: both. If
    /// left out: `true`, but both if `states` is set and in the list of the viewer's own listings.
    pub still_needed: MaybeUndefined<bool>,
    /// Ids of the organisations that posted the listings.
    pub organisations: Option<Vec<Id<organisation::Entity>>>,
    /// Ids of events at which the listings were raised. Events that the viewer may not see find no listing.
    pub events: Option<Vec<Id<event::Entity>>>,
    /// Sectors of the organisations that posted the listings.
    pub sectors: Option<Vec<Sector>>,
    /// Earliest time of the first publication.
    pub posted_since: Option<DateTime<Utc>>,
    /// Audiences. Only listings that the viewer can see are found.
    pub audiences: Option<Vec<Audience>>,
    /// Reference in a system of the organisation, in full. Finds only listings of the viewer's organisations.
    pub external_reference: Option<String>,
}

/// Counts of a list of listings. Each field costs a count in the database, so select only those that you show.
#[Object(name = "ListingsFound")]
impl Search {
    /// Number of listings on all pages together that this viewer can see.
    #[graphql(directive = cost::apply(COUNT))]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        Ok(Some(
            dialect::count(&ctx.app().database.read, self.all()).await?,
        ))
    }

    /// Numbers of listings for each direction, resource type, area and so on.
    async fn facets(&self) -> Facets {
        Facets(self.clone())
    }
}

/// Counts of the listings that a search finds, by facet.
pub struct Facets(Search);

/// Numbers of listings for each value of a facet, the most frequent value first, at most 200. Each facet ignores its
/// own part of the filter, so that it shows what another choice would find.
#[Object]
impl Facets {
    /// Numbers of offers and of requests.
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

    /// Numbers of listings for each top level of resource types.
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

    /// Numbers of listings for each resource type; narrower types are counted separately.
    #[graphql(directive = list_size::apply(super::facets::MAX_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
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

    /// Numbers of listings for each area; areas inside an area are counted separately.
    #[graphql(directive = list_size::apply(super::facets::MAX_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
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

    /// Numbers of listings for each priority area, in the editions under which the listings were tagged.
    #[graphql(directive = list_size::apply(super::facets::MAX_COUNTS as u64, None), directive = cost::apply(super::facets::COST))]
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

    /// Numbers of listings that are remote and that are not.
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

/// Number of listings of a direction: offers or requests.
#[derive(SimpleObject)]
pub struct KindCount {
    /// Direction that is counted.
    pub kind: ListingKind,
    /// Number of listings.
    pub count: i64,
}

/// Number of listings of a top level of resource types.
#[derive(SimpleObject)]
pub struct ResourceKindCount {
    /// Top level that is counted.
    pub resource_kind: ResourceKind,
    /// Number of listings.
    pub count: i64,
}

/// Number of listings of a resource type.
#[derive(SimpleObject)]
pub struct ResourceTypeCount {
    /// Resource type that is counted.
    pub resource_type: ResourceType,
    /// Number of listings.
    pub count: i64,
}

/// Number of listings for an area.
#[derive(SimpleObject)]
pub struct AreaCount {
    /// Area that is counted.
    pub area: Area,
    /// Number of listings.
    pub count: i64,
}

/// Number of listings that serve a priority area.
#[derive(SimpleObject)]
pub struct PriorityAreaCount {
    /// Priority area that is counted.
    pub priority_area: PriorityArea,
    /// Number of listings.
    pub count: i64,
}

/// Number of listings that are remote, or that are not.
#[derive(SimpleObject)]
pub struct RemoteCount {
    /// True for remote listings.
    pub remote: bool,
    /// Number of listings.
    pub count: i64,
}
