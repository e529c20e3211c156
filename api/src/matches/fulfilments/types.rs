//! What the schema says of deliveries.

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
    context::Ask,
    kit::{Id, Part, date::Date},
    listings::value_types::Quantity,
    matches::{Match, persist::MatchId, quantity_of},
};

/// A delivery, or a part of one.
pub struct Fulfilment(fulfilment::Model);

impl From<fulfilment::Model> for Fulfilment {
    fn from(row: fulfilment::Model) -> Self {
        Self(row)
    }
}

impl Part for fulfilment::Entity {
    const WHOLE: fulfilment::Column = fulfilment::Column::MatchId;

    fn whole(row: &fulfilment::Model) -> Uuid {
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

/// A delivery, or a part of one: what each side says was delivered. Seen by whoever sees its match.
#[Object]
impl Fulfilment {
    /// Global id.
    pub async fn id(&self) -> FulfilmentId {
        Id::new(self.0.id)
    }

    /// Its match.
    async fn r#match(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let id = Id::<matching::Entity>::new(self.0.match_id);
        Ok(ctx.load(id).await?.map(Match::from))
    }

    /// Whether both sides agree on it.
    async fn state(&self) -> FulfilmentState {
        self.0.state
    }

    /// Which side recorded it.
    async fn recorded_by_side(&self) -> MatchSide {
        self.0.side
    }

    /// Who recorded it; null where the viewer may not see the person.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.recorded_by))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// How much, as the side says that recorded it; null where nothing is counted.
    async fn quantity(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.quantity).await
    }

    /// How much, as the other side says; null while it has not answered.
    async fn answered_quantity(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.counted(ctx, self.0.answered_quantity).await
    }

    /// On which day it was delivered.
    async fn delivered_on(&self) -> Date {
        Date(self.0.delivered_on)
    }

    /// Whether nothing more is to come.
    async fn last(&self) -> bool {
        self.0.last
    }

    /// What was said with it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// What the other side said to it.
    async fn answer_note(&self) -> Option<&str> {
        self.0.answer_note.as_deref()
    }

    /// Addresses of photographs, delivery notes and the like.
    #[graphql(directive = list_size::apply(super::rules::MOST_EVIDENCE as u64, None))]
    async fn evidence(&self) -> &[String] {
        &self.0.evidence.0
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the other side answered.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
}
