//! Points on the earth, and postcodes.
//!
//! Both databases sort by distance in SQL: a point is also stored as `x, y, z` on the unit sphere, where the squared
//! chord between two points grows with their distance and needs only `+ - *`.

use async_graphql::{InputObject, SimpleObject};
use h3o::{LatLng, Resolution};

use crate::kit::{UserErrorCode, validation::Validator};

/// Mean radius of the earth in kilometres (IUGG R1).
const EARTH_KM: f64 = 6371.0088;

/// Squared chord of two opposite points: the maximum on the unit sphere.
pub const FARTHEST: f64 = 4.0;

/// Radius in kilometres above which a search does not use cells: there would be too many to narrow it.
const WIDEST_CELLS_KM: f64 = 30.0;

/// Maximum distance in kilometres from a point to the centre of its cell.
const CELL_KM: f64 = 1.6;

/// A point on the earth: WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq, SimpleObject)]
pub struct Point {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

impl Point {
    /// Creates a point; `None` if a coordinate is out of range or not a number.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Self {
            latitude,
            longitude,
        })
    }

    /// Coordinates of the point on the unit sphere.
    #[must_use]
    pub fn unit(self) -> [f64; 3] {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        [
            latitude.cos() * longitude.cos(),
            latitude.cos() * longitude.sin(),
            latitude.sin(),
        ]
    }

    /// Squared chord to another point on the unit sphere.
    #[must_use]
    pub fn chord(self, other: Self) -> f64 {
        let pairs = self.unit().into_iter().zip(other.unit());
        pairs.map(|(one, other)| (one - other).powi(2)).sum()
    }

    /// H3 cell at resolution 7 (about 5 square kilometres); `None` if H3 has none.
    #[must_use]
    pub fn cell(self) -> Option<i64> {
        let point = LatLng::new(self.latitude, self.longitude).ok()?;
        u64::from(point.to_cell(Resolution::Seven)).try_into().ok()
    }

    /// Every cell that may contain a point within `km` kilometres; `None` for more than 30 km, as too many cells.
    #[must_use]
    pub fn cells_within(self, km: f64) -> Option<Vec<i64>> {
        if km > WIDEST_CELLS_KM {
            return None;
        }
        let centre = LatLng::new(self.latitude, self.longitude)
            .ok()?
            .to_cell(Resolution::Seven);
        // Neighbouring centres are at least 1.6 km apart at this resolution (cells shrink by up to
        // half in area away from their mean).
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "km is at most 30"
        )]
        let rings = ((km + 2.0 * CELL_KM) / 1.6).ceil() as u32;
        let disk: Vec<h3o::CellIndex> = centre.grid_disk(rings);
        let reach = chord_of_km(km + CELL_KM);
        let near = |cell: &h3o::CellIndex| {
            let middle = LatLng::from(*cell);
            Self::new(middle.lat(), middle.lng()).is_none_or(|middle| self.chord(middle) <= reach)
        };
        let cells = disk.into_iter().filter(near);
        Some(
            cells
                .filter_map(|cell| u64::from(cell).try_into().ok())
                .collect(),
        )
    }
}

