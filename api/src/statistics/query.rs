//! Reading statistics.

use crate::kit::graphql::cost::{cost, list_size};
use async_graphql::{Context, Object, Result};

use super::{
    inputs::{StatisticsFilter, StatisticsGrouping},
    service::{self, Question},
    types::StatisticsGroup,
};
use crate::{context::Ask, listings::search::types::DateRangeInput};

/// Reading statistics.
#[derive(Default)]
pub struct StatisticsQuery;

#[Object]
impl StatisticsQuery {
    /// How much was offered, requested, agreed, claimed and confirmed in a period, and how often: each figure apart,
    /// and each unit apart. Without `groupBy` one group holds everything.
    ///
    /// Staff see all of it, and members that of their organisation, with `filter.organisationId`. Whoever asks without
    /// it sees what public listings add up to, and only of groups in which at least three organisations act, so that
    /// nobody can be told from a number: other groups are `suppressed`, and with them the next smallest where the rest
    /// would tell. Publish figures of periods that do not overlap: the difference of two that do may be a small group.
    /// Listings that are paused count for their organisation and for staff only. A match whose listing was made only
    /// to answer another is as public as that other one.
    ///
    /// A match belongs to the kind, the areas and the priority areas of its request. What names several areas counts in
    /// each of them, so that the groups of areas and of priority areas add up to more than there is; without `groupBy`
    /// it counts once.
    #[graphql(directive = list_size::apply(super::rules::MOST_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(super::rules::COST))]
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first and the last day, in Surrey; at most ten years.")]
        period: DateRangeInput,
        #[graphql(desc = "By what; left out, one group holds everything.")] group_by: Option<
            StatisticsGrouping,
        >,
        #[graphql(desc = "Of what; left out, of everything.")] filter: Option<StatisticsFilter>,
    ) -> Result<Vec<StatisticsGroup>> {
        let StatisticsFilter {
            organisation_id,
            resource_kinds,
            areas,
            priority_areas,
        } = filter.unwrap_or_default();
        let question = Question {
            period: (period.from.into(), period.until.into()),
            by: group_by,
            organisation: organisation_id.map(|id| id.0),
            kinds: resource_kinds,
            areas,
            priorities: priority_areas,
        };
        let groups = service::figures(ctx.app(), ctx.viewer(), question).await?;
        Ok(StatisticsGroup::all(ctx, groups))
    }
}
