//! Limits on the size and complexity of GraphQL requests and responses. The error code of a refusal tells the
//! client what to reduce.

use clap::Args;

/// Limits of a GraphQL request and its response.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Maximum size of a request body or WebSocket message, in bytes. Error code: `PAYLOAD_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_BODY_BYTES", default_value_t = 1_000_000, value_parser = within(1_000, 100_000_000))]
    pub max_body_bytes: usize,

    /// Maximum memory of the bodies of all requests that are being received or answered, in bytes. One address may use a
    /// quarter and one network a half; a quarter is kept for bodies of at most 16 kB. Error codes: `TOO_MANY_BODIES`,
    /// `OVERLOADED`.
    #[arg(long, env = "MARKETPLACE_MAX_BODIES_BYTES", default_value_t = 64_000_000, value_parser = within(1_000_000, 100_000_000_000))]
    pub max_bodies_bytes: usize,

    /// Maximum number of JSON values in a request: members of objects and items of lists. Error code:
    /// `TOO_MANY_VALUES`.
    #[arg(long, env = "MARKETPLACE_MAX_VALUES", default_value_t = 20_000, value_parser = within(1_000, 1_000_000))]
    pub max_values: usize,

    /// Maximum length of a document, in bytes. Error code: `DOCUMENT_TOO_LONG`.
    #[arg(long, env = "MARKETPLACE_MAX_DOCUMENT_BYTES", default_value_t = 100_000, value_parser = within(1_000, 1_000_000))]
    pub max_document_bytes: usize,

    /// Maximum number of lexical tokens in a document. Twice this number are read, including white space, commas and
    /// comments. Error code: `TOO_MANY_TOKENS`.
    #[arg(long, env = "MARKETPLACE_MAX_TOKENS", default_value_t = 10_000, value_parser = within(500, 100_000))]
    pub max_tokens: usize,

    /// Maximum number of fields and fragments in a document. A fragment counts each time that it is spread. Error code:
    /// `DOCUMENT_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_FIELDS", default_value_t = 5_000, value_parser = within(200, 50_000))]
    pub max_fields: usize,

    /// Maximum number of aliases in a document. Those in a fragment count each time that it is spread. Error code:
    /// `TOO_MANY_ALIASES`.
    #[arg(long, env = "MARKETPLACE_MAX_ALIASES", default_value_t = 200, value_parser = within(0, 50_000))]
    pub max_aliases: usize,

    /// Maximum number of directives on one field, fragment or operation. Error code: `TOO_MANY_DIRECTIVES`.
    #[arg(long, env = "MARKETPLACE_MAX_DIRECTIVES", default_value_t = 10, value_parser = within(1, 100))]
    pub max_directives: usize,

    /// Maximum nesting of fields. The standard introspection query needs 15. Error code: `QUERY_TOO_DEEP`.
    #[arg(long, env = "MARKETPLACE_MAX_DEPTH", default_value_t = 18, value_parser = within(15, 32))]
    pub max_depth: usize,

    /// Maximum complexity of an operation. A field counts 1, and a list counts its selection once for each row that it
    /// may have. Error code: `QUERY_TOO_COMPLEX`.
    #[arg(long, env = "MARKETPLACE_MAX_COMPLEXITY", default_value_t = 20_000, value_parser = within(1_000, 10_000_000))]
    pub max_complexity: usize,

    /// Maximum number of values in a response: fields and items of lists. Most large responses are already refused by
    /// their complexity; this limit stops those that complexity underestimates. Error code: `RESPONSE_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_RESPONSE_VALUES", default_value_t = 40_000, value_parser = within(1_000, 10_000_000))]
    pub max_response_values: usize,

    /// Maximum size of a response, in bytes. Error code: `RESPONSE_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_RESPONSE_BYTES", default_value_t = 16_000_000, value_parser = within(100_000, 1_000_000_000))]
    pub max_response_bytes: usize,

    /// Memory for cached documents, in bytes. The server parses and validates a cached document only once.
    #[arg(long, env = "MARKETPLACE_KNOWN_DOCUMENTS_BYTES", default_value_t = 32_000_000, value_parser = within(0, 10_000_000_000))]
    pub known_documents_bytes: usize,
}

/// Creates a parser of whole numbers from `least` to `most`, both included.
fn within(least: usize, most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| {
        let number = text.parse().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("a whole number from {least} to {most}"))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 1_000_000,
            max_bodies_bytes: 64_000_000,
            max_values: 20_000,
            max_document_bytes: 100_000,
            max_tokens: 10_000,
            max_fields: 5_000,
            max_aliases: 200,
            max_directives: 10,
            max_depth: 18,
            max_complexity: 20_000,
            max_response_values: 40_000,
            max_response_bytes: 16_000_000,
            known_documents_bytes: 32_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    #[test]
    fn the_defaults_are_written_once_and_again_alike() {
        let command = Limits::augment_args(clap::Command::new("limits"));
        let read = command.clone().get_matches_from(["limits"]);
        let read = Limits::from_arg_matches(&read).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", Limits::default()));
        let wrong = command.try_get_matches_from(["limits", "--max-depth", "3"]);
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .contains("a whole number from 15 to 32")
        );
    }
}
