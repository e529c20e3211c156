//! What the schema says of areas and resource types. All of it is answered from memory.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    area::{self, AreaKind},
    resource_type::{self, LendingMode, ResourceKind, Unit},
};
use uuid::Uuid;

use super::{Snapshot, in_force};
use crate::{
    context::Ask,
    kit::{Id, place::Point},
};

/// A place with a name and a time.
#[derive(Clone)]
pub struct Area {
    snapshot: Arc<Snapshot>,
    at: usize,
}

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

    pub(super) fn at(snapshot: &Arc<Snapshot>, at: usize) -> Self {
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
    #[graphql(complexity = "15 * child_complexity + 1")]
    async fn children(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.children(self.at))
    }

    /// The first day on which it exists; null where that is since always.
    async fn valid_from(&self) -> Option<NaiveDate> {
        self.row().valid_from
    }

    /// The last day on which it exists; null where no end is known.
    async fn valid_to(&self) -> Option<NaiveDate> {
        self.row().valid_to
    }

    /// The areas that take over from it, each from a day. There may be several.
    #[graphql(complexity = "3 * child_complexity + 1")]
    async fn successors(&self) -> Vec<AreaSuccessor> {
        let steps = self.snapshot.successions.iter();
        steps
            .filter(|step| step.area == self.row().code)
            .filter_map(|step| {
                Some(AreaSuccessor {
                    area: Self::find(&self.snapshot, &step.successor)?,
                    from: step.from_date,
                })
            })
            .collect()
    }

    /// The areas that it takes over from.
    #[graphql(complexity = "6 * child_complexity + 1")]
    async fn predecessors(&self) -> Vec<Area> {
        self.all(self.snapshot.area_lineage.before(self.at))
    }

    /// Whether it exists on a day.
    async fn in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in Surrey where it is left out.")] as_of: Option<
            NaiveDate,
        >,
    ) -> bool {
        let day = as_of.unwrap_or_else(|| ctx.viewer().today());
        in_force(self.row().valid_from, self.row().valid_to, day)
    }
}

/// Which area takes over, and from when.
#[derive(SimpleObject)]
pub struct AreaSuccessor {
    /// The area that takes over.
    pub area: Area,
    /// The first day on which it has.
    pub from: NaiveDate,
}

/// What can be shared, as people name it.
#[derive(Clone)]
pub struct ResourceType {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl ResourceType {
    /// The resource type with a code.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, code: &str) -> Option<Self> {
        snapshot.type_at(code).map(|at| Self::at(snapshot, at))
    }

    /// The resource type with an id.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, id: Uuid) -> Option<Self> {
        let at = snapshot.types.iter().position(|kind| kind.id == id)?;
        Some(Self::at(snapshot, at))
    }

    pub(super) fn at(snapshot: &Arc<Snapshot>, at: usize) -> Self {
        let snapshot = Arc::clone(snapshot);
        Self { snapshot, at }
    }

    fn row(&self) -> &resource_type::Model {
        &self.snapshot.types[self.at]
    }

    fn all(&self, positions: &[usize]) -> Vec<Self> {
        let kind = |at: &usize| Self::at(&self.snapshot, *at);
        positions.iter().map(kind).collect()
    }
}

/// A type of what can be shared, as people name it: laptops, a hall, advice on hiring.
#[Object]
impl ResourceType {
    /// Global id.
    pub async fn id(&self) -> Id<resource_type::Entity> {
        Id::new(self.row().id)
    }

    /// The stable name by which filters and inputs mean this type, such as `it-hardware`. Never reused.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// The top level that it belongs to. It never changes.
    async fn kind(&self) -> ResourceKind {
        self.row().kind
    }

    /// What people read.
    async fn label(&self) -> &str {
        &self.row().label
    }

    /// The wider type, of the same kind. A filter by that one finds this one.
    async fn parent(&self) -> Option<ResourceType> {
        Self::find(&self.snapshot, self.row().parent.as_deref()?)
    }

    /// The narrower types, in order of their labels, ended ones included.
    #[graphql(complexity = "5 * child_complexity + 1")]
    async fn children(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.children(self.at))
    }

    /// Other words by which people look for it. A search for one of them finds it.
    async fn synonyms(&self) -> &[String] {
        &self.row().synonyms.0
    }

    /// The unit that a form proposes; one of `allowedUnits`.
    async fn default_unit(&self) -> Unit {
        self.row().default_unit
    }

    /// The units in which it may be counted.
    async fn allowed_units(&self) -> &[Unit] {
        &self.row().allowed_units.0
    }

    /// How it may change hands; a form proposes the first.
    async fn allowed_lending_modes(&self) -> &[LendingMode] {
        &self.row().allowed_modes.0
    }

    /// Whether a safeguarding check is usual, for it mostly means time with children or adults at risk.
    async fn safeguarding_default(&self) -> bool {
        self.row().safeguarding_default
    }

    /// The first day on which it may be used; null where that is since always.
    async fn valid_from(&self) -> Option<NaiveDate> {
        self.row().valid_from
    }

    /// The last day on which it may be used; null where no end is known.
    async fn valid_to(&self) -> Option<NaiveDate> {
        self.row().valid_to
    }

    /// The types that take over from it.
    #[graphql(complexity = "3 * child_complexity + 1")]
    async fn replaced_by(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.after(self.at))
    }
}
