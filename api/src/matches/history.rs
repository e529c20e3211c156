//! What the schema says of a match's history.

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
    context::Ask,
    kit::{Id, Part},
};

/// One step in the history of a match.
pub struct MatchStep(match_step::Model);

impl From<match_step::Model> for MatchStep {
    fn from(row: match_step::Model) -> Self {
        Self(row)
    }
}

impl Part for match_step::Entity {
    const WHOLE: match_step::Column = match_step::Column::MatchId;

    fn whole(row: &match_step::Model) -> Uuid {
        row.match_id
    }
}

/// One step in the history of a match: who did what, when, and about which terms.
#[Object]
impl MatchStep {
    /// What was done.
    async fn kind(&self) -> MatchStepKind {
        self.0.kind
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// For which side; null for a broker and for the marketplace itself.
    async fn side(&self) -> Option<MatchSide> {
        self.0.side
    }

    /// By whom; null where the marketplace itself did it, or where the viewer may not see the person.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.person_id else {
            return Ok(None);
        };
        let found = ctx.load(Id::<person::Entity>::new(id)).await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Which version of the terms it was about.
    async fn terms_version(&self) -> Option<i32> {
        self.0.terms_version
    }

    /// Why it was declined or called off.
    async fn reason(&self) -> Option<MatchReason> {
        self.0.reason
    }

    /// What a broker decided.
    async fn outcome(&self) -> Option<DisputeOutcome> {
        self.0.outcome
    }

    /// What was said with it: plain text with line breaks.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}
