//! Variables as the specification has them, where the engine takes another view: one that is left out is not
//! null, and one with a default counts with it everywhere, `@skip` and `@include` too.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value;

/// Fills defaults in, and takes arguments and input fields out that name a variable which was left out.
pub fn complete(
    document: &mut ExecutableDocument,
    operation: Option<&str>,
    variables: &mut Variables,
) {
    let operation = match &mut document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => {
            operation.and_then(|name| operations.get_mut(name))
        }
    };
    let Some(operation) = operation else { return };
    let omitted = settle(&mut operation.node, variables);
    if omitted.is_empty() {
        return;
    }
    prune_directives(&mut operation.node.directives, &omitted);
    prune_selection(&mut operation.node.selection_set.node, &omitted);
    for fragment in document.fragments.values_mut() {
        prune_directives(&mut fragment.node.directives, &omitted);
        prune_selection(&mut fragment.node.selection_set.node, &omitted);
    }
}

/// Which variables are left out for good; their definitions go with them. One that must be there stays, to be refused.
fn settle(operation: &mut OperationDefinition, variables: &mut Variables) -> HashSet<Name> {
    let mut omitted = HashSet::new();
    operation.variable_definitions.retain(|definition| {
        let name = &definition.node.name.node;
        if variables.contains_key(name) {
            return true;
        }
        if let Some(default) = &definition.node.default_value {
            variables.insert(name.clone(), default.node.clone());
            return true;
        }
        let required = !definition.node.var_type.node.nullable;
        if !required {
            omitted.insert(name.clone());
        }
        required
    });
    omitted
}

fn prune_selection(set: &mut SelectionSet, omitted: &HashSet<Name>) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => {
                prune_arguments(&mut field.node.arguments, omitted);
                prune_directives(&mut field.node.directives, omitted);
                prune_selection(&mut field.node.selection_set.node, omitted);
            }
            Selection::InlineFragment(fragment) => {
                prune_directives(&mut fragment.node.directives, omitted);
                prune_selection(&mut fragment.node.selection_set.node, omitted);
            }
            Selection::FragmentSpread(spread) => {
                prune_directives(&mut spread.node.directives, omitted);
            }
        }
    }
}

fn prune_directives(directives: &mut [Positioned<Directive>], omitted: &HashSet<Name>) {
    for directive in directives {
        prune_arguments(&mut directive.node.arguments, omitted);
    }
}

fn prune_arguments(
    arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>,
    omitted: &HashSet<Name>,
) {
    arguments.retain_mut(|(_, value)| keep(&mut value.node, omitted));
}

/// Whether a value stays. In a list, what is left out is null; in an object it is not there.
fn keep(value: &mut Value, omitted: &HashSet<Name>) -> bool {
    match value {
        Value::Variable(name) => !omitted.contains(name),
        Value::List(items) => {
            for item in items {
                if !keep(item, omitted) {
                    *item = Value::Null;
                }
            }
            true
        }
        Value::Object(fields) => {
            fields.retain(|_, field| keep(field, omitted));
            true
        }
        _ => true,
    }
}
