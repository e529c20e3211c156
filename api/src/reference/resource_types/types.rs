//! GraphQL types of resource types. All fields are answered from memory.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::resource_type::{self, LendingMode, ResourceKind, Unit};
use uuid::Uuid;

use super::rules::TypeChange;
use crate::{
    kit::{Date, Id, graphql::fast_object::FastFields},
    reference::{Snapshot, in_force},
};

/// A category of listings.
#[derive(Clone)]
pub struct ResourceType {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl FastFields for ResourceType {}

impl ResourceType {
    /// Returns the resource type with this code.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, code: &str) -> Option<Self> {
        snapshot.type_at(code).map(|at| Self::at(snapshot, at))
    }

    /// Returns the resource type with this id.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, id: Uuid) -> Option<Self> {
        let at = snapshot.types.iter().position(|kind| kind.id == id)?;
        Some(Self::at(snapshot, at))
    }

    /// Returns the types that listings may use on a day, filtered by kind, sorted by kind and label.
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

/// A category of resources that organisations share, such as laptops, a hall or advice on hiring.
#[Object]
impl ResourceType {
    /// Global id of the resource type.
    pub async fn id(&self) -> Id<resource_type::Entity> {
        Id::new(self.row().id)
    }

    /// Stable identifier for filters and inputs, such as `it-hardware`. Never reused.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// Top-level kind to which the type belongs. It never changes.
    async fn kind(&self) -> ResourceKind {
        self.row().kind
    }

    /// Label for display.
    async fn label(&self) -> &str {
        &self.row().label
    }

    /// The next wider type, of the same kind; null on the top level. A filter by the wider type includes this one.
    async fn parent(&self) -> Option<ResourceType> {
        Self::find(&self.snapshot, self.row().parent.as_deref()?)
    }

    /// Types directly below this one, sorted by label, including those that were withdrawn.
    #[graphql(directive = list_size::apply(super::rules::MAX_CHILDREN as u64, None))]
    async fn children(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.children(self.at))
    }

    /// Other words for the type. A search for one of them finds its listings.
    #[graphql(directive = list_size::apply(super::rules::MAX_SYNONYMS as u64, None))]
    async fn synonyms(&self) -> &[String] {
        &self.row().synonyms.0
    }

    /// Unit that a form selects by default. It is one of `allowedUnits`.
    async fn default_unit(&self) -> Unit {
        self.row().default_unit
    }

    /// Units in which listings of this type may be counted.
    #[graphql(directive = list_size::apply(16, None))]
    async fn allowed_units(&self) -> &[Unit] {
        &self.row().allowed_units.0
    }

    /// Lending modes that listings of this type may use. A form selects the first by default.
    #[graphql(directive = list_size::apply(8, None))]
    async fn allowed_lending_modes(&self) -> &[LendingMode] {
        &self.row().allowed_modes.0
    }

    /// True if listings of this type usually require a safeguarding check, because they often involve time with
    /// children or adults at risk.
    async fn safeguarding_default(&self) -> bool {
        self.row().safeguarding_default
    }

    /// First day on which listings may use the type; null if it has no known beginning.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// Last day on which listings may use the type; null if no end is known.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The types that replace this one. Empty while it is in use.
    #[graphql(directive = list_size::apply(crate::reference::rules::MAX_SUCCESSORS as u64, None))]
    async fn replaced_by(&self) -> Vec<ResourceType> {
        self.all(self.snapshot.type_lineage.after(self.at))
    }
}

crate::payload! {
    /// Result of `saveResourceType`.
    ResourceTypePayload {
        /// The resource type after the change; null if the act was refused.
        resource_type: ResourceType
    }
}

/// Input of `saveResourceType`. A field that is left out keeps its value.
#[derive(InputObject)]
pub struct SaveResourceTypeInput {
    /// Stable identifier: 2 to 60 lower-case letters and digits, with single hyphens between words. Names the type to
    /// change; if none has it, a new type is created.
    pub code: String,
    /// Top-level kind. Required for a new type; it cannot be changed later.
    pub kind: Option<ResourceKind>,
    /// Label for display, 2 to 100 characters. Required for a new type.
    pub label: Option<String>,
    /// Code of the next wider type, of the same kind. Null moves the type to the top level.
    pub parent: MaybeUndefined<String>,
    /// Complete list of synonyms: at most 50, of 2 to 60 characters each. Replaces the list from before.
    pub synonyms: Option<Vec<String>>,
    /// Unit that a form selects by default. Must be one of the allowed units. Required for a new type.
    pub default_unit: Option<Unit>,
    /// Complete list of allowed units. Required for a new type. `ITEM` is always added.
    pub allowed_units: Option<Vec<Unit>>,
    /// Complete list of allowed lending modes; a form selects the first by default. Required for a new type.
    pub allowed_lending_modes: Option<Vec<LendingMode>>,
    /// Set to true if listings of this type usually require a safeguarding check. Default for a new type: false.
    pub safeguarding_default: Option<bool>,
    /// First day on which listings may use the type. Null: no known beginning.
    pub valid_from: MaybeUndefined<Date>,
    /// Last day on which listings may use the type; null if no end is known.
    pub valid_to: MaybeUndefined<Date>,
    /// Complete list of the codes of types that replace it, at most 20. An empty list removes all of them.
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
