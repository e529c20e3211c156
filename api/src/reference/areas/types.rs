//! What the schema says of areas. All of it is answered from memory.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::NaiveDate;
use entity::area::{self, AreaKind};
use uuid::Uuid;

use super::rules::AreaChange;
use crate::{
    calendars,
    context::Ask,
    kit::{Date, Id, graphql::fast_object::AtHand},
    locations::place::{Point, PointInput},
    reference::{Snapshot, in_force},
};

/// A place with a name and a time.
#[derive(Clone)]
pub struct Area {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl AtHand for Area {}

impl Area {
    /// The area with a code.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, code: &str) -> Option<Self> {
        snapshot.area_at(code).map(|at| Self::at(snapshot, at))
    }

    /// The area with an id.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, id: Uuid) -> Option<Self> {
        let at = snapshot.areas.iter().position(|area| area.id == id)?;
        Some(Self::at(snapshot, at))
    }

    /// The areas that exist on a day, of a kind, within an area, in order of their names.
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

/// A place by which people file, filter and find. Places have a time: councils end, and successors take over.
#[Object]
impl Area {
    /// Global id.
    pub async fn id(&self) -> Id<area::Entity> {
        Id::new(self.row().id)
    }

    /// The stable name by which filters and inputs mean this area, such as `elmbridge`. Never reused.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// Where a calendar program follows what is for it (RFC 5545), as everybody may see it.
    async fn calendar_url(&self, ctx: &Context<'_>) -> String {
        calendars::rules::of_area(&ctx.app().config, &self.row().code)
    }

    /// What people call it. Two areas may share a name, such as the borough of Guildford and the town.
    async fn name(&self) -> &str {
        &self.row().name
    }

    /// What kind of place it is.
    async fn kind(&self) -> AreaKind {
        self.row().kind
    }

    /// Its code at the Office for National Statistics, where one is known.
    async fn gss(&self) -> Option<&str> {
        self.row().gss.as_deref()
    }

    /// A point near its middle, for listings that give an area and no point of their own.
    async fn point(&self) -> Option<Point> {
        let row = self.row();
        Point::new(row.latitude?, row.longitude?)
    }

    /// The area that it lies in.
    async fn parent(&self) -> Option<Area> {
        Self::find(&self.snapshot, self.row().parent.as_deref()?)
    }

    /// The areas that lie directly in it, in order of their names, ended ones included.
    #[graphql(directive = list_size::apply(super::rules::MOST_CHILDREN as u64, None))]
    async fn children(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.children(self.at))
    }

    /// The first day on which it exists; null where that is since always.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// The last day on which it exists; null where no end is known.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The areas that take over from it, each from a day. There may be several.
    #[graphql(directive = list_size::apply(crate::reference::rules::MOST_SUCCESSORS as u64, None))]
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

    /// The areas that it takes over from.
    #[graphql(directive = list_size::apply(super::rules::MOST_PREDECESSORS as u64, None))]
    async fn predecessors(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.before(self.at))
    }

    /// Whether it exists on a day.
    async fn in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in Surrey where it is left out.")] as_of: Option<Date>,
    ) -> bool {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        in_force(self.row().valid_from, self.row().valid_to, day)
    }
}

/// Which area takes over, and from when.
#[derive(SimpleObject)]
pub struct AreaSuccessor {
    /// The area that takes over.
    pub area: Area,
    /// The first day on which it has.
    pub from: Date,
}

crate::payload! {
    /// What an act on an area gives back.
    AreaPayload {
        /// The area after the act; null where it was refused.
        area: Area
    }
}

/// An area to make, or what to change of one. What is left out stays.
#[derive(InputObject)]
pub struct SaveAreaInput {
    /// Its stable name: 2 to 60 small letters and digits, with hyphens between words. An area with this code is
    /// changed; where there is none, one is made.
    pub code: String,
    /// What people call it: 2 to 100 characters. Required for a new area.
    pub name: Option<String>,
    /// What kind of place it is. Required for a new area.
    pub kind: Option<AreaKind>,
    /// Its code at the Office for National Statistics, such as `E07000207`; null removes it.
    pub gss: MaybeUndefined<String>,
    /// Code of the area that it lies in; null where it lies in none.
    pub parent: MaybeUndefined<String>,
    /// A point near its middle; null removes it.
    pub point: MaybeUndefined<PointInput>,
    /// The first day on which it exists; null for since always.
    pub valid_from: MaybeUndefined<Date>,
    /// The last day on which it exists; null where no end is known.
    pub valid_to: MaybeUndefined<Date>,
    /// All areas that take over from it, at most 20; an empty list removes them.
    pub successors: Option<Vec<AreaSuccessorInput>>,
}

/// Which area takes over, and from when.
#[derive(InputObject)]
pub struct AreaSuccessorInput {
    /// Code of the area that takes over.
    pub area: String,
    /// The first day on which it has.
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
