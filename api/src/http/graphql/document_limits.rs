//! Limits on the size of documents, with a fragment counted each time that it is spread, as the engine visits it.
//! Checked before any other step follows fragment spreads.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{Field, Selection, SelectionSet},
};

use crate::http::{
    Limits,
    graphql::{
        errors::{check_limit, graphql_error},
        to_engine::{EngineDocument, Fragments},
    },
};

/// Maximum nesting of selection sets, including those of fragments. The engine refuses deeper documents.
const MAX_LEVELS: usize = 32;
/// Maximum size of an introspection result, as an estimated number of values.
const MAX_INTROSPECTED: usize = 600_000;
const TOO_DEEP: (&str, &str) = ("QUERY_TOO_DEEP", "selections within selections");

/// Refuses a document that exceeds a limit or has circular fragment spreads.
pub fn measure(document: &EngineDocument, limits: &Limits) -> Result<(), ServerError> {
    let mut sizes = Sizes {
        fragments: &document.fragments,
        known: HashMap::new(),
    };
    let mut all = Size::default();
    for (_, operation) in &document.operations {
        all.add(sizes.of(&operation.node.selection_set, 0)?);
        all.directives = all.directives.max(operation.node.directives.len());
    }
    // Includes fragments that are never spread, because validation visits them too.
    for name in document.fragments.keys() {
        sizes.of_fragment(name, 0)?;
    }
    let Size {
        fields,
        aliases,
        directives,
        depth,
        levels,
        introspected,
    } = all;
    let (deepest, most_aliases) = (limits.max_depth, limits.max_aliases);
    let (most_directives, most_fields) = (limits.max_directives, limits.max_fields);
    check_limit(depth <= deepest, "QUERY_TOO_DEEP", "levels", deepest)?;
    check_limit(levels <= MAX_LEVELS, TOO_DEEP.0, TOO_DEEP.1, MAX_LEVELS)?;
    check_limit(
        aliases <= most_aliases,
        "TOO_MANY_ALIASES",
        "aliases",
        most_aliases,
    )?;
    check_limit(
        directives <= most_directives,
        "TOO_MANY_DIRECTIVES",
        "directives in one place",
        most_directives,
    )?;
    check_limit(
        fields <= most_fields,
        "DOCUMENT_TOO_LARGE",
        "fields",
        most_fields,
    )?;
    check_limit(
        introspected <= MAX_INTROSPECTED,
        "QUERY_TOO_COMPLEX",
        "nodes of the schema",
        MAX_INTROSPECTED,
    )
}

/// Size of a selection set, including its fragments.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Number of fields and fragments.
    fields: usize,
    aliases: usize,
    /// Largest number on one field, fragment or operation.
    directives: usize,
    /// Nesting of fields.
    depth: usize,
    /// Nesting of selection sets.
    levels: usize,
    /// Estimated number of values in an introspection result.
    introspected: usize,
}

impl Size {
    /// Adds the size of a sibling.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.max(other.directives);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.introspected = self.introspected.saturating_add(other.introspected);
    }

    /// Size of a field that has this selection set.
    fn under(self, field: &Field) -> Self {
        let rows = match field.name.node.as_str() {
            "types" => 150,
            "fields" | "inputFields" | "possibleTypes" | "enumValues" => 10,
            "args" | "interfaces" => 3,
            _ => 1,
        };
        Self {
            fields: self.fields.saturating_add(1),
            aliases: self
                .aliases
                .saturating_add(usize::from(field.alias.is_some())),
            directives: self.directives.max(field.directives.len()),
            depth: self.depth + 1,
            introspected: self.introspected.saturating_add(1).saturating_mul(rows),
            ..self
        }
    }
}

/// Measures selection sets, and each fragment only once. Otherwise fragments that spread other fragments twice would
/// double the work with every level.
struct Sizes<'a> {
    fragments: &'a Fragments,
    /// `None` while a fragment is being measured.
    known: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Sizes<'a> {
    fn of(&mut self, set: &'a Positioned<SelectionSet>, level: usize) -> Result<Size, ServerError> {
        // Checked here too, so that a long chain of fragments is not followed to its end.
        check_limit(level <= MAX_LEVELS, TOO_DEEP.0, TOO_DEEP.1, MAX_LEVELS)?;
        let mut sum = Size::default();
        for item in &set.node.items {
            let mut size = match &item.node {
                Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {
                    sum.add(Size::default().under(&field.node));
                    continue;
                }
                Selection::Field(field) => self
                    .of(&field.node.selection_set, level + 1)?
                    .under(&field.node),
                Selection::InlineFragment(fragment) => {
                    let mut size = self.of(&fragment.node.selection_set, level + 1)?;
                    size.fields = size.fields.saturating_add(1);
                    size.directives = size.directives.max(fragment.node.directives.len());
                    size
                }
                Selection::FragmentSpread(spread) => {
                    let mut size = self.of_fragment(&spread.node.fragment_name.node, level + 1)?;
                    size.fields = size.fields.saturating_add(1);
                    size.directives = size.directives.max(spread.node.directives.len());
                    size
                }
            };
            size.levels += 1;
            sum.add(size);
        }
        Ok(sum)
    }

    fn of_fragment(&mut self, name: &'a Name, level: usize) -> Result<Size, ServerError> {
        if let Some(known) = self.known.get(name) {
            let message = "A fragment spreads itself.";
            return known.ok_or_else(|| graphql_error("CIRCULAR_FRAGMENT", message.into()));
        }
        // Validation refuses unknown fragments later.
        let Some(fragment) = self.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert(name, None);
        let mut size = self.of(&fragment.node.selection_set, level)?;
        size.directives = size.directives.max(fragment.node.directives.len());
        self.known.insert(name, Some(size));
        Ok(size)
    }
}
