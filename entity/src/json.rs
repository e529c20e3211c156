//! Shapes of the columns that hold a short list: read with their row, never searched.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A list in one column. Where its members are searched for, a link table stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Texts(pub Vec<String>);

impl From<Vec<String>> for Texts {
    fn from(list: Vec<String>) -> Self {
        Self(list)
    }
}
