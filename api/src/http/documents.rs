//! Documents that clients name instead of sending: those that the operator trusts, and those that clients sent once
//! (automatic persisted queries, as Apollo's clients speak them). Both go through the same admission as any other.

use std::{collections::HashMap, sync::Arc};

use async_graphql::ServerError;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::{admission::refused, members::Members};

/// The bytes of documents that clients had us keep.
const KEPT: u64 = 8_000_000;

/// Documents by their names.
pub struct Documents {
    trusted: HashMap<String, Arc<str>>,
    /// Whether nothing else is admitted.
    only_trusted: bool,
    kept: Cache<String, Arc<str>>,
}

impl Documents {
    /// Those of a file, if there is one, and none from clients.
    #[must_use]
    pub fn new(trusted: HashMap<String, String>, only_trusted: bool) -> Self {
        let mut by_name = HashMap::new();
        for (name, text) in trusted {
            let text: Arc<str> = text.into();
            // Whatever the file calls it, it goes by its hash too.
            by_name.insert(hash(&text), Arc::clone(&text));
            by_name.insert(name, text);
        }
        let weigh =
            |_: &String, text: &Arc<str>| u32::try_from(text.len() + 200).unwrap_or(u32::MAX);
        Self {
            trusted: by_name,
            only_trusted,
            kept: Cache::builder().weigher(weigh).max_capacity(KEPT).build(),
        }
    }

    /// The text that a request is about.
    pub fn text(&self, members: &Members) -> Result<Arc<str>, ServerError> {
        let name = members.document().map(plain);
        let sent = members
            .query
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let Some(text) = sent else {
            let name =
                name.ok_or_else(|| refused("BAD_REQUEST", "The request has no query.".into()))?;
            let known = self
                .trusted
                .get(name)
                .cloned()
                .or_else(|| self.kept.get(name));
            return known.ok_or_else(|| {
                if self.only_trusted {
                    return not_trusted();
                }
                // The words that clients of Apollo's look for.
                refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound".into())
            });
        };
        if self.only_trusted && !self.trusted.contains_key(&hash(text)) {
            return Err(not_trusted());
        }
        if members.hash().is_some_and(|named| named != hash(text)) {
            let message = "provided sha does not match query";
            return Err(refused("PERSISTED_QUERY_HASH_MISMATCH", message.into()));
        }
        Ok(text.into())
    }

    /// Keeps a document that was admitted, where the client named it by its hash.
    pub fn keep(&self, members: &Members, text: &Arc<str>) {
        if let (Some(hash), Some(_), false) = (members.hash(), &members.query, self.only_trusted)
            && !self.kept.contains_key(hash)
        {
            self.kept.insert(hash.to_owned(), Arc::clone(text));
        }
    }
}

fn not_trusted() -> ServerError {
    let message = "This server answers only documents that its operator lists.";
    refused("DOCUMENT_NOT_TRUSTED", message.into())
}

/// A name without the algorithm, where it says one.
fn plain(name: &str) -> &str {
    name.strip_prefix("sha256:").unwrap_or(name)
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: serde_json::Value) -> Members {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_hash_is_of_the_text_alone() {
        assert_eq!(
            hash("{__typename}"),
            "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
        );
    }

    #[test]
    fn trusted_documents_go_by_name_and_by_hash() {
        let one = HashMap::from([("Who".to_owned(), "{ viewer { kind } }".to_owned())]);
        let only = Documents::new(one, true);
        let text = |value| only.text(&members(value)).map_err(|error| error.message);
        assert!(text(serde_json::json!({"documentId": "Who"})).is_ok());
        let by_hash = format!("sha256:{}", hash("{ viewer { kind } }"));
        assert!(text(serde_json::json!({"documentId": by_hash})).is_ok());
        assert!(text(serde_json::json!({"query": "{ viewer { kind } }"})).is_ok());
        assert!(text(serde_json::json!({"query": "{ __typename }"})).is_err());
        assert!(text(serde_json::json!({"documentId": "Other"})).is_err());
        assert!(text(serde_json::json!({})).is_err());
    }
}
