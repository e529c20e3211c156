//! Column types for short lists that are read with their row and never searched.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A list of texts in one column. If its items must be searchable, a link table repeats them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Texts(pub Vec<String>);

impl From<Vec<String>> for Texts {
    fn from(list: Vec<String>) -> Self {
        Self(list)
    }
}
