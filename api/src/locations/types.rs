//! GraphQL types of places.

use crate::kit::graphql::cost::list_size;
use async_graphql::{InputObject, SimpleObject};

use super::rules::Address;
use crate::{
    kit::graphql::fast_object::FastFields,
    locations::place::{Point, PointInput},
};

/// Location of an organisation, a listing or an event.
#[derive(SimpleObject)]
pub struct Place {
    /// House and street, one item per line: at most 5.
    #[graphql(directive = list_size::apply(super::rules::MAX_LINES as u64, None))]
    pub address_lines: Vec<String>,
    /// Town or village.
    pub town: Option<String>,
    /// Postcode in capitals with one space, such as `GU1 1AA`.
    pub postcode: Option<String>,
    /// Point on the map. If none was set, the middle of the first area that has one.
    pub point: Option<Point>,
}

/// Location of an organisation, a listing or an event.
#[derive(InputObject, Debug)]
pub struct PlaceInput {
    /// House and street, one item per line: at most 5 of 100 characters.
    #[graphql(default)]
    pub address_lines: Vec<String>,
    /// Town or village: at most 80 characters.
    pub town: Option<String>,
    /// Postcode of the United Kingdom. Its form is checked; capitals and the space are corrected.
    pub postcode: Option<String>,
    /// Point on the map. Default: the middle of the first area that has one.
    pub point: Option<PointInput>,
}

impl FastFields for Place {}

impl Place {
    /// Returns the place; `None` if all its fields are empty.
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
        // `rules::address` validates the coordinates with the rest of the address.
        let point = point.map(Point::from);
        Self {
            lines: address_lines,
            town,
            postcode,
            point,
        }
    }
}
