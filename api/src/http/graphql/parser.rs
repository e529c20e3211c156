//! Parses documents with apollo-compiler, within limits that hold before and while the text is read.

use apollo_compiler::{ast::Document, diagnostic::ToCliReport, parser::Parser};
use async_graphql::ServerError;

use crate::http::{
    Limits,
    graphql::{
        descriptions::Source,
        errors::{check_limit, graphql_error},
        position::position,
    },
};

/// Maximum nesting of selection sets, types, lists and input objects. The parser recurses at each of them.
const MAX_NESTED: usize = 64;
/// Tokens that the parser may read for each token that the limit allows, because it counts white space, commas and
/// comments as tokens too.
const READ_TOKENS: usize = 2;

/// Beginning and end of a document that holds descriptions as the values of a list.
const DESCRIBED: (&str, &str) = ("{a(b:[", "])}");

/// Parses a document. Fails if it is not one or exceeds a limit.
pub fn parse<'a>(text: &'a str, limits: &Limits) -> Result<(Document, Source<'a>), ServerError> {
    let (longest, most) = (limits.max_document_bytes, limits.max_tokens);
    check_limit(text.len() <= longest, "DOCUMENT_TOO_LONG", "bytes", longest)?;
    let (source, descriptions) = Source::new(text);
    if let Some(descriptions) = descriptions {
        let (begin, end) = DESCRIBED;
        let list = format!("{begin}{descriptions}{end}");
        parse_within(&list, most).map_err(|fault| fault.error(text, begin.len()))?;
    }
    let parsed = parse_within(&source.parsed, most);
    let document = parsed.map_err(|fault| fault.error(text, 0))?;
    Ok((document, source))
}

/// Reason why a text is not parsed.
enum Fault {
    /// It exceeds a limit.
    Limit(ServerError),
    /// It is not a document, because of what stands at this offset.
    Syntax(Option<usize>),
}

impl Fault {
    /// Error with its position in `text`, which begins at offset `begin` of what was parsed.
    fn error(self, text: &str, begin: usize) -> ServerError {
        match self {
            Self::Limit(error) => error,
            Self::Syntax(offset) => {
                let mut error = no_document();
                let offset = offset.map(|offset| offset.saturating_sub(begin));
                let pos = offset.map(|offset| position(text, offset));
                error.locations = pos.into_iter().collect();
                error
            }
        }
    }
}

fn parse_within(text: &str, most: usize) -> Result<Document, Fault> {
    let most_read = most.saturating_mul(READ_TOKENS);
    let mut parser = Parser::new()
        .recursion_limit(MAX_NESTED)
        .token_limit(most_read);
    let parsed = parser.parse_ast(text, "document");
    let shallow = parser.recursion_reached() <= MAX_NESTED;
    check_limit(shallow, "QUERY_TOO_DEEP", "nested levels", MAX_NESTED).map_err(Fault::Limit)?;
    let few = parser.tokens_reached() <= most_read;
    check_limit(few, "TOO_MANY_TOKENS", "tokens", most).map_err(Fault::Limit)?;
    parsed.map_err(|refused| {
        let first = refused.errors.iter().next();
        let place = first.and_then(|first| first.error.location());
        Fault::Syntax(place.map(|place| place.offset()))
    })
}

/// Error for a text that is not a GraphQL document.
pub fn no_document() -> ServerError {
    graphql_error(
        "GRAPHQL_PARSE_FAILED",
        "This is not a GraphQL document.".into(),
    )
}
