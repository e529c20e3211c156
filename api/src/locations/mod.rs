//! Places of organisations, listings and events: a postal address and a point on a map. Postcodes are checked for their
//! form only.

pub mod place;
pub mod rules;
mod types;

pub use types::{Place, PlaceInput};
