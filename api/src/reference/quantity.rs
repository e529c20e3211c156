//! Quantities: integers of a dimension's base unit internally, decimal amounts of a unit in the API.
//!
//! | unit | base unit | base units in one |
//! |---|---|---|
//! | `HOUR` | minute | 60 |
//! | `KILOGRAM`, `TONNE` | gram | 1,000 and 1,000,000 |
//! | `GBP` | penny | 100 |
//! | `HALF_DAY`, `DAY` | 1/1000 day | 500 and 1,000 |
//! | any other | 1/1000 of it | 1,000 |

use entity::resource_type::Unit;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::kit::{UserError, UserErrorCode};

/// Maximum quantity in base units. Sums of many such quantities stay far below the limit of 64 bits.
const LARGEST: i64 = 1_000_000_000_000_000;

/// Number of base units in one unit.
#[must_use]
pub const fn base_units(unit: Unit) -> i64 {
    match unit {
        Unit::Hour => 60,
        Unit::Gbp => 100,
        Unit::HalfDay => 500,
        Unit::Tonne => 1_000_000,
        _ => 1_000,
    }
}

/// Dimension that a unit measures. Quantities of one dimension are counted in one base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Minutes,
    Days,
    Grams,
    Of(Unit),
}

const fn dimension(unit: Unit) -> Dimension {
    match unit {
        Unit::Hour => Dimension::Minutes,
        Unit::HalfDay | Unit::Day => Dimension::Days,
        Unit::Kilogram | Unit::Tonne => Dimension::Grams,
        unit => Dimension::Of(unit),
    }
}

/// Unit in which all quantities of a dimension are reported, independent of the length of a day. It has the same base
/// unit.
#[must_use]
pub const fn counted_in(unit: Unit) -> Unit {
    match dimension(unit) {
        Dimension::Minutes => Unit::Hour,
        Dimension::Days => Unit::Day,
        Dimension::Grams => Unit::Kilogram,
        Dimension::Of(unit) => unit,
    }
}

/// Returns true if the conversion between two units depends on the length of a day.
#[must_use]
pub fn needs_day(from: Unit, to: Unit) -> bool {
    use Dimension::{Days, Minutes};
    matches!(
        (dimension(from), dimension(to)),
        (Minutes, Days) | (Days, Minutes)
    )
}

/// Converts base units of one unit to base units of another. The result is rounded up, so that no promise is larger
/// than the quantity reserved for it. Returns `None` if the two units measure different things, or the result is too
/// large. `minutes_per_day` is the length of a day.
#[must_use]
pub fn convert(base: i64, from: Unit, to: Unit, minutes_per_day: i32) -> Option<i64> {
    use Dimension::{Days, Minutes};
    let (base, day) = (i128::from(base), i128::from(minutes_per_day.max(1)));
    let round_up = |value: i128, by: i128| (value + by - 1).div_euclid(by);
    let converted = match (dimension(from), dimension(to)) {
        (Minutes, Days) => round_up(base * 1_000, day),
        (Days, Minutes) => round_up(base * day, 1_000),
        (from, to) if from == to => base,
        _ => return None,
    };
    i64::try_from(converted).ok()
}

/// Label of a unit that has no label of its own.
#[must_use]
pub const fn label(unit: Unit) -> &'static str {
    match unit {
        Unit::Hour => "hours",
        Unit::HalfDay => "half days",
        Unit::Day => "days",
        Unit::Week => "weeks",
        Unit::Session => "sessions",
        Unit::Person => "people",
        Unit::Fte => "full-time equivalents",
        Unit::Place => "places",
        Unit::Item => "items",
        Unit::Kilogram => "kilograms",
        Unit::Tonne => "tonnes",
        Unit::SquareMetre => "square metres",
        Unit::Mile => "miles",
        Unit::Gbp => "pounds",
        Unit::TonneCo2e => "tonnes CO2e",
        Unit::Introduction => "introductions",
    }
}

/// Converts an amount of a unit to base units.
///
/// # Errors
/// Fails if the amount is not positive, finer than the base unit, or larger than 10^15 base units; the error names
/// `field`.
pub fn to_base(amount: Decimal, unit: Unit, field: &str) -> Result<i64, UserError> {
    let refuse = |code, message: String| Err(UserError::at(field, code, message));
    if amount <= Decimal::ZERO {
        return refuse(
            UserErrorCode::OutOfRange,
            "Enter an amount greater than 0, or leave the quantity out if it is not counted."
                .into(),
        );
    }
    let Some(base) = amount.checked_mul(base_units(unit).into()) else {
        return refuse(
            UserErrorCode::OutOfRange,
            "The amount is too large. Enter a smaller one.".into(),
        );
    };
    if base.fract() != Decimal::ZERO {
        let finest = (Decimal::ONE / Decimal::from(base_units(unit)))
            .round_dp(4)
            .normalize();
        return refuse(
            UserErrorCode::Invalid,
            format!(
                "The amount has too many decimal places. Enter a multiple of {finest} {}.",
                label(unit)
            ),
        );
    }
    match base.to_i64() {
        Some(base) if base <= LARGEST => Ok(base),
        _ => refuse(
            UserErrorCode::OutOfRange,
            "The amount is too large. Enter a smaller one.".into(),
        ),
    }
}

/// Converts base units to an amount of a unit, without trailing zeros.
#[must_use]
pub fn from_base(base: i64, unit: Unit) -> Decimal {
    (Decimal::from(base) / Decimal::from(base_units(unit)))
        .round_dp(6)
        .normalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Iterable;

    use super::*;

    proptest! {
        #[test]
        fn no_conversion_promises_more_than_it_holds(base in 0..LARGEST, from in 0..16_usize, to in 0..16_usize, day in 60..=1_440) {
            let unit = |at| Unit::iter().nth(at).unwrap();
            if let Some(there) = convert(base, unit(from), unit(to), day) {
                let back = convert(there, unit(to), unit(from), day).unwrap();
                prop_assert!(back >= base);
            }
        }

        #[test]
        fn what_goes_in_comes_out(mantissa in 1..1_000_000_000_i64, scale in 0..6_u32, unit in 0..16_usize) {
            let unit = Unit::iter().nth(unit).unwrap();
            let amount = Decimal::new(mantissa, scale);
            if let Ok(base) = to_base(amount, unit, "quantity.amount") {
                prop_assert_eq!(from_base(base, unit), amount.normalize());
            }
        }

        #[test]
        fn no_amount_panics(text in "-?[0-9]{1,28}(\\.[0-9]{1,28})?", unit in 0..16_usize) {
            if let Ok(amount) = text.parse::<Decimal>() {
                let _ = to_base(amount, Unit::iter().nth(unit).unwrap(), "quantity.amount");
            }
        }
    }

    #[test]
    fn amounts_finer_than_the_base_unit_are_refused() {
        let third = "0.333".parse().unwrap();
        assert_eq!(
            to_base(third, Unit::Hour, "amount").unwrap_err().code,
            UserErrorCode::Invalid
        );
        assert_eq!(
            to_base("0.25".parse().unwrap(), Unit::Hour, "amount"),
            Ok(15)
        );
    }
}
