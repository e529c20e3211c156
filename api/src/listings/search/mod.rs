//! Finding: one filter, four orders, pages that stay put, and counts of what else there is.
//!
//! What people type is taken apart in [`text`]; [`search`] turns a filter into a condition made of [`conditions`];
//! [`reading`] turns an order into a keyset, and a page is one statement, planned from what is selected; [`watching`] says
//! what is told of a listing to whoever waits for it. Facets
//! count what the viewer may see, each without its own filter, so that a page can show what another choice would
//! find.

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

pub use query::FindingQuery;
pub use subscription::FindingSubscription;
pub use types::{ListingFilter, ListingOrder};
