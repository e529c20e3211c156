//! Places: where an organisation is, or what it shares. An address as people write it, and the point that
//! they put on a map; postcodes are checked for their form only.

pub mod place;
pub mod rules;
mod types;

pub use types::{Place, PlaceInput};
