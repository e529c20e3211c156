//! What the schema says of resource types. All of it is answered from memory.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::resource_type::{self, LendingMode, ResourceKind, Unit};
use uuid::Uuid;

use super::rules::TypeChange;
use crate::{
    kit::{Date, Id, graphql::fast_object::AtHand},
    reference::{Snapshot, in_force},
};

/// What can be shared, as people name it.
#[derive(Clone)]
pub struct ResourceType {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl AtHand for ResourceType {}

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

    /// The types that may be used on a day, of a kind, in order of kind and label.
    #[must_use]
    pub fn list(snapshot: &Arc<Snapshot>, day: NaiveDate, kind: Option<ResourceKind>) -> Vec<Self> {
        let rows = snapshot.types.iter().enumerate();
        rows.filter(|(_, row)| in_force(row.valid_from, row.valid_to, day))
            .filter(|(_, row)| kind.is_none_or(|kind| row.kind == kind))
            .map(|(at, _)| Self::at(snapshot, at))
            .collect()
    }

    fn at(snapshot: &Arc<Snapshot>, at: usize) -> Self {
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
    #[graphql(directive = list_size::apply(super::rules::MOST_CHILDREN as u64, None))]
    async fn children(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.children(self.at))
    }

    /// Other words by which people look for it. A search for one of them finds it.
    #[graphql(directive = list_size::apply(super::rules::MOST_SYNONYMS as u64, None))]
    async fn synonyms(&self) -> &[String] {
        &self.row().synonyms.0
    }

    /// The unit that a form proposes; one of `allowedUnits`.
    async fn default_unit(&self) -> Unit {
        self.row().default_unit
    }

    /// The units in which it may be counted.
    #[graphql(directive = list_size::apply(16, None))]
    async fn allowed_units(&self) -> &[Unit] {
        &self.row().allowed_units.0
    }

    /// How it may change hands; a form proposes the first.
    #[graphql(directive = list_size::apply(8, None))]
    async fn allowed_lending_modes(&self) -> &[LendingMode] {
        &self.row().allowed_modes.0
    }

    /// Whether a safeguarding check is usual, for it mostly means time with children or adults at risk.
    async fn safeguarding_default(&self) -> bool {
        self.row().safeguarding_default
    }

    /// The first day on which it may be used; null where that is since always.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// The last day on which it may be used; null where no end is known.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The types that take over from it.
    #[graphql(directive = list_size::apply(crate::reference::rules::MOST_SUCCESSORS as u64, None))]
    async fn replaced_by(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.after(self.at))
    }
}

crate::payload! {
    /// What an act on a resource type gives back.
    ResourceTypePayload {
        /// The resource type after the act; null where it was refused.
        resource_type: ResourceType
    }
}

/// A resource type to make, or what to change of one. What is left out stays.
#[derive(InputObject)]
pub struct SaveResourceTypeInput {
    /// Its stable name: 2 to 60 small letters and digits, with hyphens between words. A type with this code is
    /// changed; where there is none, one is made.
    pub code: String,
    /// The top level that it belongs to. Required for a new type, and never changed.
    pub kind: Option<ResourceKind>,
    /// What people read: 2 to 100 characters. Required for a new type.
    pub label: Option<String>,
    /// Code of the wider type, of the same kind; null where there is none.
    pub parent: MaybeUndefined<String>,
    /// All other words by which people look for it: at most 50, of 2 to 60 characters each.
    pub synonyms: Option<Vec<String>>,
    /// The unit that a form proposes; one of the allowed units. Required for a new type.
    pub default_unit: Option<Unit>,
    /// All units in which it may be counted. Required for a new type; `ITEM` is always among them.
    pub allowed_units: Option<Vec<Unit>>,
    /// All ways in which it may change hands; a form proposes the first. Required for a new type.
    pub allowed_lending_modes: Option<Vec<LendingMode>>,
    /// Whether a safeguarding check is usual; it is not for a new type, unless said here.
    pub safeguarding_default: Option<bool>,
    /// The first day on which it may be used; null for since always.
    pub valid_from: MaybeUndefined<Date>,
    /// The last day on which it may be used; null where no end is known.
    pub valid_to: MaybeUndefined<Date>,
    /// Codes of all types that take over from it, at most 20; an empty list removes them.
    pub replaced_by: Option<Vec<String>>,
}

impl From<SaveResourceTypeInput> for TypeChange {
    fn from(input: SaveResourceTypeInput) -> Self {
        let SaveResourceTypeInput {
            code,
            kind,
            label,
            parent,
            synonyms,
            default_unit,
            allowed_units,
            allowed_lending_modes,
            safeguarding_default,
            valid_from,
            valid_to,
            replaced_by,
        } = input;
        Self {
            code,
            kind,
            label,
            parent: parent.into(),
            synonyms,
            default_unit,
            allowed_units,
            allowed_modes: allowed_lending_modes,
            safeguarding_default,
            valid_from: valid_from.map_value(NaiveDate::from).into(),
            valid_to: valid_to.map_value(NaiveDate::from).into(),
            replaced_by,
        }
    }
}
