//! What the schema says of what the two sides agree upon, and of whom to speak to.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{match_terms, matching::MatchSide, person};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    accounts::Person,
    context::Ask,
    kit::{Id, Part, date::Date},
    listings::value_types::Quantity,
    reference::quantity,
};

impl Part for match_terms::Entity {
    const WHOLE: match_terms::Column = match_terms::Column::MatchId;

    fn whole(row: &match_terms::Model) -> Uuid {
        row.match_id
    }
}

/// So many base units of what terms count.
pub(crate) fn quantity_of(terms: &match_terms::Model, base: i64) -> Quantity {
    Quantity {
        amount: quantity::from_base(base, terms.unit),
        unit: terms.unit,
        unit_label: terms
            .unit_label
            .clone()
            .unwrap_or_else(|| quantity::label(terms.unit).to_owned()),
    }
}

/// One version of what the two sides agree upon.
pub struct MatchTerms(pub(super) match_terms::Model);

/// One version of what the two sides agree upon. It never changes: other terms are another version.
#[Object]
impl MatchTerms {
    /// Counts from 1. An answer names the version that it answers.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Whose terms they are.
    async fn side(&self) -> MatchSide {
        self.0.side
    }

    /// Who wrote them; null where the viewer may not see the person.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// How much; null where neither listing is counted.
    async fn quantity(&self) -> Option<Quantity> {
        self.0.quantity.map(|base| quantity_of(&self.0, base))
    }

    /// How many hours a day counts, where days are turned into hours.
    async fn hours_per_day(&self) -> Option<Decimal> {
        let hours = Decimal::from(self.0.minutes_per_day?) / Decimal::from(60);
        Some(hours.round_dp(4).normalize())
    }

    /// The first day.
    async fn from(&self) -> Option<Date> {
        self.0.from_date.map(Date)
    }

    /// The last day.
    async fn until(&self) -> Option<Date> {
        self.0.until_date.map(Date)
    }

    /// Where.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// What else is agreed: plain text with line breaks.
    async fn conditions(&self) -> Option<&str> {
        self.0.conditions.as_deref()
    }

    /// A word to the other side: plain text with line breaks.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Until when they could be answered.
    async fn answer_by(&self) -> DateTime<Utc> {
        self.0.answer_by
    }

    /// When they were written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// Whom to speak to on one side of a match.
#[derive(SimpleObject)]
pub struct MatchContact {
    /// The side.
    pub side: MatchSide,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number, if they gave one.
    pub phone: Option<String>,
}
