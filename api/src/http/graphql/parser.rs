//! Parses documents with apollo-compiler, within limits that hold before and while the text is read.

use apollo_compiler::{ast::Document, parser::Parser, validation::DiagnosticList};
use async_graphql::{Pos, ServerError};

use crate::http::{
    Limits,
    graphql::errors::{check_limit, graphql_error},
};

/// Maximum nesting of selection sets, types, lists and input objects. The parser recurses at each of them.
const MAX_NESTED: usize = 64;
/// Tokens that the parser may read for each token that the limit allows, because it counts white space, commas and
/// comments as tokens too.
const READ_TOKENS: usize = 2;

/// Parses a document. Fails if it is not one or exceeds a limit.
pub fn parse(text: &str, limits: &Limits) -> Result<Document, ServerError> {
    let (longest, most) = (limits.max_document_bytes, limits.max_tokens);
    check_limit(text.len() <= longest, "DOCUMENT_TOO_LONG", "bytes", longest)?;
    let most_read = most.saturating_mul(READ_TOKENS);
    let mut parser = Parser::new()
        .recursion_limit(MAX_NESTED)
        .token_limit(most_read);
    let parsed = parser.parse_ast(text, "document");
    check_limit(
        parser.recursion_reached() <= MAX_NESTED,
        "QUERY_TOO_DEEP",
        "nested levels",
        MAX_NESTED,
    )?;
    let read = parser.tokens_reached();
    check_limit(read <= most_read, "TOO_MANY_TOKENS", "tokens", most)?;
    parsed.map_err(|refused| {
        let mut error = no_document();
        error.locations = first_location(&refused.errors).into_iter().collect();
        error
    })
}

/// Error for a text that is not a GraphQL document.
pub fn no_document() -> ServerError {
    graphql_error(
        "GRAPHQL_PARSE_FAILED",
        "This is not a GraphQL document.".into(),
    )
}

fn first_location(errors: &DiagnosticList) -> Option<Pos> {
    let place = errors.iter().next()?.line_column_range()?;
    Some(Pos {
        line: place.start.line,
        column: place.start.column,
    })
}
