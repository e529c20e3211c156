//! What the schema says of editions of the priorities and of the areas in them. All of it is answered from memory.

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
    context::Ask,
    kit::{Date, Id, Viewer, graphql::fast_object::AtHand},
    reference::Snapshot,
};

/// The priorities as reviewed at one time.
#[derive(Clone)]
pub struct PriorityEdition {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl PriorityEdition {
    /// The edition with a code, if the viewer may see it.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, viewer: &Viewer, code: &str) -> Option<Self> {
        Self::at(snapshot, viewer, snapshot.edition_at(code)?)
    }

    /// The edition with an id, if the viewer may see it.
    #[must_use]
    pub fn by_id(snapshot: &Arc<Snapshot>, viewer: &Viewer, id: Uuid) -> Option<Self> {
        let at = snapshot.editions.iter().position(|row| row.id == id)?;
        Self::at(snapshot, viewer, at)
    }

    /// All editions that the viewer may see, the latest first.
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

/// The priorities of the social value programme as reviewed at one time. At any day one edition is in force;
/// what was tagged under an edition keeps it. Drafts are seen by staff.
#[Object]
impl PriorityEdition {
    /// Global id.
    pub async fn id(&self) -> Id<priority_edition::Entity> {
        Id::new(self.row().id)
    }

    /// Its stable name, such as `2021-2026`.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// What people call it.
    async fn title(&self) -> &str {
        &self.row().title
    }

    /// Where it stands.
    async fn state(&self) -> PriorityEditionState {
        self.row().state
    }

    /// The first day on which it is in force; before it is adopted, the day that is planned, if one is.
    async fn valid_from(&self) -> Option<Date> {
        self.row().valid_from.map(Date)
    }

    /// The last day on which it is in force; null until a later edition is adopted.
    async fn valid_to(&self) -> Option<Date> {
        self.row().valid_to.map(Date)
    }

    /// The edition that it follows.
    async fn follows(&self, ctx: &Context<'_>) -> Option<PriorityEdition> {
        Self::find(&self.snapshot, ctx.viewer(), self.row().follows.as_deref()?)
    }

    /// Its priority areas, in the order in which they were written; their outcomes are within them.
    #[graphql(directive = list_size::apply(super::rules::MOST_AREAS as u64, None))]
    async fn areas(&self) -> Vec<PriorityArea> {
        PriorityArea::under(&self.snapshot, &self.row().code, None)
    }
}

/// One thing that matters most.
#[derive(Clone)]
pub struct PriorityArea {
    snapshot: Arc<Snapshot>,
    at: usize,
}

impl AtHand for PriorityArea {}

impl PriorityArea {
    /// The priority area of an edition. Whether the viewer may see the edition is for the caller to know.
    #[must_use]
    pub fn find(snapshot: &Arc<Snapshot>, edition: &str, code: &str) -> Option<Self> {
        let at = snapshot.priority_at(edition, code)?;
        Some(Self::at(snapshot, at))
    }

    /// The priority area with an id, if the viewer may see its edition.
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

/// One thing that matters most to the county, as an edition of the priorities words it, or an outcome within it.
#[Object]
impl PriorityArea {
    /// Global id.
    pub async fn id(&self) -> Id<priority_area::Entity> {
        Id::new(self.row().id)
    }

    /// Its stable name in its edition, by which filters and inputs mean it.
    async fn code(&self) -> &str {
        &self.row().code
    }

    /// What people read.
    async fn title(&self) -> &str {
        &self.row().title
    }

    /// What it means.
    async fn description(&self) -> &str {
        &self.row().description
    }

    /// The edition that words it; null where the viewer may not see that one.
    async fn edition(&self, ctx: &Context<'_>) -> Option<PriorityEdition> {
        PriorityEdition::find(&self.snapshot, ctx.viewer(), &self.row().edition)
    }

    /// The priority area that it is an outcome of; null where it stands on the top level.
    async fn parent(&self) -> Option<PriorityArea> {
        Self::find(
            &self.snapshot,
            &self.row().edition,
            self.row().parent.as_deref()?,
        )
    }

    /// The outcomes that belong to it, in the order in which they were written.
    #[graphql(directive = list_size::apply(super::rules::MOST_AREAS as u64, None))]
    async fn outcomes(&self) -> Vec<PriorityArea> {
        Self::under(&self.snapshot, &self.row().edition, Some(&self.row().code))
    }

    /// What it carries on, in the edition that its own edition follows.
    async fn predecessor(&self, ctx: &Context<'_>) -> Option<PriorityArea> {
        let row = self.row();
        let edition = self.snapshot.edition(&row.edition)?.follows.as_deref()?;
        PriorityEdition::find(&self.snapshot, ctx.viewer(), edition)?;
        Self::find(&self.snapshot, edition, row.predecessor.as_deref()?)
    }
}

crate::payload! {
    /// What an act on an edition of the priorities gives back.
    PriorityEditionPayload {
        /// The edition after the act; null where it was refused.
        priority_edition: PriorityEdition
    }
}

crate::payload! {
    /// What an act on a priority area gives back.
    PriorityAreaPayload {
        /// The priority area after the act; null where it was refused.
        priority_area: PriorityArea
    }
}

/// An edition to begin.
#[derive(InputObject)]
pub struct CreatePriorityEditionInput {
    /// Its stable name: 2 to 60 small letters and digits, with hyphens between words, such as `2027-2031`.
    pub code: String,
    /// What people call it: 2 to 150 characters.
    pub title: String,
    /// The first day, as it is planned.
    pub valid_from: Option<Date>,
    /// Code of the edition that it follows.
    pub follows: Option<String>,
    /// Code of the edition whose areas it begins with, each the predecessor of its copy; it follows that one.
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

/// A priority area to write, or what to change of one. What is left out stays.
#[derive(InputObject)]
pub struct SavePriorityAreaInput {
    /// Code of its edition.
    pub edition: String,
    /// Its stable name in the edition: 2 to 60 small letters and digits, with hyphens between words.
    pub code: String,
    /// What people read: 2 to 100 characters. Required for a new area.
    pub title: Option<String>,
    /// What it means: at most 2,000 characters.
    pub description: Option<String>,
    /// Code of the area, in the same edition, that it is an outcome of; null puts it on the top level.
    pub parent: MaybeUndefined<String>,
    /// Code of what it carries on, in the edition that its own edition follows; null where it is new.
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

/// Which priority area to take out.
#[derive(InputObject)]
pub struct RemovePriorityAreaInput {
    /// Code of its edition.
    pub edition: String,
    /// Its code.
    pub code: String,
}

/// Which draft to open for consultation.
#[derive(InputObject)]
pub struct ConsultPriorityEditionInput {
    /// Its code.
    pub code: String,
}

/// Which edition to adopt, and when.
#[derive(InputObject)]
pub struct AdoptPriorityEditionInput {
    /// Its code.
    pub code: String,
    /// The first day on which it is in force: later than that of every edition adopted so far.
    pub valid_from: Date,
}
