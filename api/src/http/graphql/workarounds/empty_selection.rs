//! async-graphql 7.2.1 returns null for an object if no field of its selection set is left, because all were skipped or
//! are in fragments on other types. The GraphQL specification (Section 6.4.3, Value Completion) requires an empty
//! object. No upstream issue is known. This file adds a field to each selection set that may become empty; `response`
//! removes it from the response.

use async_graphql::{
    Name, Positioned,
    parser::types::{Field, OperationType, Selection, SelectionSet},
};

use crate::http::graphql::to_engine::EngineDocument;

/// Response key of the added field. It is not a valid name, so no client can use it.
pub const FILLER: &str = "*";

/// Adds `__typename` to each selection set that consists only of fragments and of fields with directives.
pub fn fill(document: &mut EngineDocument) {
    for (_, operation) in &mut document.operations {
        let root = &mut operation.node.selection_set;
        if operation.node.ty == OperationType::Subscription {
            // The root of a subscription always has exactly one field; `subscription_root` refuses all others.
            below(&mut root.node);
        } else {
            complete(root);
        }
    }
    for fragment in document.fragments.values_mut() {
        below(&mut fragment.node.selection_set.node);
    }
}

fn complete(set: &mut Positioned<SelectionSet>) {
    below(&mut set.node);
    let stays = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty());
    if set.node.items.is_empty() || set.node.items.iter().any(stays) {
        return;
    }
    let at = |name: &str| Positioned::new(Name::new(name), set.pos);
    let field = Field {
        alias: Some(at(FILLER)),
        name: at("__typename"),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), set.pos),
    };
    let field = Selection::Field(Positioned::new(field, set.pos));
    set.node.items.push(Positioned::new(field, set.pos));
}

/// Completes the selection sets of the fields in this one. Those of fragments need no added field, because they are
/// part of the selection set that spreads them.
fn below(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => complete(&mut field.node.selection_set),
            Selection::InlineFragment(fragment) => below(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}
