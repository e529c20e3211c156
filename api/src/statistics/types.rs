//! GraphQL types of statistics.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use entity::resource_type::{ResourceKind, Unit};
use rust_decimal::Decimal;

use super::{
    figures::{Figure, Figures, Key, SuppressionReason},
    inputs::StatisticsGrouping,
    rules::Raised,
    service,
    totals::Group,
};
use crate::{
    context::ContextExt,
    kit::date::Month,
    reference::{Area, PriorityArea, Snapshot, quantity},
};

/// Figures of one group of listings, matches and deliveries. With `groupBy`, the field of that criterion identifies
/// the group; it is null in the group of listings without an area or priority area. Without `groupBy`, all of
/// `resourceKind`, `area`, `priorityArea` and `month` are null.
#[derive(SimpleObject)]
pub struct StatisticsGroup {
    /// Top-level kind of resource, if grouped by `RESOURCE_KIND`.
    pub resource_kind: Option<ResourceKind>,
    /// Area, if grouped by `AREA`. Null in the group of listings that name no area.
    pub area: Option<Area>,
    /// Priority area, if grouped by `PRIORITY_AREA`. Null in the group of listings that serve none.
    pub priority_area: Option<PriorityArea>,
    /// Month, if grouped by `MONTH`.
    pub month: Option<Month>,
    /// Figures of which the number or a quantity is suppressed, with the reason. Empty if all are shown.
    #[graphql(directive = list_size::apply(5, None))]
    pub suppressed: Vec<SuppressedFigure>,
    /// Number of offers that were first published in the period; null if suppressed.
    pub offers: Option<i64>,
    /// Number of requests that were first published in the period; null if suppressed.
    pub requests: Option<i64>,
    /// Number of matches that were agreed in the period, even if they were cancelled later; null if suppressed.
    pub matches: Option<i64>,
    /// Number of deliveries in the period that one side recorded and the other has not yet confirmed; null if
    /// suppressed.
    pub claimed_deliveries: Option<i64>,
    /// Number of deliveries in the period that both sides confirmed; null if suppressed. A match that a broker decided
    /// counts as one delivery, on the day of the decision.
    pub confirmed_deliveries: Option<i64>,
    /// Quantities, for each unit separately. Listings and deliveries without a quantity are included in the numbers
    /// above, but not here.
    #[graphql(directive = list_size::apply(super::rules::MAX_UNITS as u64, None))]
    pub measures: Vec<StatisticsMeasure>,
}

/// Quantities in one unit. Do not add the figures to each other: they count different things.
#[derive(SimpleObject)]
pub struct StatisticsMeasure {
    /// Unit of the quantities. Half days are reported as days, and tonnes as kilograms. Days and hours stay separate,
    /// because a day has no fixed length.
    pub unit: Unit,
    /// Quantity of the offers that were first published in the period; null if suppressed.
    pub offered: Option<Decimal>,
    /// Quantity of the requests that were first published in the period; null if suppressed.
    pub requested: Option<Decimal>,
    /// Quantity of the matches that were agreed in the period, by the terms now in force; null if suppressed.
    pub agreed: Option<Decimal>,
    /// Quantity that one side recorded as delivered on a day of the period, and the other side has not answered; null
    /// if suppressed.
    pub claimed: Option<Decimal>,
    /// Quantity that both sides confirmed as delivered on a day of the period, or that a broker decided in the period;
    /// null if suppressed.
    pub confirmed: Option<Decimal>,
}

/// Figure of which the number or a quantity is not public, and the reason. What is suppressed is null.
#[derive(SimpleObject)]
pub struct SuppressedFigure {
    /// The figure: offers, requests, agreed matches, or claimed or confirmed deliveries.
    pub figure: Figure,
    /// Reason for the suppression. Of the number, if that is suppressed.
    pub reason: SuppressionReason,
}

impl SuppressedFigure {
    /// Lists each figure once, from the numbers and the quantities of a group.
    fn all(counts: Figures, measures: &[(Unit, Figures)]) -> Vec<Self> {
        let all = [counts]
            .into_iter()
            .chain(measures.iter().map(|(_, figures)| *figures));
        let first = |figure| all.clone().find_map(|figures| figures.reason(figure));
        let all = Figure::ALL.into_iter();
        all.filter_map(|figure| {
            Some(Self {
                figure,
                reason: first(figure)?,
            })
        })
        .collect()
    }
}

impl StatisticsGroup {
    /// Returns the figures of listings that were raised at an event or series.
    pub async fn raised(
        ctx: &Context<'_>,
        at: Raised,
        by: Option<StatisticsGrouping>,
    ) -> Result<Vec<Self>> {
        let groups = service::outcome(ctx.app(), ctx.viewer(), at, by).await?;
        Ok(Self::all(ctx, groups))
    }

    /// Converts groups to GraphQL objects.
    pub(super) fn all(ctx: &Context<'_>, groups: Vec<Group>) -> Vec<Self> {
        let reference = ctx.app().reference.now();
        let shown = groups.into_iter();
        shown.map(|group| Self::of(group, &reference)).collect()
    }

    /// Converts a group to a GraphQL object.
    fn of(group: Group, reference: &Arc<Snapshot>) -> Self {
        let Group {
            key,
            counts,
            measures,
        } = group;
        let count = |figure| counts.of(figure);
        let mut all = Self {
            resource_kind: None,
            area: None,
            priority_area: None,
            month: None,
            suppressed: SuppressedFigure::all(counts, &measures),
            offers: count(Figure::Offered),
            requests: count(Figure::Requested),
            matches: count(Figure::Agreed),
            claimed_deliveries: count(Figure::Claimed),
            confirmed_deliveries: count(Figure::Confirmed),
            measures: measures.into_iter().map(StatisticsMeasure::of).collect(),
        };
        match key {
            Key::All | Key::Area(None) | Key::Priority(None) => {}
            Key::Kind(kind) => all.resource_kind = Some(kind),
            Key::Area(Some(code)) => all.area = Area::find(reference, &code),
            Key::Priority(Some((edition, code))) => {
                all.priority_area = PriorityArea::find(reference, &edition, &code);
            }
            Key::Month(month) => all.month = Some(Month(month)),
        }
        all
    }
}

impl StatisticsMeasure {
    fn of((unit, figures): (Unit, Figures)) -> Self {
        let amount = |figure| Some(quantity::from_base(figures.of(figure)?, unit));
        Self {
            unit,
            offered: amount(Figure::Offered),
            requested: amount(Figure::Requested),
            agreed: amount(Figure::Agreed),
            claimed: amount(Figure::Claimed),
            confirmed: amount(Figure::Confirmed),
        }
    }
}
