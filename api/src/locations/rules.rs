//! What an address and a list of areas may hold.

use crate::{
    kit::{UserErrorCode, validation::Checks},
    locations::place::{self, Point},
};

/// The most areas that one thing names.
pub const MOST_AREAS: usize = 20;
/// The most lines of an address.
pub const MOST_LINES: usize = 5;

/// Where something is, as people write it, and the point that they put on a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// House and street.
    pub lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// The point on the map.
    pub point: Option<Point>,
}

/// Checks an address; what is wrong is noted under the name of its field, such as `place.postcode`.
pub fn address(checks: &mut Checks, field: &str, sent: Address) -> Address {
    let Address {
        lines,
        town,
        postcode,
        point,
    } = sent;
    let within = |name: &str| format!("{field}.{name}");
    let lines = if checks.at_most(&within("addressLines"), lines.len(), MOST_LINES) {
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
        let message = "This has not the form of a postcode, such as GU1 1AA.";
        checks.demand(
            form.is_some(),
            &within("postcode"),
            UserErrorCode::Invalid,
            message,
        );
        form.unwrap_or_default()
    });
    if let Some(point) = point {
        let fits = Point::new(point.latitude, point.longitude).is_some();
        let message = "Latitude is from -90 to 90 degrees, longitude from -180 to 180.";
        checks.demand(fits, &within("point"), UserErrorCode::OutOfRange, message);
    }
    Address {
        lines,
        town,
        postcode,
        point,
    }
}

/// Codes of areas that may be used, each once.
pub fn area_codes(
    checks: &mut Checks,
    field: &str,
    codes: Vec<String>,
    known: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut kept = Vec::new();
    if !checks.at_most(field, codes.len(), MOST_AREAS) {
        return kept;
    }
    for (at, code) in codes.into_iter().enumerate() {
        if !known(&code) {
            let message = "There is no area with this code. `areas` lists those that there are.";
            checks.refuse(&format!("{field}.{at}"), UserErrorCode::Unknown, message);
        } else if !kept.contains(&code) {
            kept.push(code);
        }
    }
    kept
}
