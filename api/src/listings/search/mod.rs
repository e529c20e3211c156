//! Search of listings: one filter, four orders, stable pages, and facets.
//!
//! [`text`] parses the search text, and [`conditions`] turns a filter into a condition made of [`predicates`].
//! [`queries`] turns an order into a keyset and reads a page in one statement, with the columns that the selection
//! needs. [`watch`] finds the changes that subscriptions send. [`facets`] counts the listings that the viewer may see;
//! each facet ignores its own part of the filter, so that a page can show what another choice would find.

pub mod conditions;
pub mod facets;
pub mod limits;
pub mod predicates;
pub mod queries;
pub mod query;
mod subscription;
pub mod text;
pub mod types;
pub mod watch;

pub use query::ListingQuery;
pub use subscription::ListingSubscription;
pub use types::{ListingFilter, ListingOrder};
