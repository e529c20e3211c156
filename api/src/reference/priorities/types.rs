//! GraphQL types of editions and priority areas. All fields are answered from memory.

use crate::kit::graphql::cost::list_size;
use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{
    priority_area,
    priority_edition::{self, PriorityEditionState},
};
use uuid::Uuid;

use super::rules::{self, AreaChange, NewEdition};
use crate::{
    context::ContextExt,
    kit::{Date, Id, Viewer, graphql::fast_object::FastFields},
    reference::Snapshot,
};

/// One edition of the priorities.
#[derive(Clone)]
pub struct PriorityEdition {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl PriorityEdition {
    /// Returns the edition with this code if the viewer may see it.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, viewer: &Viewer, code: &str) -> Option<Self> {
        Self::at(snapshot, viewer, snapshot.edition_at(code)?)
    }

    /// Returns the edition with this id if the viewer may see it.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, viewer: &Viewer, id: Uuid) -> Option<Self> {
        let at = snapshot.editions.iter().position(|row| row.id == id)?;
        Self::at(snapshot, viewer, at)
    }

    /// Returns all editions that the viewer may see, latest first.
    #[must_use]
    pub fn all(snapshot: &Arc<Snapshot>, viewer: &Viewer) -> Vec<Self> {
        (0..snapshot.editions.len())
            .filter_map(|at| Self::at(snapshot, viewer, at))
            .collect()
    }

    fn at(snapshot: &Arc<Snapshot>, viewer: &Viewer, at: usize) -> Option<Self> {
        rules::may_see(viewer, snapshot.editions[at].state).then(|| Self {
            snapshot: Arc::clone(snapshot),
            at,
        })
    }

    fn row(&self) -> &priority_edition::Model {
        &self.snapshot.editions[self.at]
    }
}

/// An edition of the priorities of the social value programme. One edition is in force on any day, and listings keep
/// the edition under which they were tagged. Only staff see drafts.
#[Object]
impl PriorityEdition {
    /// Global id of the edition.
    pub async fn id(&self) -> Id<priority_edition::Entity> {
        Id::new(self.row().id)
    }

    /// Stable identifier for filters and inputs, such as `2021-2026`.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// Title for display.
    async fn title(&self) -> &str {
        &self.row().title
    }

    /// State of the edition: draft, consultation, adopted or superseded.
    async fn state(&self) -> PriorityEditionState {
        self.row().state
    }

    /// Number of changes to the edition and its areas. `adoptPriorityEdition` names it.
    async fn version(&self) -> i32 {
        self.row().version
    }

    /// First day on which the edition is in force. Before adoption: the planned day, or null.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// Last day on which the edition is in force; null until a later edition is adopted.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The previous edition; null if there is none or the viewer may not see it.
    async fn follows(&self, ctx: &Context<'_>) -> Option<PriorityEdition> {
        Self::find(&self.snapshot, ctx.viewer(), self.row().follows.as_deref()?)
    }

    /// Priority areas on the top level, in order of creation. Their outcomes are in `PriorityArea.outcomes`.
    #[graphql(directive = list_size::apply(super::rules::MAX_AREAS as u64, None))]
    async fn areas(&self) -> Vec<PriorityArea> {
        PriorityArea::under(&self.snapshot, &self.row().code, None)
    }
}

/// A priority area, or an outcome inside one.
#[derive(Clone)]
pub struct PriorityArea {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl FastFields for PriorityArea {}

impl PriorityArea {
    /// Returns the priority area with this code in an edition. Does not check that the viewer may see the edition; the
    /// caller does.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, edition: &str, code: &str) -> Option<Self> {
        let at = snapshot.priority_at(edition, code)?;
        Some(Self::at(snapshot, at))
    }

    /// Returns the priority area with this id if the viewer may see its edition.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, viewer: &Viewer, id: Uuid) -> Option<Self> {
        let at = snapshot.priorities.iter().position(|row| row.id == id)?;
        let area = Self::at(snapshot, at);
        PriorityEdition::find(snapshot, viewer, &area.row().edition).map(|_| area)
    }

    fn at(snapshot: &Arc<Snapshot>, at: usize) -> Self {
        let snapshot = Arc::clone(snapshot);
        Self { snapshot, at }
    }

    fn under(snapshot: &Arc<Snapshot>, edition: &str, parent: Option<&str>) -> Vec<Self> {
        let rows = snapshot.priorities.iter().enumerate();
        rows.filter(|(_, row)| row.edition == edition && row.parent.as_deref() == parent)
            .map(|(at, _)| Self::at(snapshot, at))
            .collect()
    }

    fn row(&self) -> &priority_area::Model {
        &self.snapshot.priorities[self.at]
    }
}

/// A priority of the county in the wording of one edition, or an outcome inside such a priority.
#[Object]
impl PriorityArea {
    /// Global id of the priority area.
    pub async fn id(&self) -> Id<priority_area::Entity> {
        Id::new(self.row().id)
    }

    /// Identifier for filters and inputs. Unique in its edition.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// Title for display.
    async fn title(&self) -> &str {
        &self.row().title
    }

