//! async-graphql 7.2.1 takes an omitted variable for null, and ignores the default of a variable in `@skip` and
//! `@include`. The GraphQL specification (Section 6.1.2, Coercing Variable Values, and Section 6.4.1, Coercing Field
//! Arguments) requires that an omitted variable without a default leaves the argument omitted, and that a default
//! applies everywhere. Fixed in async-graphql 8 (pull request 1818). This file inserts the defaults, and removes
//! arguments and input fields whose variable is omitted.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{Directive, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};

use crate::http::graphql::to_engine::Fragments;

/// Inserts the defaults of variables, and removes arguments and input fields whose variable is omitted. The error is
/// the name of a required variable that is missing or null, which the engine would notice only during execution.
pub fn complete(
    operation: &mut OperationDefinition,
    fragments: &mut Fragments,
    variables: &mut Variables,
) -> Result<(), Name> {
    let omitted = apply_defaults(operation, variables)?;
    if omitted.is_empty() {
        return Ok(());
    }
    prune_directives(&mut operation.directives, &omitted);
    prune_selection(&mut operation.selection_set.node, &omitted);
    for fragment in fragments.values_mut() {
        prune_directives(&mut fragment.node.directives, &omitted);
        prune_selection(&mut fragment.node.selection_set.node, &omitted);
    }
    Ok(())
}

/// Inserts defaults, removes the definitions of variables that are omitted and have none, and returns their names.
fn apply_defaults(
    operation: &mut OperationDefinition,
    variables: &mut Variables,
) -> Result<HashSet<Name>, Name> {
    let (mut omitted, mut missing) = (HashSet::new(), None);
    operation.variable_definitions.retain(|definition| {
        let Positioned { node, .. } = definition;
        let (name, nullable) = (&node.name.node, node.var_type.node.nullable);
        match (variables.get(name), &node.default_value) {
            (Some(ConstValue::Null), _) if !nullable => missing = Some(name.clone()),
            (Some(_), _) => {}
            (None, Some(default)) => {
                variables.insert(name.clone(), default.node.clone());
            }
            (None, None) if nullable => {
                omitted.insert(name.clone());
                return false;
            }
            (None, None) => missing = Some(name.clone()),
        }
        true
    });
    missing.map_or(Ok(omitted), Err)
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

/// Reports whether a value is kept. An omitted variable becomes null in a list, and is removed from an input object.
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
