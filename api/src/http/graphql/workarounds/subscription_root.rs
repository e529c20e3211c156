//! async-graphql 7.2.1 accepts any number of root fields in a subscription, and ignores root fields in fragments. The
//! GraphQL specification (Section 5.2, Single Root Field) requires exactly one root field, which may be in fragments.
//! No upstream issue is known. This file refuses other subscriptions, also those with directives at the root, and moves
//! the root field out of its fragments.

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{Field, OperationDefinition, OperationType, Selection, SelectionSet},
};

use crate::http::graphql::{
    errors::graphql_error,
    to_engine::{EngineDocument, Fragments},
};

/// Root field of a subscription, and the names of the fragments that contain it.
type Source = (Positioned<Field>, Vec<Name>);

/// Name of the root type.
const ROOT: &str = "Subscription";

/// Moves the root field of a subscription out of its fragments, so that the engine finds it. Leaves other operations
/// unchanged. Fails if the subscription does not have exactly one root field.
pub fn inline_root_field(
    operation: &mut OperationDefinition,
    fragments: &mut Fragments,
) -> Result<(), ServerError> {
    if operation.ty != OperationType::Subscription {
        return Ok(());
    }
    let Some((field, used)) = root(operation, fragments)? else {
        return Ok(());
    };
    operation.selection_set.node.items =
        vec![Positioned::new(Selection::Field(field.clone()), field.pos)];
    for name in used {
        fragments.remove(&name);
    }
    Ok(())
}

/// Refuses a document with a subscription that does not have exactly one root field.
pub fn check(document: &EngineDocument) -> Result<(), ServerError> {
    document.operations.iter().try_for_each(|(_, operation)| {
        if operation.node.ty == OperationType::Subscription {
            root(&operation.node, &document.fragments)?;
        }
        Ok(())
    })
}

/// Finds the root field of a subscription, and merges all selections of it.
fn root(
    operation: &OperationDefinition,
    fragments: &Fragments,
) -> Result<Option<Source>, ServerError> {
    let mut root = Root::default();
    root.gather(&operation.selection_set.node, fragments)?;
    let mut fields = root.fields.into_iter();
    let (Some(mut field), used) = (fields.next(), root.used) else {
        return Ok(None);
    };
    for other in fields {
        if other.node.response_key().node != field.node.response_key().node {
            return Err(wrong("A subscription selects exactly one field."));
        }
        let more = other.node.selection_set.node.items;
        field.node.selection_set.node.items.extend(more);
    }
    if field.node.name.node.starts_with("__") {
        return Err(wrong(
            "A subscription selects a field of its own, not what it is.",
        ));
    }
    Ok(Some((field, used)))
}

/// Root fields of a subscription, collected from its fragments.
#[derive(Default)]
struct Root {
    fields: Vec<Positioned<Field>>,
    /// Fragments spread at the root. No other place can spread them, because their type is the root type.
    used: Vec<Name>,
}

impl Root {
    fn gather(&mut self, set: &SelectionSet, fragments: &Fragments) -> Result<(), ServerError> {
        for item in &set.items {
            let directives = match &item.node {
                Selection::Field(field) => &field.node.directives,
                Selection::InlineFragment(inline) => &inline.node.directives,
                Selection::FragmentSpread(spread) => &spread.node.directives,
            };
            if !directives.is_empty() {
                return Err(wrong("The field of a subscription takes no directives."));
            }
            match &item.node {
                Selection::Field(field) => self.fields.push(field.clone()),
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    on_root(on.map(|on| on.node.on.node.as_str()))?;
                    self.gather(&inline.node.selection_set.node, fragments)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // Validation has already refused documents with unknown fragments.
                    let Some(fragment) = fragments.get(name) else {
                        return Err(wrong("A fragment that is spread is not there."));
                    };
                    on_root(Some(fragment.node.type_condition.node.on.node.as_str()))?;
                    self.used.push(name.clone());
                    self.gather(&fragment.node.selection_set.node, fragments)?;
                }
            }
        }
        Ok(())
    }
}

fn on_root(on: Option<&str>) -> Result<(), ServerError> {
    if on.is_none_or(|on| on == ROOT) {
        Ok(())
    } else {
        Err(wrong(
            "At its root a subscription takes only fragments on Subscription.",
        ))
    }
}

fn wrong(message: &str) -> ServerError {
    graphql_error("GRAPHQL_VALIDATION_FAILED", message.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{
        Limits,
        graphql::{parser::parse, to_engine::to_engine},
    };

    /// Number of fields below the root field.
    fn inlined(text: &str) -> Result<usize, String> {
        let (parsed, source) = parse(text, &Limits::default()).unwrap();
        let document = to_engine(&parsed, &source).unwrap();
        let (mut operations, mut fragments) = (document.operations, document.fragments);
        let operation = &mut operations[0].1.node;
        inline_root_field(operation, &mut fragments).map_err(|error| error.message)?;
        let [root] = operation.selection_set.node.items.as_slice() else {
            return Ok(0);
        };
        match &root.node {
            Selection::Field(field) => Ok(field.node.selection_set.node.items.len()),
            _ => Ok(0),
        }
    }

    #[test]
    fn a_root_has_one_field_wherever_it_stands() {
        assert_eq!(inlined("subscription { a { b } }"), Ok(1));
        assert_eq!(
            inlined(
                "subscription { ...F ... on Subscription { a { c } } } fragment F on Subscription { a { b } }"
            ),
            Ok(2)
        );
        for text in [
            "subscription { a b }",
            "subscription { a c: a }",
            "subscription { __typename }",
            "subscription { a @skip(if: false) }",
            "subscription { ... @include(if: true) { a } }",
            "subscription { ...F } fragment F on Query { a }",
            "subscription { ...F }",
        ] {
            assert!(inlined(text).is_err(), "{text}");
        }
        assert_eq!(inlined("{ a b }"), Ok(0));
    }
}