    /// Explanation of the priority. Empty if there is none.
    async fn description(&self) -> &str {
        &self.row().description
    }

    /// The edition that contains the priority area; null if the viewer may not see it.
    async fn edition(&self, ctx: &Context<'_>) -> Option<PriorityEdition> {
        PriorityEdition::find(&self.snapshot, ctx.viewer(), &self.row().edition)
    }

    /// The priority area to which this outcome belongs; null on the top level.
    async fn parent(&self) -> Option<PriorityArea> {
        Self::find(
            &self.snapshot,
            &self.row().edition,
            self.row().parent.as_deref()?,
        )
    }

    /// Outcomes of the priority area, in order of creation.
    #[graphql(directive = list_size::apply(super::rules::MAX_AREAS as u64, None))]
    async fn outcomes(&self) -> Vec<PriorityArea> {
        Self::under(&self.snapshot, &self.row().edition, Some(&self.row().code))
    }

    /// The priority area of the previous edition that this one continues; null if it is new, or if the viewer may not
    /// see that edition.
    async fn predecessor(&self, ctx: &Context<'_>) -> Option<PriorityArea> {
        let row = self.row();
        let edition = self.snapshot.edition(&row.edition)?.follows.as_deref()?;
        PriorityEdition::find(&self.snapshot, ctx.viewer(), edition)?;
        Self::find(&self.snapshot, edition, row.predecessor.as_deref()?)
    }
}

crate::payload! {
    /// Result of a mutation of an edition of the priorities.
    PriorityEditionPayload {
        /// The edition after the change; null if the act was refused.
        priority_edition: PriorityEdition
    }
}

crate::payload! {
    /// Result of `savePriorityArea`.
    PriorityAreaPayload {
        /// The priority area after the change; null if the act was refused.
        priority_area: PriorityArea
    }
}

/// Input of `createPriorityEdition`.
#[derive(InputObject)]
pub struct CreatePriorityEditionInput {
    /// Stable identifier, such as `2027-2031`: 2 to 60 lower-case letters and digits, with single hyphens between
    /// words.
    pub code: String,
    /// Title for display, 2 to 150 characters.
    pub title: String,
    /// Planned first day of the edition. The adoption sets the actual one.
    pub valid_from: Option<Date>,
    /// Code of the previous edition.
    pub follows: Option<String>,
    /// Code of the edition whose priority areas are copied into the draft. Each original becomes the predecessor of
    /// its copy, and the draft follows that edition.
    pub copy_from: Option<String>,
}

impl From<CreatePriorityEditionInput> for NewEdition {
    fn from(input: CreatePriorityEditionInput) -> Self {
        let CreatePriorityEditionInput {
            code,
            title,
            valid_from,
            follows,
            copy_from,
        } = input;
        Self {
            code,
            title,
            valid_from: valid_from.map(NaiveDate::from),
            follows,
            copy_from,
        }
    }
}

/// Input of `savePriorityArea`. A field that is left out keeps its value.
#[derive(InputObject)]
pub struct SavePriorityAreaInput {
    /// Code of the edition that contains the priority area.
    pub edition: String,
    /// Identifier in the edition: 2 to 60 lower-case letters and digits, with single hyphens between words. Names the
    /// priority area to change; if none has it, a new one is created.
    pub code: String,
    /// Title for display, 2 to 100 characters. Required for a new priority area.
    pub title: Option<String>,
    /// Explanation of the priority, at most 2,000 characters.
    pub description: Option<String>,
    /// Code of the priority area, in the same edition, to which this outcome belongs. Null moves it to the top level.
    pub parent: MaybeUndefined<String>,
    /// Code of the priority area in the previous edition that this one continues. Null: it is new.
    pub predecessor: MaybeUndefined<String>,
}

impl From<SavePriorityAreaInput> for AreaChange {
    fn from(input: SavePriorityAreaInput) -> Self {
        let SavePriorityAreaInput {
            edition,
            code,
            title,
            description,
            parent,
            predecessor,
        } = input;
        Self {
            edition,
            code,
            title,
            description,
            parent: parent.into(),
            predecessor: predecessor.into(),
        }
    }
}

/// Input of `removePriorityArea`.
#[derive(InputObject)]
pub struct RemovePriorityAreaInput {
    /// Code of the edition that contains the priority area.
    pub edition: String,
    /// Code of the priority area to remove.
    pub code: String,
}

/// Input of `consultPriorityEdition`.
#[derive(InputObject)]
pub struct ConsultPriorityEditionInput {
    /// Code of the draft to open for consultation.
    pub code: String,
}

/// Input of `adoptPriorityEdition`.
#[derive(InputObject)]
pub struct AdoptPriorityEditionInput {
    /// Code of the edition to adopt.
    pub code: String,
    /// Version of the edition that you adopt: `version` as you read it. The adoption is refused if the edition or one of its
    /// areas has changed since.
    pub version: i32,
    /// First day on which the edition is in force. Must be later than the first day of every edition adopted so far.
    pub valid_from: Date,
}
