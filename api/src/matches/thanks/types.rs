//! What the schema says of thanks.

use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use entity::{matching, matching::MatchSide, person, thanks};
use uuid::Uuid;

use super::service::ThanksId;
use crate::{
    accounts::Person,
    context::Ask,
    kit::{Id, Part},
    matches::{Match, persist::MatchId},
};

/// What one side of a match says to thank the other.
pub struct Thanks(thanks::Model);

impl From<thanks::Model> for Thanks {
    fn from(row: thanks::Model) -> Self {
        Self(row)
    }
}

impl Part for thanks::Entity {
    const WHOLE: thanks::Column = thanks::Column::MatchId;

    fn whole(row: &thanks::Model) -> Uuid {
        row.match_id
    }
}

/// What one side of a match says to thank the other. Seen by both sides and by staff, and by everybody where it is
/// public.
#[Object]
impl Thanks {
    /// Global id.
    pub async fn id(&self) -> ThanksId {
        Id::new(self.0.id)
    }

    /// The match; null for those who see no more of it than the thanks.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let id = Id::<matching::Entity>::new(self.0.match_id);
        Ok(ctx.load(id).await?.map(Match::from))
    }

    /// Who thanks.
    async fn side(&self) -> MatchSide {
        self.0.side
    }

    /// Who wrote it; null where the viewer may not see the person.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// What was said: plain text with line breaks.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether those who wrote it let everybody read it.
    async fn offered_to_public(&self) -> bool {
        self.0.offered_to_public
    }

    /// Whether everybody may read it: both sides want that.
    async fn public(&self) -> bool {
        self.0.offered_to_public && self.0.consented_at.is_some()
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// How to thank the other side.
#[derive(InputObject, Debug)]
pub struct GiveThanksInput {
    /// The match, which is fulfilled or resolved.
    pub match_id: MatchId,
    /// What to say: 3 to 1,000 characters.
    pub text: String,
    /// Whether everybody may read it, if the other side agrees.
    #[graphql(default)]
    pub public: bool,
}

/// Which thanks to let everybody read.
#[derive(InputObject, Debug)]
pub struct PublishThanksInput {
    /// The thanks.
    pub thanks_id: ThanksId,
}
