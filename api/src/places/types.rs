//! What the schema says of places.

use async_graphql::{InputObject, SimpleObject};

use super::rules::Address;
use crate::kit::place;

/// Where something is.
#[derive(SimpleObject)]
pub struct Place {
    /// House and street, line by line.
    pub address_lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// Postcode, with one space.
    pub postcode: Option<String>,
    /// The point on the map; where nobody gave one, the middle of the first area.
    pub point: Option<Point>,
}

/// A point on the earth, in degrees (WGS 84).
#[derive(SimpleObject)]
pub struct Point {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

impl From<place::Point> for Point {
    fn from(point: place::Point) -> Self {
        let place::Point {
            latitude,
            longitude,
        } = point;
        Self {
            latitude,
            longitude,
        }
    }
}

/// A point on the earth, in degrees (WGS 84).
#[derive(InputObject)]
pub struct PointInput {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// Where something is.
#[derive(InputObject)]
pub struct PlaceInput {
    /// House and street: at most 5 lines.
    #[graphql(default)]
    pub address_lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// A postcode of the United Kingdom.
    pub postcode: Option<String>,
    /// The point on the map. Without one, the middle of the first area stands in.
    pub point: Option<PointInput>,
}

impl From<PlaceInput> for Address {
    fn from(input: PlaceInput) -> Self {
        let PlaceInput {
            address_lines,
            town,
            postcode,
            point,
        } = input;
        let point = point.map(
            |PointInput {
                 latitude,
                 longitude,
             }| place::Point {
                latitude,
                longitude,
            },
        );
        Self {
            lines: address_lines,
            town,
            postcode,
            point,
        }
    }
}
