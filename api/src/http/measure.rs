//! Measuring documents with their fragments unfolded, before anything follows them: the engine visits a
//! fragment as often as it is spread.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet},
};

use super::{
    Limits,
    admission::{refused, within},
};

/// The most selections within selections, fragments included: the engine visits no more.
const MOST_LEVELS: usize = 32;
/// The most that a document may ask about the schema itself, in nodes of the answer, roughly.
const MOST_INTROSPECTED: usize = 600_000;
const TOO_DEEP: (&str, &str) = ("QUERY_TOO_DEEP", "selections within selections");

/// Refuses a document that goes beyond a limit, or in circles.
pub fn measure(document: &ExecutableDocument, limits: &Limits) -> Result<(), ServerError> {
    let mut sizes = Sizes {
        fragments: &document.fragments,
        known: HashMap::new(),
    };
    let mut all = Size::default();
    for (_, operation) in document.operations.iter() {
        all.add(sizes.of(&operation.node.selection_set, 0)?);
        all.directives = all.directives.max(operation.node.directives.len());
    }
    // Those that nothing spreads, too: they are visited all the same.
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
    within(depth <= deepest, "QUERY_TOO_DEEP", "levels", deepest)?;
    within(levels <= MOST_LEVELS, TOO_DEEP.0, TOO_DEEP.1, MOST_LEVELS)?;
    within(
        aliases <= most_aliases,
        "TOO_MANY_ALIASES",
        "aliases",
        most_aliases,
    )?;
    within(
        directives <= most_directives,
        "TOO_MANY_DIRECTIVES",
        "directives in one place",
        most_directives,
    )?;
    within(
        fields <= most_fields,
        "DOCUMENT_TOO_LARGE",
        "fields",
        most_fields,
    )?;
    within(
        introspected <= MOST_INTROSPECTED,
        "QUERY_TOO_COMPLEX",
        "nodes of the schema",
        MOST_INTROSPECTED,
    )
}

/// What a selection comes to, its fragments unfolded.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Fields and fragments.
    fields: usize,
    aliases: usize,
    /// The most in one place.
    directives: usize,
    /// Fields within fields.
    depth: usize,
    /// Selections within selections.
    levels: usize,
    /// Nodes of an answer about the schema itself.
    introspected: usize,
}

impl Size {
    /// Both, beside each other.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.max(other.directives);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.introspected = self.introspected.saturating_add(other.introspected);
    }

    /// A field with this selection.
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

/// The size of each fragment, found once however often it is spread: fragments that spread fragments would
/// otherwise double the work with every level.
struct Sizes<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while a fragment is being measured.
    known: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Sizes<'a> {
    fn of(&mut self, set: &'a Positioned<SelectionSet>, level: usize) -> Result<Size, ServerError> {
        // So that a long chain of fragments is not followed to its end.
        within(level <= MOST_LEVELS, TOO_DEEP.0, TOO_DEEP.1, MOST_LEVELS)?;
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
            let circular = || refused("CIRCULAR_FRAGMENT", "A fragment spreads itself.".into());
            return known.ok_or_else(circular);
        }
        // Validation says so where there is no such fragment.
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
