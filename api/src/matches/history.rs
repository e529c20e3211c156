//! GraphQL type of a step in the history of a match.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    match_step::{self, DisputeOutcome, MatchReason, MatchStepKind},
    matching::MatchSide,
    person,
};
use uuid::Uuid;

use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{Child, Id},
};

/// One step in the history of a match.
pub struct MatchStep(match_step::Model);

impl From<match_step::Model> for MatchStep {
    fn from(row: match_step::Model) -> Self {
        Self(row)
    }
}

impl Child for match_step::Entity {
    const PARENT: match_step::Column = match_step::Column::MatchId;

    fn parent(row: &match_step::Model) -> Uuid {
        row.match_id
    }
}

/// One step in the history of a match: kind, time, side, person and version of the terms.
#[Object]
impl MatchStep {
    /// Kind of step.
    async fn kind(&self) -> MatchStepKind {
        self.0.kind
    }

    /// Time of the step.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Side that acted; null for a broker and for an automatic step.
    async fn side(&self) -> Option<MatchSide> {
        self.0.side
    }

    /// Person who acted; null for an automatic step, or if the viewer may not see the person.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.person_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Version of the terms that the step concerns; null if it concerns none.
    async fn terms_version(&self) -> Option<i32> {
        self.0.terms_version
    }

    /// Reason for declining or cancelling; null for other steps.
    async fn reason(&self) -> Option<MatchReason> {
        self.0.reason
    }

    /// Decision of the broker; null for other steps.
    async fn outcome(&self) -> Option<DisputeOutcome> {
        self.0.outcome
    }

    /// Note of the person who acted, as plain text with line breaks; null if none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}
