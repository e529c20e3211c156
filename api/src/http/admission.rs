//! Admitting documents: each is parsed and sized once, and known from then on.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ErrorExtensionValues, Name, Positioned, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
    },
};
use moka::sync::Cache;

/// The longest document, in bytes.
const LONGEST: usize = 100_000;
/// The most fields of a document, with its fragments unfolded.
const MOST_FIELDS: usize = 5_000;
/// The bytes of documents that are kept.
const KEPT: u64 = 8_000_000;

/// The documents that were admitted.
pub struct Admission {
    known: Cache<Arc<str>, Arc<ExecutableDocument>>,
}

impl Admission {
    /// None known yet.
    pub fn new() -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<ExecutableDocument>| {
            u32::try_from(text.len() * 4).unwrap_or(u32::MAX)
        };
        Self {
            known: Cache::builder().weigher(weigh).max_capacity(KEPT).build(),
        }
    }

    /// The document of a text, unless it is none or too large.
    pub fn admit(&self, text: &str) -> Result<Arc<ExecutableDocument>, ServerError> {
        if let Some(document) = self.known.get(text) {
            return Ok(document);
        }
        if text.len() > LONGEST {
            return Err(refused(
                "DOCUMENT_TOO_LONG",
                format!("The document is over {LONGEST} bytes."),
            ));
        }
        let document = parse_query(text).map_err(|error| {
            let mut refused = refused(
                "GRAPHQL_PARSE_FAILED",
                "This is not a GraphQL document.".into(),
            );
            refused.locations = error.positions().collect();
            refused
        })?;
        let mut sizes = Sizes {
            fragments: &document.fragments,
            known: HashMap::new(),
        };
        let fields = document
            .operations
            .iter()
            .try_fold(0_usize, |sum, (_, operation)| {
                Some(sum.saturating_add(sizes.of(&operation.node.selection_set)?))
            });
        match fields {
            None => {
                return Err(refused(
                    "CIRCULAR_FRAGMENT",
                    "A fragment spreads itself.".into(),
                ));
            }
            Some(fields) if fields > MOST_FIELDS => {
                return Err(refused(
                    "DOCUMENT_TOO_LARGE",
                    format!("The document asks for more than {MOST_FIELDS} fields."),
                ));
            }
            Some(_) => {}
        }
        let document = Arc::new(document);
        self.known.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }
}

/// The number of fields of each fragment, counted once however often it is spread: fragments that
/// spread fragments would otherwise double the work with every level.
struct Sizes<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while a fragment is being counted.
    known: HashMap<&'a Name, Option<usize>>,
}

impl<'a> Sizes<'a> {
    /// The fields of a selection, fragments unfolded; `None` where a fragment spreads itself.
    fn of(&mut self, set: &'a Positioned<SelectionSet>) -> Option<usize> {
        let mut sum = 0_usize;
        for item in &set.node.items {
            let more = match &item.node {
                Selection::Field(field) => self.of(&field.node.selection_set)?.saturating_add(1),
                Selection::InlineFragment(fragment) => self.of(&fragment.node.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node)?
                }
            };
            sum = sum.saturating_add(more);
        }
        Some(sum)
    }

    fn of_fragment(&mut self, name: &'a Name) -> Option<usize> {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        // Validation says so where there is no such fragment.
        let Some(fragment) = self.fragments.get(name) else {
            return Some(0);
        };
        self.known.insert(name, None);
        let size = self.of(&fragment.node.selection_set)?;
        self.known.insert(name, Some(size));
        Some(size)
    }
}

fn refused(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
    error
}
