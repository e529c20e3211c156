//! GraphQL type of a delivery.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use entity::{
    fulfilment::{self, FulfilmentState},
    match_terms,
    matching::{self, MatchSide},
    person,
};
use uuid::Uuid;

use super::service::FulfilmentId;
use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{Child, Id, date::Date},
    listings::value_types::Quantity,
    matches::{Match, persist::MatchId, quantity_of},
};

/// A delivery, in full or in part.
pub struct Fulfilment(fulfilment::Model);

impl From<fulfilment::Model> for Fulfilment {
    fn from(row: fulfilment::Model) -> Self {
        Self(row)
    }
}

impl Child for fulfilment::Entity {
    const PARENT: fulfilment::Column = fulfilment::Column::MatchId;

    fn parent(row: &fulfilment::Model) -> Uuid {
        row.match_id
    }
}

impl Fulfilment {
    async fn counted(&self, ctx: &Context<'_>, base: Option<i64>) -> Result<Option<Quantity>> {
        let Some(base) = base else { return Ok(None) };
        let id = MatchId::new(self.0.match_id);
        let agreed = ctx.load(id).await?.and_then(|row| row.agreed_version);
        let all = ctx.parts::<match_terms::Entity>(self.0.match_id).await?;
        let terms = all.iter().find(|terms| Some(terms.version) == agreed);
        Ok(terms.map(|terms| quantity_of(terms, base)))
    }
}

/// A delivery, in full or in part, with the quantity that each side states. Visible to the viewers of its match.
#[Object]
impl Fulfilment {
    /// Global id.
    pub async fn id(&self) -> FulfilmentId {
        Id::new(self.0.id)
    }

    /// The match that the delivery belongs to.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let id = Id::<matching::Entity>::new(self.0.match_id);
        Ok(ctx.load(id).await?.map(Match::from))
    }

    /// State of the delivery: recorded, confirmed, disputed or withdrawn.
    async fn state(&self) -> FulfilmentState {
        self.0.state
    }

    /// Side that recorded the delivery.
    async fn recorded_by_side(&self) -> MatchSide {
        self.0.side
    }

    /// Person who recorded the delivery; null if the viewer may not see the person.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.recorded_by))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Quantity that the recording side states; null if the match has no counted quantity.
    async fn quantity(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.quantity).await
    }

    /// Quantity that the other side states; null before it has answered, and if not counted.
    async fn answered_quantity(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.answered_quantity).await
    }

    /// Day of the delivery.
    async fn delivered_on(&self) -> Date {
        Date(self.0.delivered_on)
    }

    /// True if no more deliveries follow.
    async fn last(&self) -> bool {
        self.0.last
    }

    /// Note of the recording side, as plain text with line breaks; null if none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Note of the other side's answer, as plain text with line breaks; null if none.
    async fn answer_note(&self) -> Option<&str> {
        self.0.answer_note.as_deref()
    }

    /// HTTPS addresses of evidence, such as photographs and delivery notes.
    #[graphql(directive = list_size::apply(super::rules::MAX_EVIDENCE as u64, None))]
    async fn evidence(&self) -> &[String] {
        &self.0.evidence.0
    }

    /// Time at which the delivery was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Time at which the other side answered; null before the answer.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
}
