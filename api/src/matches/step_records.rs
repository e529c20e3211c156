//! The steps of a match: each is written into its history, and recorded as an act between the two organisations.

use entity::{
    match_step::{self, DisputeOutcome, MatchReason, MatchStepKind},
    matching::{self, MatchSide},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::acts;
use crate::kit::{Error, Viewer, activity::ActivityKind, lifecycle};

/// One step in a match's history, as it is about to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the columns")]
pub struct Step {
    pub kind: MatchStepKind,
    pub side: Option<MatchSide>,
    pub terms_version: Option<i32>,
    pub reason: Option<MatchReason>,
    pub outcome: Option<DisputeOutcome>,
    pub note: Option<String>,
}

impl Step {
    /// A step of a side's, or of a broker's where there is none.
    #[must_use]
    pub const fn new(kind: MatchStepKind, side: Option<MatchSide>) -> Self {
        Self {
            kind,
            side,
            terms_version: None,
            reason: None,
            outcome: None,
            note: None,
        }
    }

    /// The same, about a version of the terms.
    #[must_use]
    pub fn about(self, terms_version: i32) -> Self {
        Self {
            terms_version: Some(terms_version),
            ..self
        }
    }

    /// The same, with a note.
    #[must_use]
    pub fn noted(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }
}

/// Writes a step into the history, and records the act.
pub async fn record(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
    act: ActivityKind<matching::Entity>,
    step: Step,
) -> Result<(), Error> {
    let Step {
        kind,
        side,
        terms_version,
        reason,
        outcome,
        note,
    } = step;
    match_step::Entity::insert(match_step::ActiveModel {
        id: Set(Uuid::now_v7()),
        match_id: Set(row.id),
        at: Set(viewer.now),
        kind: Set(kind),
        side: Set(side),
        person_id: Set(viewer.person_id()),
        terms_version: Set(terms_version),
        reason: Set(reason),
        outcome: Set(outcome),
        note: Set(note),
    })
    .exec_without_returning(conn)
    .await?;
    lifecycle::record(conn, viewer, (row, &None, &side), act, &[]).await
}

/// Records that a change of the terms is over, which nobody has answered.
pub async fn amendment_lapsed(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
) -> Result<(), Error> {
    let step = Step::new(MatchStepKind::AmendmentLapsed, None).about(row.terms_version);
    record(conn, viewer, row, acts::AMENDMENT_LAPSED, step).await
}
