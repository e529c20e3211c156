//! Schema directives that declare the cost of a field. The complexity of a document is computed from them.
#![expect(
    missing_docs,
    reason = "the macro gives the directives' structs no documentation of their own"
)]

use async_graphql::TypeDirective;

/// Assumed maximum length of a list, from which the cost of a query is computed. If the argument named in `oneUnless` is
/// omitted, the list counts as one item.
#[TypeDirective(name = "listSize", location = "FieldDefinition")]
pub fn list_size(assumed_size: u64, one_unless: Option<String>) {}

/// Extra cost of a field, argument or input field, added to the base cost of 1, for database work that the selection does
/// not show.
#[TypeDirective(
    name = "cost",
    location = "FieldDefinition",
    location = "ArgumentDefinition",
    location = "InputFieldDefinition"
)]
pub fn cost(weight: u64) {}

/// Class of the rate limit that a mutation counts towards. `SIGN_IN`: it checks a password, creates an account, or sends
/// mail to an address that the caller enters.
#[TypeDirective(name = "rateLimit", location = "FieldDefinition")]
pub fn rate_limit(class: String) {}

/// Class of mutations that check a password, create an account, or send mail to an address that the caller enters.
pub const SIGN_IN: &str = "SIGN_IN";

/// Cost of counting all rows of a list.
pub const COUNT: u64 = 200;
/// Cost of a condition on text, which reads the text of many rows.
pub const TEXT: u64 = 500;
/// Cost of a condition on distance.
pub const NEAR: u64 = 200;
/// Cost of a condition on areas, which takes in areas within and before them.
pub const AREAS: u64 = 20;
/// Cost of a page beside its rows: it is read by a statement, and kept while it is.
pub const PAGE: u64 = 30;
/// Cost of a statement that is sent for each parent, instead of once for all of them.
pub const STATEMENT: u64 = 10;
