//! How large a document may be, and how much it may ask for. Each limit has a code of its own, by which a client
//! knows what to ask less of.

use clap::Args;

/// The limits of a GraphQL request.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// The largest request body, and the largest message over a socket, in bytes: `PAYLOAD_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_BODY_BYTES", default_value_t = 1_000_000, value_parser = within(1_000, 100_000_000))]
    pub max_body_bytes: usize,

    /// The most values in a request, each member and each item counted: `TOO_MANY_VALUES`.
    #[arg(long, env = "MARKETPLACE_MAX_VALUES", default_value_t = 20_000, value_parser = within(1_000, 1_000_000))]
    pub max_values: usize,

    /// The longest document, in bytes: `DOCUMENT_TOO_LONG`.
    #[arg(long, env = "MARKETPLACE_MAX_DOCUMENT_BYTES", default_value_t = 100_000, value_parser = within(1_000, 1_000_000))]
    pub max_document_bytes: usize,

    /// The most names, numbers, texts and signs in a document: `TOO_MANY_TOKENS`.
    #[arg(long, env = "MARKETPLACE_MAX_TOKENS", default_value_t = 10_000, value_parser = within(500, 100_000))]
    pub max_tokens: usize,

    /// The most fields and fragments in a document, each fragment counted as often as it is spread: `DOCUMENT_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_FIELDS", default_value_t = 5_000, value_parser = within(200, 50_000))]
    pub max_fields: usize,

    /// The most aliases in a document, counted in the same way: `TOO_MANY_ALIASES`.
    #[arg(long, env = "MARKETPLACE_MAX_ALIASES", default_value_t = 200, value_parser = within(0, 50_000))]
    pub max_aliases: usize,

    /// The most directives in one place: `TOO_MANY_DIRECTIVES`.
    #[arg(long, env = "MARKETPLACE_MAX_DIRECTIVES", default_value_t = 10, value_parser = within(1, 100))]
    pub max_directives: usize,

    /// The most fields within fields: `QUERY_TOO_DEEP`. The standard introspection query needs 15.
    #[arg(long, env = "MARKETPLACE_MAX_DEPTH", default_value_t = 18, value_parser = within(15, 32))]
    pub max_depth: usize,

    /// The most that a document may ask for: `QUERY_TOO_COMPLEX`. A field counts 1, and a list what it selects
    /// once for each row that it may have.
    #[arg(long, env = "MARKETPLACE_MAX_COMPLEXITY", default_value_t = 20_000, value_parser = within(1_000, 10_000_000))]
    pub max_complexity: usize,

    /// The most values in a response, fields and list items counted: `RESPONSE_TOO_LARGE`. Documents are refused by their
    /// complexity long before, so this stops only what that did not foresee.
    #[arg(long, env = "MARKETPLACE_MAX_RESPONSE_VALUES", default_value_t = 40_000, value_parser = within(1_000, 10_000_000))]
    pub max_response_values: usize,

    /// The most bytes in a response: `RESPONSE_TOO_LARGE`.
    #[arg(long, env = "MARKETPLACE_MAX_RESPONSE_BYTES", default_value_t = 16_000_000, value_parser = within(100_000, 1_000_000_000))]
    pub max_response_bytes: usize,

    /// Bytes of memory for documents that were admitted, which are looked over only once.
    #[arg(long, env = "MARKETPLACE_KNOWN_DOCUMENTS_BYTES", default_value_t = 32_000_000, value_parser = within(0, 10_000_000_000))]
    pub known_documents_bytes: usize,
}

/// A whole number between these two, both included.
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
