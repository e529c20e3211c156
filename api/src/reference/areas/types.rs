//! GraphQL types of areas. All fields are answered from memory.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::NaiveDate;
use entity::area::{self, AreaKind};
use uuid::Uuid;

use super::rules::AreaChange;
use crate::{
    calendars,
    context::ContextExt,
    kit::{Date, Id, graphql::fast_object::FastFields},
    locations::place::{Point, PointInput},
    reference::{Snapshot, in_force},
};

/// A named place that exists for a period.
#[derive(Clone)]
pub struct Area {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl FastFields for Area {}

impl Area {
    /// Returns the area with this code.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, code: &str) -> Option<Self> {
        snapshot.area_at(code).map(|at| Self::at(snapshot, at))
    }

    /// Returns the area with this id.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, id: Uuid) -> Option<Self> {
        let at = snapshot.areas.iter().position(|area| area.id == id)?;
        Some(Self::at(snapshot, at))
    }

    /// Returns the areas that exist on a day, filtered by kind and by containing area, sorted by name.
    #[must_use]
    pub fn list(
        snapshot: &Arc<Snapshot>,
        day: NaiveDate,
        kind: Option<AreaKind>,
        within: Option<&str>,
    ) -> Vec<Self> {
        let inside = within.map(|code| snapshot.areas_inside(code));
        let rows = snapshot.areas.iter().enumerate();
        rows.filter(|(_, row)| in_force(row.valid_from, row.valid_to, day))
            .filter(|(_, row)| kind.is_none_or(|kind| row.kind == kind))
            .filter(|(at, _)| inside.as_ref().is_none_or(|inside| inside.contains(at)))
            .map(|(at, _)| Self::at(snapshot, at))
            .collect()
    }

    fn at(snapshot: &Arc<Snapshot>, at: usize) -> Self {
        let snapshot = Arc::clone(snapshot);
        Self { snapshot, at }
    }

    fn row(&self) -> &area::Model {
        &self.snapshot.areas[self.at]
    }

    fn all(&self, positions: &[usize]) -> Vec<Self> {
        let area = |at: &usize| Self::at(&self.snapshot, *at);
        positions.iter().map(area).collect()
    }
}

/// A named place, such as a county, district or town, by which listings and events are filed and found. An area exists
/// for a period: when a council is abolished, its successors replace it.
#[Object]
impl Area {
    /// Global id of the area.
    pub async fn id(&self) -> Id<area::Entity> {
        Id::new(self.row().id)
    }

    /// Stable identifier for filters and inputs, such as `elmbridge`. Never reused.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// URL of the iCalendar feed (RFC 5545) of public events for this area.
    async fn calendar_url(&self, ctx: &Context<'_>) -> String {
        calendars::rules::of_area(&ctx.app().config, &self.row().code)
    }

    /// Display name. Two areas may share a name, such as the borough and the town of Guildford.
    async fn name(&self) -> &str {
        &self.row().name
    }

    /// Kind of place, such as county, district or town.
    async fn kind(&self) -> AreaKind {
        self.row().kind
    }

    /// GSS code of the Office for National Statistics, such as `E07000207`; null if none is known.
    async fn gss(&self) -> Option<&str> {
        self.row().gss.as_deref()
    }

    /// Point near the centre of the area, used for listings that name the area and have no point of their own. Null if
    /// none is known.
    async fn point(&self) -> Option<Point> {
        let row = self.row();
        Point::new(row.latitude?, row.longitude?)
    }

    /// The area that directly contains this one; null on the top level.
    async fn parent(&self) -> Option<Area> {
        Self::find(&self.snapshot, self.row().parent.as_deref()?)
    }

    /// The areas directly inside this one, sorted by name, including those that no longer exist.
    #[graphql(directive = list_size::apply(super::rules::MAX_CHILDREN as u64, None))]
    async fn children(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.children(self.at))
    }

    /// First day on which the area exists; null if it has no known beginning.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// Last day on which the area exists; null if no end is known.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The areas that replace this one, each from its own day. Empty while the area continues.
    #[graphql(directive = list_size::apply(crate::reference::rules::MAX_SUCCESSORS as u64, None))]
    async fn successors(&self) -> Vec<AreaSuccessor> {
        let steps = self.snapshot.successions.iter();
        steps
            .filter(|step| step.area == self.row().code)
            .filter_map(|step| {
                Some(AreaSuccessor {
                    area: Self::find(&self.snapshot, &step.successor)?,
                    from: step.from_date.into(),
                })
            })
            .collect()
    }

    /// The areas that this one replaced, in whole or in part.
    #[graphql(directive = list_size::apply(super::rules::MAX_PREDECESSORS as u64, None))]
    async fn predecessors(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.before(self.at))
    }

    /// True if the area exists on a day.
    async fn in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day to check. Default: today (Europe/London).")] as_of: Option<Date>,
    ) -> bool {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        in_force(self.row().valid_from, self.row().valid_to, day)
    }
}

/// A successor of an area, and the day from which it replaces that area.
#[derive(SimpleObject)]
pub struct AreaSuccessor {
    /// The area that replaces the old one.
    pub area: Area,
    /// First day on which the successor replaces the area.
    pub from: Date,
}

crate::payload! {
    /// Result of `saveArea`.
    AreaPayload {
        /// The area after the change; null if the act was refused.
        area: Area
    }
}

/// Input of `saveArea`. A field that is left out keeps its value.
#[derive(InputObject)]
pub struct SaveAreaInput {
    /// Stable identifier: 2 to 60 lower-case letters and digits, with single hyphens between words. Names the area to
    /// change; if none has it, a new area is created.
    pub code: String,
    /// Display name, 2 to 100 characters. Required for a new area.
    pub name: Option<String>,
    /// Kind of place. Required for a new area.
    pub kind: Option<AreaKind>,
    /// GSS code of the Office for National Statistics, such as `E07000207`. Null removes it.
    pub gss: MaybeUndefined<String>,
    /// Code of the area that directly contains this one. Null moves it to the top level.
    pub parent: MaybeUndefined<String>,
    /// Point near the centre of the area. Null removes it.
    pub point: MaybeUndefined<PointInput>,
    /// First day on which the area exists. Null: no known beginning.
    pub valid_from: MaybeUndefined<Date>,
    /// Last day on which the area exists; null if no end is known.
    pub valid_to: MaybeUndefined<Date>,
    /// Complete list of successors, at most 20. An empty list removes all of them.
    pub successors: Option<Vec<AreaSuccessorInput>>,
}

/// A successor of an area, and the day from which it replaces that area.
#[derive(InputObject)]
pub struct AreaSuccessorInput {
    /// Code of the successor.
    pub area: String,
    /// First day on which the successor replaces the area.
    pub from: Date,
}

impl From<SaveAreaInput> for AreaChange {
    fn from(input: SaveAreaInput) -> Self {
        let SaveAreaInput {
            code,
            name,
            kind,
            gss,
            parent,
            point,
            valid_from,
            valid_to,
            successors,
        } = input;
        let step = |AreaSuccessorInput { area, from }| (area, from.0);
        Self {
            code,
            name,
            kind,
            gss: gss.into(),
            parent: parent.into(),
            point: point.into(),
            valid_from: valid_from.map_value(NaiveDate::from).into(),
            valid_to: valid_to.map_value(NaiveDate::from).into(),
            successors: successors.map(|all| all.into_iter().map(step).collect()),
        }
    }
}
