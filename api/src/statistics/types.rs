//! What the schema says of statistics.

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
    context::Ask,
    kit::Date,
    reference::{Area, PriorityArea, Snapshot, quantity},
};

/// What was done in one group of listings, matches and deliveries. One of `resourceKind`, `area`, `priorityArea` and
/// `month` says which it is; where all are null it is everything, or what names no area.
#[derive(SimpleObject)]
pub struct StatisticsGroup {
    /// The top level, where groups are by that.
    pub resource_kind: Option<ResourceKind>,
    /// The area, where groups are by that; null for what names none.
    pub area: Option<Area>,
    /// The priority area, where groups are by that; null for what serves none.
    pub priority_area: Option<PriorityArea>,
    /// The first day of the month, where groups are by that.
    pub month: Option<Date>,
    /// Whether its figures are kept back, for too few organisations act in this group, or in what others leave over: all
    /// counts are null then, and there are no measures.
    pub suppressed: bool,
    /// How many offers were first published in the period.
    pub offers: Option<i64>,
    /// How many requests were first published in the period.
    pub requests: Option<i64>,
    /// How many matches were agreed in the period, whatever became of them.
    pub matches: Option<i64>,
    /// How many deliveries of the period wait for the other side's word.
    pub claimed_deliveries: Option<i64>,
    /// How many deliveries of the period both sides confirmed. A match that a broker decided counts as one, on the day
    /// of the decision.
    pub confirmed_deliveries: Option<i64>,
    /// How much that was, for each unit apart. What is not counted adds to the numbers above and to nothing here.
    #[graphql(directive = list_size::apply(super::rules::MOST_UNITS as u64, None))]
    pub measures: Vec<StatisticsMeasure>,
}

/// How much of one unit. The figures tell of different things and are never to be added up.
#[derive(SimpleObject)]
pub struct StatisticsMeasure {
    /// The unit. Half days are told in days, tonnes in kilograms; days and hours stay apart, for a day has no length.
    pub unit: Unit,
    /// Quantity of the offers that were first published in the period.
    pub offered: Decimal,
    /// Quantity of the requests that were first published in the period.
    pub requested: Decimal,
    /// What the terms in force say of the matches that were agreed in the period.
    pub agreed: Decimal,
    /// What one side says was delivered on a day of the period, and the other has not answered.
    pub claimed: Decimal,
    /// What both sides say was delivered on a day of the period, and what a broker decided in it.
    pub confirmed: Decimal,
}

impl StatisticsGroup {
    /// What came of an event, and of which series it is one.
    pub async fn of_event(
        ctx: &Context<'_>,
        event: Uuid,
        series: Option<Uuid>,
        by: Option<StatisticsGrouping>,
    ) -> Result<Vec<Self>> {
        let groups = service::of_event(ctx.app(), ctx.viewer(), event, series, by).await?;
        Ok(Self::all(ctx, groups))
    }

    /// What came of a series.
    pub async fn of_series(
        ctx: &Context<'_>,
        series: Uuid,
        by: Option<StatisticsGrouping>,
    ) -> Result<Vec<Self>> {
        let groups = service::of_series(ctx.app(), ctx.viewer(), series, by).await?;
        Ok(Self::all(ctx, groups))
    }

    /// The groups as they are shown.
    pub(super) fn all(ctx: &Context<'_>, groups: Vec<Group>) -> Vec<Self> {
        let reference = ctx.app().reference.now();
        let shown = groups.into_iter();
        shown.map(|group| Self::of(group, &reference)).collect()
    }

    /// A group as it is shown.
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
