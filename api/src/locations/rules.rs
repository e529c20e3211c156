//! Validation of addresses and of lists of areas.

use crate::{
    kit::{UserErrorCode, validation::Validator},
    locations::place::{self, Point},
};

/// Maximum number of areas of a listing, an event or an organisation.
pub const MAX_AREAS: usize = 20;
/// Maximum number of lines of an address.
pub const MAX_LINES: usize = 5;

/// Postal address and point on the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// House and street.
    pub lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// Postcode of the United Kingdom.
    pub postcode: Option<String>,
    /// Point on the map.
    pub point: Option<Point>,
}

/// Validates and normalises an address. Adds each problem under the name of its field, such as `place.postcode`.
pub fn address(checks: &mut Validator, field: &str, sent: Address) -> Address {
    let Address {
        lines,
        town,
        postcode,
        point,
    } = sent;
    let within = |name: &str| format!("{field}.{name}");
    let lines = if checks.at_most(&within("addressLines"), lines.len(), MAX_LINES) {
        let line = |(at, line): (usize, &String)| {
            checks.optional(&within(&format!("addressLines.{at}")), Some(line), 100)
        };
        lines.iter().enumerate().filter_map(line).collect()
    } else {
        Vec::new()
    };
    let town = checks.optional(&within("town"), town.as_deref(), 80);
    let postcode = postcode.filter(|code| !code.trim().is_empty()).map(|code| {
        let form = place::postcode(&code);
        let message = "This is not a UK postcode. Enter it in the form GU1 1AA.";
        checks.require(
            form.is_some(),
            &within("postcode"),
            UserErrorCode::Invalid,
            message,
        );
        form.unwrap_or_default()
    });
    if let Some(point) = point {
        let fits = Point::new(point.latitude, point.longitude).is_some();
        let message =
            "Latitude must be from -90 to 90 degrees, longitude from -180 to 180 degrees.";
        checks.require(fits, &within("point"), UserErrorCode::OutOfRange, message);
    }
    Address {
        lines,
        town,
        postcode,
        point,
    }
}

/// Validates codes of areas and removes repetitions. `known` returns true for a code that may be used.
pub fn area_codes(
    checks: &mut Validator,
    field: &str,
    codes: Vec<String>,
    known: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut kept = Vec::new();
    if !checks.at_most(field, codes.len(), MAX_AREAS) {
        return kept;
    }
    for (at, code) in codes.into_iter().enumerate() {
        if !known(&code) {
            let message = "There is no area with this code. The query `areas` lists the codes.";
            checks.add(&format!("{field}.{at}"), UserErrorCode::Unknown, message);
        } else if !kept.contains(&code) {
            kept.push(code);
        }
    }
    kept
}
