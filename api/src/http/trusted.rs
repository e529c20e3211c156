//! The documents that the operator trusts, read and looked over before anybody asks for them: a fault in the list is a
//! fault of the deployment, and better found when the program starts than by those who use it.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{Metrics, admission::Admission};
use crate::config::Config;

/// The setting that names the file.
const SETTING: &str = "MARKETPLACE_TRUSTED_DOCUMENTS";

/// The documents of the list by their names; none where there is no list.
///
/// # Errors
/// The list cannot be read or, in production mode, a document in it would be refused. Elsewhere that is only said, for
/// whoever works on a front end mends one document after the other.
pub fn trusted_documents(config: &Config) -> Result<HashMap<String, String>, String> {
    let Some(path) = &config.trusted_documents else {
        return Ok(HashMap::new());
    };
    let documents = read(path)?;
    let admission = Admission::new(config.limits.clone());
    let faults = documents
        .iter()
        .filter_map(|(name, text)| fault(&admission, name, text));
    for fault in faults {
        if config.production {
            return Err(fault);
        }
        tracing::warn!("{fault}");
    }
    Ok(documents.into_iter().collect())
}

/// Reads a list of documents: a JSON object of texts by name, as Relay's compiler and graphql-codegen write it.
fn read(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{SETTING}: cannot read {shown}: {error}"))?;
    serde_json::from_str(&text)
        .map_err(|_| format!("{SETTING}: {shown} is no JSON object of documents by their names"))
}

/// What is wrong with a document, in one line that names it.
fn fault(admission: &Admission, name: &str, text: &str) -> Option<String> {
    let errors = admission.admit(text, &Metrics::default()).err()?;
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
