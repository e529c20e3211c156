//! Admitting documents: each is looked over, parsed and measured once, and known from then on.

use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, ServerError,
    parser::{parse_query, types::ExecutableDocument},
};
use moka::sync::Cache;

use super::{measure::measure, scan::scan};

/// The longest document, in bytes.
const LONGEST: usize = 100_000;
/// The most tokens of a document.
const MOST_TOKENS: usize = 10_000;
/// The most brackets that are open at once.
const MOST_NESTED: usize = 64;
/// The bytes of documents that are kept.
const KEPT: u64 = 8_000_000;

/// The documents that were admitted.
pub struct Admission {
    known: Cache<Arc<str>, Arc<ExecutableDocument>>,
}

impl Admission {
    /// None known yet.
    pub fn new() -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<ExecutableDocument>| {
            u32::try_from(text.len() * 4).unwrap_or(u32::MAX)
        };
        Self {
            known: Cache::builder().weigher(weigh).max_capacity(KEPT).build(),
        }
    }

    /// The document of a text, unless it is none or too large.
    pub fn admit(&self, text: &str) -> Result<Arc<ExecutableDocument>, ServerError> {
        if let Some(document) = self.known.get(text) {
            return Ok(document);
        }
        look_over(text)?;
        let document = parse_query(text).map_err(|error| {
            let mut refused = no_document();
            refused.locations = error.positions().collect();
            refused
        })?;
        measure(&document)?;
        let document = Arc::new(document);
        self.known.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }
}

fn look_over(text: &str) -> Result<(), ServerError> {
    within(text.len() <= LONGEST, "DOCUMENT_TOO_LONG", "bytes", LONGEST)?;
    let found = scan(text).ok_or_else(no_document)?;
    within(
        found.nesting <= MOST_NESTED,
        "QUERY_TOO_DEEP",
        "brackets within brackets",
        MOST_NESTED,
    )?;
    within(
        found.tokens <= MOST_TOKENS,
        "TOO_MANY_TOKENS",
        "tokens",
        MOST_TOKENS,
    )
}

/// A refusal of what goes beyond a limit.
pub fn within(holds: bool, code: &str, what: &str, most: usize) -> Result<(), ServerError> {
    if holds {
        return Ok(());
    }
    Err(refused(
        code,
        format!("The document has more than {most} {what}."),
    ))
}

fn no_document() -> ServerError {
    refused(
        "GRAPHQL_PARSE_FAILED",
        "This is not a GraphQL document.".into(),
    )
}

/// A refusal with a code of its own.
pub fn refused(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
    error
}
