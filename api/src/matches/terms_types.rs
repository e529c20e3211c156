//! GraphQL types of the terms of a match and of the contact people.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{match_terms, matching::MatchSide, person};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    accounts::Person,
    context::ContextExt,
    kit::{Child, Id, date::Date},
    listings::value_types::Quantity,
    reference::quantity,
};

impl Child for match_terms::Entity {
    const PARENT: match_terms::Column = match_terms::Column::MatchId;

    fn parent(row: &match_terms::Model) -> Uuid {
        row.match_id
    }
}

/// Converts base units of the terms' unit to a quantity.
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

/// One version of the terms of a match.
pub struct MatchTerms(pub(super) match_terms::Model);

/// One version of the terms of a match. A version never changes; each change of the terms creates a new version.
#[Object]
impl MatchTerms {
    /// Number of the version, from 1. An answer names the version that it answers.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Side that proposed these terms.
    async fn side(&self) -> MatchSide {
        self.0.side
    }

    /// Person who wrote the terms; null if the viewer may not see them.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let found = ctx
            .load(Id::<person::Entity>::new(self.0.person_id))
            .await?;
        Ok(found.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Agreed or proposed quantity; null if neither listing is counted.
    async fn quantity(&self) -> Option<Quantity> {
        self.0.quantity.map(|base| quantity_of(&self.0, base))
    }

    /// Hours that a day counts; null if no days were converted to hours.
    async fn hours_per_day(&self) -> Option<Decimal> {
        let hours = Decimal::from(self.0.minutes_per_day?) / Decimal::from(60);
        Some(hours.round_dp(4).normalize())
    }

    /// First day of the period; null if not set.
    async fn from(&self) -> Option<Date> {
        self.0.from_date.map(Date)
    }

    /// Last day of the period; null if not set.
    async fn until(&self) -> Option<Date> {
        self.0.until_date.map(Date)
    }

    /// Place of the delivery or meeting; null if not set.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// Further conditions, as plain text with line breaks; null if none.
    async fn conditions(&self) -> Option<&str> {
        self.0.conditions.as_deref()
    }

    /// Message to the other side, as plain text with line breaks; null if none.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Deadline for an answer.
    async fn answer_by(&self) -> DateTime<Utc> {
        self.0.answer_by
    }

    /// Time at which the terms were written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// Contact person of one side of a match.
#[derive(SimpleObject)]
pub struct MatchContact {
    /// Side that the person represents.
    pub side: MatchSide,
    /// Display name.
    pub name: String,
    /// Email address.
    pub email: String,
    /// Telephone number; null if the person gave none.
    pub phone: Option<String>,
}
