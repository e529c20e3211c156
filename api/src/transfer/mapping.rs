//! Import of files from other platforms: a mapping translates their fields and values to those of the marketplace. The
//! head of `data/mappings/matching-sample.toml` documents the format.

use std::collections::HashMap;

use entity::{
    listing::ListingKind,
    organisation::{OrganisationKind, OrganisationSize},
    resource_type::Unit,
};
use serde::Deserialize;

use super::{
    files::{self, Entry},
    rules, translation,
};
use crate::{
    kit::{Error, UserError, UserErrorCode as Code},
    reference::Snapshot,
};

/// Translation from the files of another platform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(rename = "mapping")]
    pub(super) about: About,
    pub(super) fields: Fields,
    pub(super) kinds: Words<ListingKind>,
    pub(super) resource_types: Words<String>,
    pub(super) units: Words<UnitWord>,
    pub(super) tags: Words<String>,
    pub(super) priority_areas: Words<String>,
    pub(super) areas: Words<String>,
    pub(super) organisation_kinds: Words<OrganisationKind>,
    #[serde(default)]
    pub(super) organisation_sizes: Words<OrganisationSize>,
    pub(super) fallbacks: Fallbacks,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    #[serde(rename = "name")]
    pub(super) _name: String,
    pub(super) platform: String,
}

/// Names of their fields, by our field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) external_reference: String,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) resource_type: String,
    pub(super) tags: Option<String>,
    pub(super) priority_areas: Option<String>,
    pub(super) area: Option<String>,
    pub(super) town: Option<String>,
    pub(super) latitude: Option<String>,
    pub(super) longitude: Option<String>,
    pub(super) reach_km: Option<String>,
    pub(super) remote: Option<String>,
    pub(super) quantity_amount: Option<String>,
    pub(super) quantity_unit: Option<String>,
    pub(super) available_from: Option<String>,
    pub(super) available_until: Option<String>,
    pub(super) organisation_kind: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitWord {
    pub(super) unit: Unit,
    pub(super) label: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fallbacks {
    pub(super) resource_type: String,
    pub(super) unit: Unit,
    pub(super) organisation_kind: OrganisationKind,
}

/// Translation table from their values to ours. Ignores capitals, and treats spaces, hyphens and underscores alike.
#[derive(Debug, Deserialize)]
#[serde(from = "HashMap<String, T>")]
pub(super) struct Words<T>(HashMap<String, T>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> From<HashMap<String, T>> for Words<T> {
    fn from(words: HashMap<String, T>) -> Self {
        let words = words.into_iter();
        Self(words.map(|(theirs, ours)| (plain(&theirs), ours)).collect())
    }
}

impl<T> Words<T> {
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        self.0.get(&plain(word))
    }
}

/// Returns a value in the form in which it is compared.
pub(super) fn plain(word: &str) -> String {
    let parts = word.split(|c: char| c.is_whitespace() || c == '-' || c == '_');
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ").to_lowercase()
}

impl Mapping {
    /// Parses a mapping file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text)
            .map_err(|error| UserError::at("mapping", Code::Invalid, error.to_string()).into())
    }

    /// Reads the rows of a JSON Lines file and translates them.
    pub fn read(&self, content: &str, reference: &Snapshot) -> Result<Vec<Entry>, Error> {
        rules::is_bearable(content)?;
        let entries: Vec<Entry> = files::lines(content)
            .map(|entry| self.translate(entry, reference))
            .collect();
        rules::is_countable(entries.len())?;
        Ok(entries)
    }

    fn translate(&self, entry: Entry, reference: &Snapshot) -> Entry {
        if !entry.faults.is_empty() {
            return entry;
        }
        translation::translate(self, &entry, reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike_however_they_are_joined() {
        assert_eq!(plain(" Surrey  Heath"), plain("surrey_heath"));
        assert_eq!(plain("surrey-heath"), "surrey heath");
    }

    #[test]
    fn every_mapping_that_ships_is_one() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mappings");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let mapping = Mapping::parse(&std::fs::read_to_string(&path).unwrap());
            assert!(mapping.is_ok(), "{}: {mapping:?}", path.display());
        }
        assert!(Mapping::parse("[mapping]\nname = \"x\"").is_err());
    }
}
