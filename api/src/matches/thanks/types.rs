//! GraphQL types and inputs for thanks.

use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    matching::{self, MatchSide},
    person, thanks,
};
use uuid::Uuid;

use super::service::ThanksId;
use crate::{
    accounts::Person,
    context::ContextExt,
    inputs,
    kit::{Child, Id},
    matches::{Match, persist::MatchId},
};

/// Thanks from one side of a match to the other.
pub struct Thanks(thanks::Model);

impl From<thanks::Model> for Thanks {
    fn from(row: thanks::Model) -> Self {
        Self(row)
    }
}

impl Child for thanks::Entity {
    const PARENT: thanks::Column = thanks::Column::MatchId;

    fn parent(row: &thanks::Model) -> Uuid {
        row.match_id
    }
}

/// Thanks from one side of a match to the other. Visible to both organisations and to staff, and to everybody if
/// public.
#[Object]
impl Thanks {
    /// Global id.
    pub async fn id(&self) -> ThanksId {
        Id::new(self.0.id)
    }

    /// The match; null for viewers who may see only the thanks.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let id = Id::<matching::Entity>::new(self.0.match_id);
        Ok(ctx.load(id).await?.map(Match::from))
    }

    /// Side that gives the thanks.
    async fn side(&self) -> MatchSide {
        self.0.side
    }

    /// Person who wrote the thanks; null if the viewer may not see the person.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Text of the thanks: plain text with line breaks.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// True if the writing side offers the thanks for publication.
    async fn offered_to_public(&self) -> bool {
        self.0.offered_to_public
    }

    /// True if everybody can read the thanks, because both sides agreed.
    async fn public(&self) -> bool {
        self.0.offered_to_public && self.0.consented_at.is_some()
    }

    /// Time at which the thanks were written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// Thanks to the other side of a match.
#[derive(InputObject, Debug)]
pub struct GiveThanksInput {
    /// The match, which is fulfilled or resolved.
    pub match_id: MatchId,
    /// Text of the thanks: 3 to 1,000 characters.
    pub text: String,
    /// True to offer the thanks for publication. They become public once the other side agrees.
    #[graphql(default)]
    pub public: bool,
}

inputs! {
    {
        /// The thanks whose visibility to change.
        thanks_id: ThanksId,
    }
    /// Thanks to publish.
    PublishThanksInput;
    /// Thanks to make private to the two organisations.
    UnpublishThanksInput;
}
