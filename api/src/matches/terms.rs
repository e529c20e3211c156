//! Check of proposed terms: quantity, dates, place, conditions and deadline for an answer.
//!
//! The quantity is converted to the units of both listings once, when the terms are written, and stored in them,
//! because the length of a day is part of the agreement.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::{listing, match_terms, resource_type::Unit};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::{
    kit::{UserErrorCode as Code, validation::Validator},
    listings::content::Amount,
    reference::quantity,
};

/// Default time for an answer.
const ANSWER_WITHIN: Duration = Duration::days(14);
/// Maximum time for an answer.
const ANSWER_AT_MOST: Duration = Duration::days(90);
/// Default length of a working day: seven and a half hours.
pub const MINUTES_PER_DAY: i32 = 450;

/// Unchecked terms, as a side entered them.
#[derive(Clone, Debug, Default)]
pub struct NewTerms {
    /// Quantity; if `None`, that of the former terms, or else as much as both listings have left.
    pub quantity: Option<Amount>,
    /// Hours that a day counts, if days are converted to hours.
    pub hours_per_day: Option<Decimal>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Place of the delivery or meeting.
    pub place: Option<String>,
    /// Further conditions.
    pub conditions: Option<String>,
    /// Message to the other side.
    pub message: Option<String>,
    /// Deadline for an answer.
    pub answer_by: Option<DateTime<Utc>>,
    /// True to reserve the quantity on the side's own listing until the answer.
    pub reserve_quantity: bool,
}

/// Checked terms.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the columns")]
pub struct Terms {
    pub quantity: Option<i64>,
    pub unit: Unit,
    pub unit_label: Option<String>,
    pub offer_quantity: i64,
    pub request_quantity: i64,
    pub minutes_per_day: Option<i32>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub place: Option<String>,
    pub conditions: Option<String>,
    pub message: Option<String>,
    pub answer_by: DateTime<Utc>,
}

/// The two listings of a match, and the quantity of each that the match has already allocated.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are those of the sides")]
pub struct Pair<'a> {
    pub offer: &'a listing::Model,
    pub request: &'a listing::Model,
    pub offer_held: i64,
    pub request_held: i64,
}

impl NewTerms {
    /// Checks the terms and adds an error for each field that is not valid. `before` are the terms that these answer:
    /// an omitted quantity stays the same.
    pub fn check(
        self,
        checks: &mut Validator,
        pair: Pair<'_>,
        before: Option<&match_terms::Model>,
        now: DateTime<Utc>,
    ) -> Option<Terms> {
        let Self {
            quantity: amount,
            hours_per_day,
            from,
            until,
            place,
            conditions,
            message,
            answer_by,
            reserve_quantity: _,
        } = self;
        let day = day(checks, hours_per_day, before);
        if let (Some(from), Some(until)) = (from, until) {
            let message = "The last day must not be before the first day.";
            checks.require(from <= until, "terms.until", Code::OutOfRange, message);
        }
        let answer_by = answer_by.unwrap_or(now + ANSWER_WITHIN);
        checks.require(
            answer_by > now && answer_by <= now + ANSWER_AT_MOST,
            "terms.answerBy",
            Code::OutOfRange,
            "The deadline for an answer must be later than now and within 90 days.",
        );
        let place = checks.optional("terms.place", place.as_deref(), 300);
        let conditions = lines(checks, "terms.conditions", conditions.as_deref());
        let message = lines(checks, "terms.message", message.as_deref());
        let label = amount.as_ref().and_then(|amount| amount.label.as_deref());
        let label = checks.optional("terms.quantity.unitLabel", label, 40);
        let (quantity, unit) = counted(checks, amount.as_ref(), pair, before, day)?;
        let share = |listing: &listing::Model| {
            quantity.map(|base| quantity::convert(base, unit, listing.unit, day))
        };
        let (for_offer, for_request) = (share(pair.offer), share(pair.request));
        for (listing, held, share) in [
            (pair.offer, pair.offer_held, for_offer),
            (pair.request, pair.request_held, for_request),
        ] {
            fits(checks, listing, held, share);
        }
        let turned = [pair.offer.unit, pair.request.unit]
            .into_iter()
            .any(|other| quantity.is_some() && quantity::needs_day(unit, other));
        let kept = || {
            before
                .filter(|before| before.unit == unit)?
                .unit_label
                .clone()
        };
        Some(Terms {
            quantity,
            unit,
            unit_label: label.or_else(kept).or_else(|| label_of(pair, unit)),
            offer_quantity: for_offer.flatten().unwrap_or(0),
            request_quantity: for_request.flatten().unwrap_or(0),
            minutes_per_day: turned.then_some(day),
            from,
            until,
            place,
            conditions,
            message,
            answer_by,
        })
    }
}

