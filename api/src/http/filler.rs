//! A selection of which nothing is left gives an empty object. The engine gives null there, so a field that is always
//! there is added to selections that may end up empty, and taken out of the answer again.

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

/// The key under which it is asked for: none that a client could write.
pub const FILLER: &str = "*";

/// Adds the field wherever it may be needed.
pub fn fill(document: &mut ExecutableDocument) {
    let operations = match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(operation) => vec![operation],
        async_graphql::parser::types::DocumentOperations::Multiple(operations) => {
            operations.values_mut().collect()
        }
    };
    for operation in operations {
        let root = &mut operation.node.selection_set;
        if operation.node.ty == OperationType::Subscription {
            // Exactly one field stands at the root of a subscription, and always.
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
        directives: Vec::<Positioned<Directive>>::new(),
        selection_set: Positioned::new(SelectionSet::default(), set.pos),
    };
    let field = Selection::Field(Positioned::new(field, set.pos));
    set.node.items.push(Positioned::new(field, set.pos));
}

/// The selections of the fields in a set. Those of fragments need none: they are part of a field's.
fn below(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => complete(&mut field.node.selection_set),
            Selection::InlineFragment(fragment) => below(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}