/// A point on the earth: WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq, InputObject)]
pub struct PointInput {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

impl PointInput {
    /// Validates the point; adds a problem and returns `None` if a coordinate is out of range.
    pub fn check(self, checks: &mut Validator, field: &str) -> Option<Point> {
        let point = Point::new(self.latitude, self.longitude);
        checks.require(
            point.is_some(),
            field,
            UserErrorCode::OutOfRange,
            "Latitude must be from -90 to 90 degrees, longitude from -180 to 180 degrees.",
        );
        point
    }
}

impl From<PointInput> for Point {
    /// Converts the point without validating it.
    fn from(
        PointInput {
            latitude,
            longitude,
        }: PointInput,
    ) -> Self {
        Self {
            latitude,
            longitude,
        }
    }
}

/// Squared chord on the unit sphere for a distance in kilometres along the earth's surface.
#[must_use]
pub fn chord_of_km(km: f64) -> f64 {
    let half = (km / EARTH_KM / 2.0).clamp(0.0, std::f64::consts::FRAC_PI_2);
    (2.0 * half.sin()).powi(2)
}

/// Distance in kilometres along the earth's surface for a squared chord on the unit sphere.
#[must_use]
pub fn km_of_chord(chord: f64) -> f64 {
    2.0 * EARTH_KM * (chord.max(0.0).sqrt() / 2.0).min(1.0).asin()
}

/// Normalises a postcode of the United Kingdom to capitals and one space; `None` if the text does not have the form of
/// a postcode. The postcode may not exist: that check would need the national file.
///
/// The form is that of BS 7666: an area of one or two letters, a district, and an inward part of one digit and two
/// letters (not C, I, K, M, O or V).
#[must_use]
pub fn postcode(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_uppercase();
    if !(5..=7).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let (outward, inward) = code.split_at(code.len() - 3);
    let shape: String = outward
        .bytes()
        .map(|b| if b.is_ascii_digit() { '9' } else { 'A' })
        .collect();
    let outward_fits = matches!(
        shape.as_str(),
        "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A"
    ) || outward == "GIR";
    let inward = inward.as_bytes();
    let inward_fits = inward[0].is_ascii_digit()
        && inward[1..]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte));
    (outward_fits && inward_fits).then(|| format!("{outward} {}", &code[code.len() - 3..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kit::Error;

    fn haversine(a: Point, b: Point) -> f64 {
        let (la, lb) = (a.latitude.to_radians(), b.latitude.to_radians());
        let (dlat, dlon) = (lb - la, (b.longitude - a.longitude).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + la.cos() * lb.cos() * (dlon / 2.0).sin().powi(2);
        2.0 * EARTH_KM * h.sqrt().asin()
    }

    fn chord(a: Point, b: Point) -> f64 {
        a.unit()
            .iter()
            .zip(b.unit())
            .map(|(p, q)| (p - q).powi(2))
            .sum()
    }

    proptest! {
        #[test]
        fn a_chord_measures_the_way_along_the_earth(
            a in (-90.0..90.0, -180.0..180.0), b in (-90.0..90.0, -180.0..180.0)
        ) {
            let (a, b) = (Point::new(a.0, a.1).unwrap(), Point::new(b.0, b.1).unwrap());
            let km = haversine(a, b);
            prop_assert!((km_of_chord(chord(a, b)) - km).abs() < 0.01 + km * 1e-6);
            prop_assert!((km_of_chord(chord_of_km(km)) - km).abs() < 0.01 + km * 1e-6);
        }

        #[test]
        fn cells_miss_no_point_within_the_radius(
            lat in 49.0..61.0_f64, lon in -8.0..2.0, bearing in 0.0..std::f64::consts::TAU, km in 0.1..30.0_f64, part in 0.0..1.0_f64
        ) {
            let centre = Point::new(lat, lon).unwrap();
            let away: f64 = km * part / EARTH_KM;
            let other = Point::new(
                lat + (away * bearing.cos()).to_degrees(),
                lon + (away * bearing.sin() / lat.to_radians().cos()).to_degrees(),
            ).unwrap();
            prop_assume!(haversine(centre, other) <= km);
            prop_assert!(centre.cells_within(km).unwrap().contains(&other.cell().unwrap()));
        }

        #[test]
        fn no_text_panics_as_a_postcode(text in ".{0,12}") {
            if let Some(code) = postcode(&text) {
                prop_assert_eq!(postcode(&code), Some(code));
            }
        }
    }

    #[test]
    fn postcodes_are_written_alike() {
        assert_eq!(postcode("gu1 1aa").as_deref(), Some("GU1 1AA"));
        assert_eq!(postcode(" KT139DZ").as_deref(), Some("KT13 9DZ"));
        assert_eq!(postcode("SW1A 1AA").as_deref(), Some("SW1A 1AA"));
        for wrong in [
            "",
            "GU1",
            "GU1 1A",
            "GU1 CAA",
            "1GU 1AA",
            "GU1 1AAA",
            "ÄÖ1 1AA",
            "GU1 1A\u{0}",
        ] {
            assert_eq!(postcode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn points_outside_the_earth_are_refused() {
        let mut checks = Validator::new();
        for (latitude, longitude) in [(1e308, 0.0), (0.0, -180.1), (f64::NAN, 0.0)] {
            let outside = PointInput {
                latitude,
                longitude,
            };
            assert_eq!(outside.check(&mut checks, "point"), None);
        }
        let Err(Error::Refused(refusals)) = checks.finish() else {
            panic!("nothing was refused")
        };
        assert!(
            refusals
                .iter()
                .all(|refusal| refusal.code == UserErrorCode::OutOfRange)
        );
        assert_eq!(refusals.len(), 3);
    }

    #[test]
    fn points_outside_the_earth_are_none() {
        assert!(Point::new(90.1, 0.0).is_none());
        assert!(Point::new(f64::NAN, 0.0).is_none());
        assert!(Point::new(0.0, f64::INFINITY).is_none());
    }
}
