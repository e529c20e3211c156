//! Documents that clients request by name instead of sending their text: trusted documents of the operator, and
//! documents that a client has sent before (automatic persisted queries of Apollo clients). Both are validated like all
//! others.

use std::{collections::HashMap, sync::Arc};

use async_graphql::ServerError;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::{
    http::graphql::{errors::graphql_error, request::GraphqlRequest},
    kit::secret,
};

/// Memory for documents that clients have sent, in bytes.
const KEPT: u64 = 8_000_000;

/// Stored documents by name and by hash.
pub struct Documents {
    trusted: HashMap<String, Arc<str>>,
    /// Refuses all documents that are not trusted.
    only_trusted: bool,
    kept: Cache<String, Arc<str>>,
}

impl Documents {
    /// Creates the store with the trusted documents, and none from clients.
    #[must_use]
    pub fn new(trusted: HashMap<String, String>, only_trusted: bool) -> Self {
        let mut by_name = HashMap::new();
        for (name, text) in trusted {
            let text: Arc<str> = text.into();
            // Clients may request a trusted document by its hash too.
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

    /// Text of the document that a request sends or names. Fails if the name is unknown, the hash does not match the
    /// text, or the document is not trusted but must be.
    pub fn text(&self, request: &GraphqlRequest) -> Result<Arc<str>, ServerError> {
        let name = request.document().map(plain);
        let sent = request
            .query
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let Some(text) = sent else {
            let name = name
                .ok_or_else(|| graphql_error("BAD_REQUEST", "The request has no query.".into()))?;
            let known = self
                .trusted
                .get(name)
                .cloned()
                .or_else(|| self.kept.get(name));
            return known.ok_or_else(|| {
                if self.only_trusted {
                    return not_trusted();
                }
                // Apollo clients recognise this message and send the text.
                graphql_error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound".into())
            });
        };
        if self.only_trusted && !self.trusted.contains_key(&hash(text)) {
            return Err(not_trusted());
        }
        if request.hash().is_some_and(|named| named != hash(text)) {
            let message = "provided sha does not match query";
            return Err(graphql_error(
                "PERSISTED_QUERY_HASH_MISMATCH",
                message.into(),
            ));
        }
        Ok(text.into())
    }

    /// Stores a valid document that the client sent with its hash. Does nothing if only trusted documents are allowed.
    pub fn keep(&self, request: &GraphqlRequest, text: &Arc<str>) {
        if let (Some(hash), Some(_), false) = (request.hash(), &request.query, self.only_trusted)
            && !self.kept.contains_key(hash)
        {
            self.kept.insert(hash.to_owned(), Arc::clone(text));
        }
    }
}

fn not_trusted() -> ServerError {
    let message = "This server answers only documents that its operator lists.";
    graphql_error("DOCUMENT_NOT_TRUSTED", message.into())
}

/// Name without the prefix `sha256:`.
fn plain(name: &str) -> &str {
    name.strip_prefix("sha256:").unwrap_or(name)
}

fn hash(text: &str) -> String {
    secret::hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: serde_json::Value) -> GraphqlRequest {
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