fn lines(checks: &mut Validator, field: &str, text: Option<&str>) -> Option<String> {
    let text = checks.lines(field, text?, 0..=2_000);
    (!text.is_empty()).then_some(text)
}

/// Returns the minutes that a day counts.
fn day(checks: &mut Validator, hours: Option<Decimal>, before: Option<&match_terms::Model>) -> i32 {
    let Some(hours) = hours else {
        return before
            .and_then(|before| before.minutes_per_day)
            .unwrap_or(MINUTES_PER_DAY);
    };
    let within = hours >= Decimal::ONE && hours <= Decimal::from(24);
    let minutes = within
        .then(|| (hours * Decimal::from(60)).to_i32())
        .flatten();
    checks.require(
        minutes.is_some(),
        "terms.hoursPerDay",
        Code::OutOfRange,
        "Hours per day must be from 1 to 24.",
    );
    minutes.unwrap_or(MINUTES_PER_DAY)
}

/// Returns the quantity in base units of its unit; `None` inside if neither listing is counted.
fn counted(
    checks: &mut Validator,
    amount: Option<&Amount>,
    pair: Pair<'_>,
    before: Option<&match_terms::Model>,
    day: i32,
) -> Option<(Option<i64>, Unit)> {
    if let Some(amount) = amount {
        let base = quantity::to_base(amount.amount, amount.unit, "terms.quantity.amount");
        return Some((Some(checks.collect(base)?), amount.unit));
    }
    if let Some(before) = before {
        return Some((before.quantity, before.unit));
    }
    let unit = if pair.request.quantity.is_some() {
        pair.request.unit
    } else {
        pair.offer.unit
    };
    let left = |listing: &listing::Model| {
        let left = listing.quantity? - listing.allocated;
        quantity::convert(left, listing.unit, unit, day)
    };
    let most = match (left(pair.offer), left(pair.request)) {
        (Some(offer), Some(request)) => Some(offer.min(request)),
        (offer, request) => offer.or(request),
    };
    if most.is_some_and(|most| most <= 0) {
        checks.add(
            "terms.quantity",
            Code::InsufficientQuantity,
            "One of the two listings has nothing left.",
        );
        return None;
    }
    Some((most, unit))
}

/// Adds an error if a listing cannot give or take its share.
fn fits(checks: &mut Validator, listing: &listing::Model, held: i64, share: Option<Option<i64>>) {
    let Some(whole) = listing.quantity else {
        return;
    };
    let field = "terms.quantity";
    let Some(Some(share)) = share else {
        let message = format!(
            "{} counts in {}. Enter the quantity in a unit that converts to it.",
            listing.reference,
            quantity::label(listing.unit)
        );
        return checks.add(field, Code::UnitsDiffer, message);
    };
    let left = whole - listing.allocated + held;
    if share > left {
        let left = quantity::from_base(left.max(0), listing.unit);
        let label = listing.unit_label.as_deref();
        let label = label.unwrap_or(quantity::label(listing.unit));
        let message = format!(
            "{} has only {left} {label} left. Enter a smaller quantity.",
            listing.reference
        );
        checks.add(field, Code::InsufficientQuantity, message);
    } else if !listing.partial_allowed && share != whole {
        let message = format!(
            "{} cannot be split. Enter its whole quantity.",
            listing.reference
        );
        checks.add(field, Code::PartialNotAllowed, message);
    }
}

/// Returns the label that the listings use for the unit.
fn label_of(pair: Pair<'_>, unit: Unit) -> Option<String> {
    [pair.request, pair.offer]
        .into_iter()
        .filter(|listing| listing.unit == unit)
        .find_map(|listing| listing.unit_label.clone())
}
