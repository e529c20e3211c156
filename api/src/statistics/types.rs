//! GraphQL types of statistics.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use entity::resource_type::{ResourceKind, Unit};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    figures::{Figure, Figures, Key},
    inputs::StatisticsGrouping,
    service,
    totals::Group,
};
use crate::{
    context::ContextExt,
    kit::Date,
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
    /// First day of the month, if grouped by `MONTH`.
    pub month: Option<Date>,
    /// True if the figures are suppressed because too few organisations act in the group, or because they would reveal
    /// another suppressed group. All numbers are then null, and `measures` is empty.
    pub suppressed: bool,
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
    /// Quantity of the offers that were first published in the period.
    pub offered: Decimal,
    /// Quantity of the requests that were first published in the period.
    pub requested: Decimal,
    /// Quantity of the matches that were agreed in the period, by the terms now in force.
    pub agreed: Decimal,
    /// Quantity that one side recorded as delivered on a day of the period, and the other side has not answered.
    pub claimed: Decimal,
    /// Quantity that both sides confirmed as delivered on a day of the period, or that a broker decided in the period.
    pub confirmed: Decimal,
}

impl StatisticsGroup {
    /// Returns the figures of listings that were raised at an event. `series` is the series that contains it, if any.
    pub async fn of_event(
        ctx: &Context<'_>,
        event: Uuid,
        series: Option<Uuid>,
        by: Option<StatisticsGrouping>,
    ) -> Result<Vec<Self>> {
        let groups = service::of_event(ctx.app(), ctx.viewer(), event, series, by).await?;
        Ok(Self::all(ctx, groups))
    }

    /// Returns the figures of listings that were raised at a series.
    pub async fn of_series(
        ctx: &Context<'_>,
        series: Uuid,
        by: Option<StatisticsGrouping>,
    ) -> Result<Vec<Self>> {
        let groups = service::of_series(ctx.app(), ctx.viewer(), series, by).await?;
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
            organisations: _,
            counts,
            measures,
            suppressed,
        } = group;
        let count = |figure| (!suppressed).then(|| counts.of(figure));
        let shown = measures.into_iter().filter(|_| !suppressed);
        let mut all = Self {
            resource_kind: None,
            area: None,
            priority_area: None,
            month: None,
            suppressed,
            offers: count(Figure::Offered),
            requests: count(Figure::Requested),
            matches: count(Figure::Agreed),
            claimed_deliveries: count(Figure::Claimed),
            confirmed_deliveries: count(Figure::Confirmed),
            measures: shown.map(StatisticsMeasure::of).collect(),
        };
        match key {
            Key::All | Key::Event(_) | Key::Area(None) | Key::Priority(None) => {}
            Key::Kind(kind) => all.resource_kind = Some(kind),
            Key::Area(Some(code)) => all.area = Area::find(reference, &code),
            Key::Priority(Some((edition, code))) => {
                all.priority_area = PriorityArea::find(reference, &edition, &code);
            }
            Key::Month(month) => all.month = Some(Date(month)),
        }
        all
    }
}

impl StatisticsMeasure {
    fn of((unit, figures): (Unit, Figures)) -> Self {
        let amount = |figure| quantity::from_base(figures.of(figure), unit);
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
