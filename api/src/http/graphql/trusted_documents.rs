//! Trusted documents of the operator, read and validated when the server starts: an invalid document is an error in the
//! deployment, which the operator should find before clients do.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use crate::config::Config;
use crate::http::{Metrics, graphql::document_cache::DocumentCache};

/// Name of the setting with the path of the file, for error messages.
const SETTING: &str = "MARKETPLACE_TRUSTED_DOCUMENTS";

/// Reads the trusted documents by name. Returns none if the setting is absent.
///
/// # Errors
/// The file cannot be read or, in production mode, contains an invalid document. In other modes the server only logs a
/// warning, because developers of a front end correct one document after the other.
pub fn trusted_documents(config: &Config) -> Result<HashMap<String, String>, String> {
    let Some(path) = &config.trusted_documents else {
        return Ok(HashMap::new());
    };
    let documents = read(path)?;
    let cache = DocumentCache::new(config.limits.clone());
    let faults = documents
        .iter()
        .filter_map(|(name, text)| fault(&cache, name, text));
    for fault in faults {
        if config.production {
            return Err(fault);
        }
        tracing::warn!("{fault}");
    }
    Ok(documents.into_iter().collect())
}

/// Reads a JSON object of documents by name, the format of Relay's compiler and graphql-codegen.
fn read(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{SETTING}: cannot read {shown}: {error}"))?;
    serde_json::from_str(&text)
        .map_err(|_| format!("{SETTING}: {shown} is no JSON object of documents by their names"))
}

/// First error of a document, as one line with the name of the document. Returns `None` if the document is valid.
fn fault(cache: &DocumentCache, name: &str, text: &str) -> Option<String> {
    let errors = cache.prepare(text, &Metrics::default()).err()?;
    let error = errors.first()?;
    let place = error.locations.first();
    let place = place.map_or_else(String::new, |at| {
        format!(" (line {}, column {})", at.line, at.column)
    });
    Some(format!(
        "{SETTING}: the document {name:?} would be refused: {}{place}",
        error.message.replace('\n', " ")
    ))
}
