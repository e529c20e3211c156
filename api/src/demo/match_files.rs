//! Demo matches: the data file. A key that its head does not list is an error.

use chrono::NaiveDate;
use entity::match_step::{DisputeOutcome, MatchReason};
use serde::Deserialize;

use super::files::{Quantity, day};
use crate::{
    kit::{Error, OrInternal},
    listings::content::Amount,
    matches::terms::NewTerms,
};

const MATCHES: &str = include_str!("../../data/demo/matches.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchFile {
    r#match: Vec<Story>,
}

/// A match: the proposal, and the steps after it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub listing: Option<String>,
    pub organisation: Option<String>,
    pub offer: Option<String>,
    pub request: Option<String>,
    pub by: String,
    pub days_ago: i64,
    pub answer_by_day: Option<i64>,
    pub terms: Terms,
    pub steps: Vec<Step>,
}

/// Proposed terms.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    quantity: Option<Quantity>,
    hours_per_day: Option<String>,
    from_day: Option<i64>,
    until_day: Option<i64>,
    place: Option<String>,
    conditions: Option<String>,
    message: Option<String>,
    hold: bool,
}

/// A step in a match.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub act: Act,
    pub by: String,
    pub days_ago: i64,
    #[serde(default)]
    pub terms: Terms,
    pub quantity: Option<Quantity>,
    pub reason: Option<MatchReason>,
    pub outcome: Option<DisputeOutcome>,
    pub note: Option<String>,
    pub last: Option<bool>,
    #[serde(default)]
    pub public: bool,
}

/// Kinds of steps. The head of the data file lists the fields of each.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Act {
    Counter,
    Approve,
    Accept,
    Withdraw,
    Decline,
    Record,
    Confirm,
    Dispute,
    Resolve,
    Cancel,
    Return,
    Thank,
    Publish,
}

/// Parses the data file.
pub fn read() -> Result<Vec<Story>, Error> {
    let MatchFile { r#match } = toml::from_str(MATCHES).internal()?;
    Ok(r#match)
}

impl Terms {
    /// Returns the terms. Days in the file are relative to `today`.
    pub fn said(self, today: NaiveDate) -> Result<NewTerms, Error> {
        let hours = self.hours_per_day.map(|hours| hours.parse().internal());
        Ok(NewTerms {
            quantity: self.quantity.map(Amount::try_from).transpose()?,
            hours_per_day: hours.transpose()?,
            from: self.from_day.map(|from| day(today, from)),
            until: self.until_day.map(|until| day(today, until)),
            place: self.place,
            conditions: self.conditions,
            message: self.message,
            answer_by: None,
            reserve_quantity: self.hold,
        })
    }
}
