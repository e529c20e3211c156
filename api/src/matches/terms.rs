//! What a side says of a match: how much, when, where, on which conditions, and until when it waits for an answer.
//!
//! The quantity is converted into the units of both listings once, when the terms are written, and stands in them
//! from then on: what a day counts is part of what was agreed.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::{listing, match_terms, resource_type::Unit};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::{
    kit::{UserErrorCode as Code, validation::Checks},
    listings::content::Amount,
    reference::quantity,
};

/// How long a proposal waits for an answer where nothing is said.
const ANSWER_WITHIN: Duration = Duration::days(14);
/// The longest that it waits.
const ANSWER_AT_MOST: Duration = Duration::days(90);
/// A working day, where nothing is said: seven and a half hours.
pub const MINUTES_PER_DAY: i32 = 450;

/// What a side says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// How much; left out, as much as both listings have left.
    pub quantity: Option<Amount>,
    /// How many hours a day counts, where days are turned into hours.
    pub hours_per_day: Option<Decimal>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
    /// Where.
    pub place: Option<String>,
    /// What else is agreed.
    pub conditions: Option<String>,
    /// A word to the other side.
    pub message: Option<String>,
    /// Until when the other side may answer.
    pub answer_by: Option<DateTime<Utc>>,
    /// Whether the side's own listing holds the quantity meanwhile.
    pub hold: bool,
}

/// Terms that can be so.
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

/// The two listings of a match, and what the match itself holds of each already.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are those of the sides")]
pub struct Pair<'a> {
    pub offer: &'a listing::Model,
    pub request: &'a listing::Model,
    pub offer_held: i64,
    pub request_held: i64,
}

impl Said {
    /// Notes everything that cannot be so. `before` are the terms that these answer: an amount that is left out stays.
    pub fn check(
        self,
        checks: &mut Checks,
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
            hold: _,
        } = self;
        let day = day(checks, hours_per_day, before);
        if let (Some(from), Some(until)) = (from, until) {
            let message = "The last day is the first one or later.";
            checks.demand(from <= until, "terms.until", Code::OutOfRange, message);
        }
        let answer_by = answer_by.unwrap_or(now + ANSWER_WITHIN);
        checks.demand(
            answer_by > now && answer_by <= now + ANSWER_AT_MOST,
            "terms.answerBy",
            Code::OutOfRange,
            "The answer is due later than now, within 90 days.",
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

fn lines(checks: &mut Checks, field: &str, text: Option<&str>) -> Option<String> {
    let text = checks.lines(field, text?, 0..=2_000);
    (!text.is_empty()).then_some(text)
}

/// How many minutes a day counts.
fn day(checks: &mut Checks, hours: Option<Decimal>, before: Option<&match_terms::Model>) -> i32 {
    let Some(hours) = hours else {
        return before
            .and_then(|before| before.minutes_per_day)
            .unwrap_or(MINUTES_PER_DAY);
    };
    let within = hours >= Decimal::ONE && hours <= Decimal::from(24);
    let minutes = within
        .then(|| (hours * Decimal::from(60)).to_i32())
        .flatten();
    checks.demand(
        minutes.is_some(),
        "terms.hoursPerDay",
        Code::OutOfRange,
        "A day counts from 1 to 24 hours.",
    );
    minutes.unwrap_or(MINUTES_PER_DAY)
}

/// The quantity in base units of its unit; null where neither listing is counted.
fn counted(
    checks: &mut Checks,
    amount: Option<&Amount>,
    pair: Pair<'_>,
    before: Option<&match_terms::Model>,
    day: i32,
) -> Option<(Option<i64>, Unit)> {
    if let Some(amount) = amount {
        let base = quantity::to_base(amount.amount, amount.unit, "terms.quantity.amount");
        return Some((Some(checks.keep(base)?), amount.unit));
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
        checks.refuse(
            "terms.quantity",
            Code::InsufficientQuantity,
            "Nothing is left of one of the two.",
        );
        return None;
    }
    Some((most, unit))
}

/// Notes where a listing cannot give or take its share.
fn fits(checks: &mut Checks, listing: &listing::Model, held: i64, share: Option<Option<i64>>) {
    let Some(whole) = listing.quantity else {
        return;
    };
    let field = "terms.quantity";
    let Some(Some(share)) = share else {
        let message = format!(
            "{} counts {}. Give the quantity in a unit that can be converted into that.",
            listing.reference,
            quantity::label(listing.unit)
        );
        return checks.refuse(field, Code::UnitsDiffer, message);
    };
    let left = whole - listing.allocated + held;
    if share > left {
        let left = quantity::from_base(left.max(0), listing.unit);
        let label = listing.unit_label.as_deref();
        let label = label.unwrap_or(quantity::label(listing.unit));
        let message = format!("Only {left} {label} are left of {}.", listing.reference);
        checks.refuse(field, Code::InsufficientQuantity, message);
    } else if !listing.partial_allowed && share != whole {
        let message = format!("{} is all or nothing.", listing.reference);
        checks.refuse(field, Code::PartialNotAllowed, message);
    }
}

/// What the listings call what they count.
fn label_of(pair: Pair<'_>, unit: Unit) -> Option<String> {
    [pair.request, pair.offer]
        .into_iter()
        .filter(|listing| listing.unit == unit)
        .find_map(|listing| listing.unit_label.clone())
}
