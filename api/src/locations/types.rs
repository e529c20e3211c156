//! What the schema says of places.

use crate::kit::graphql::cost::list_size;
use async_graphql::{InputObject, SimpleObject};

use super::rules::Address;
use crate::{
    kit::graphql::fast_object::AtHand,
    locations::place::{Point, PointInput},
};

/// Where something is.
#[derive(SimpleObject)]
pub struct Place {
    /// House and street, line by line.
    #[graphql(directive = list_size::apply(super::rules::MOST_LINES as u64, None))]
    pub address_lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// Postcode, with one space.
    pub postcode: Option<String>,
    /// The point on the map; where nobody gave one, the middle of the first area.
    pub point: Option<Point>,
}

/// Where something is.
#[derive(InputObject, Debug)]
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

impl AtHand for Place {}

impl Place {
    /// The place, unless nothing was said of it.
    #[must_use]
    pub fn said(self) -> Option<Self> {
        let nothing = self.point.is_none()
            && self.town.is_none()
            && self.postcode.is_none()
            && self.address_lines.is_empty();
        (!nothing).then_some(self)
    }
}

impl From<PlaceInput> for Address {
    fn from(input: PlaceInput) -> Self {
        let PlaceInput {
            address_lines,
            town,
            postcode,
            point,
        } = input;
        // Whether it lies on the earth is asked with the rest of the address.
        let point = point.map(Point::from);
        Self {
            lines: address_lines,
            town,
            postcode,
            point,
        }
    }
}
