//! Records of the steps of a match: each in the match's history and as an activity of the two organisations.

use entity::{
    match_step::{self, DisputeOutcome, MatchReason, MatchStepKind},
    matching::{self, MatchSide},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::acts;
use crate::kit::{Error, Viewer, activity::ActivityKind, lifecycle};

/// One step of a match, before it is written.
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
    /// Creates a step of a side; of a broker or the worker if `side` is `None`.
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

    /// Sets the version of the terms.
    #[must_use]
    pub fn about(self, terms_version: i32) -> Self {
        Self {
            terms_version: Some(terms_version),
            ..self
        }
    }

    /// Sets the note.
    #[must_use]
    pub fn noted(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }
}

/// Inserts a step into the history and records the act.
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

/// Records that a change to the agreed terms has lapsed without an answer.
pub async fn amendment_lapsed(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &matching::Model,
) -> Result<(), Error> {
    let step = Step::new(MatchStepKind::AmendmentLapsed, None).about(row.terms_version);
    record(conn, viewer, row, acts::AMENDMENT_LAPSED, step).await
}
