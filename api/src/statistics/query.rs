//! Queries of statistics.

use crate::kit::graphql::cost::{cost, list_size};
use async_graphql::{Context, Object, Result};

use super::{
    inputs::{MonthRangeInput, StatisticsFilter, StatisticsGrouping},
    service::{self, Question},
    types::StatisticsGroup,
};
use crate::context::ContextExt;

/// Queries of statistics.
#[derive(Default)]
pub struct StatisticsQuery;

#[Object]
impl StatisticsQuery {
    /// Returns quantities and numbers of offers, requests, matches and deliveries in a period: each figure separately,
    /// and each unit separately. Without `groupBy` there is one group for everything.
    ///
    /// Staff see all figures. Members see those of their own organisation with `filter.organisationId`. Without it,
    /// other callers see what public listings add up to, without figures from which the activity of fewer than three
    /// organisations could be derived: these are null, and `suppressed` gives the reason. A figure is suppressed if one
    /// or two organisations take part in everything that it counts, or if it could be subtracted from other public
    /// figures, of whatever period, grouping and filter, to leave such a remainder. Totals, years (from January and
    /// from April), kinds, areas and priority areas, events, quarters and months are public in this order, as far as
    /// possible; a combination such as one kind in one area is public if it follows from these. Paused listings count
    /// only for their organisation and for staff. A match whose listing was created only to answer another listing is
    /// public if that other listing is.
    ///
    /// A match belongs to the resource kind, the areas and the priority areas of its request. A listing that names
    /// several areas counts in each of them, so groups by area or priority area can add up to more than the total;
    /// without `groupBy` it counts once.
    #[graphql(directive = list_size::apply(super::rules::MAX_GROUPS as u64, Some("groupBy".into())), directive = cost::apply(super::rules::COST))]
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First and last month of the period (Europe/London). At most ten years.")]
        period: MonthRangeInput,
        #[graphql(desc = "Criterion of the groups. Default: one group for everything.")]
        group_by: Option<StatisticsGrouping>,
        #[graphql(desc = "Restricts the rows that are counted. Default: all.")] filter: Option<
            StatisticsFilter,
        >,
    ) -> Result<Vec<StatisticsGroup>> {
        let StatisticsFilter {
            organisation_id,
            resource_kinds,
            areas,
            priority_areas,
        } = filter.unwrap_or_default();
        let question = Question {
            period: (period.from.0, period.until.0),
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
