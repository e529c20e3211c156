//! Completes responses as the GraphQL specification requires. async-graphql 7.2.1 returns fields in the order in which
//! they finish, and omits fields that failed. The specification (Section 6.3, Executing Selection Sets, and Section
//! 6.4.4) requires the order of the document, null for a failed field, and null for its parent if the field is
//! non-null. Upstream: async-graphql issue 612 for the order; none is known for failed fields.

use apollo_compiler::ast::Type;
use async_graphql::{
    Name, PathSegment, Response, Value,
    indexmap::IndexMap,
    parser::types::{Field, OperationDefinition, OperationType, Selection, SelectionSet},
};

use crate::http::graphql::{
    document_validation::api_schema, to_engine::Fragments, workarounds::empty_selection::FILLER,
};

/// Selection set, and the name of the type on which it is selected.
type Scope<'a> = (&'a str, &'a SelectionSet);
/// Fields of each response key, each with the name of the type on which it is selected.
type FieldsByKey<'a> = IndexMap<&'a str, Vec<(&'a str, &'a Field)>>;

/// Sets failed fields to null, sorts fields in the order of the document and removes those of `empty_selection`.
pub fn complete(operation: &OperationDefinition, fragments: &Fragments, response: &mut Response) {
    let completion = Completion { fragments };
    let set = &operation.selection_set.node;
    if response.errors.is_empty() && response.data == Value::Null {
        response.data = Value::Object(IndexMap::new());
    }
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let mut nulled = Vec::new();
    for error in &response.errors {
        if !error.path.is_empty() {
            let data = &mut response.data;
            completion.propagate_null((root, set), data, &error.path, &mut nulled);
        }
    }
    completion.sort_fields(&[("", set)], vec![&mut response.data]);
}

/// Completion of a response with the fragments of its document.
struct Completion<'a> {
    fragments: &'a Fragments,
}

impl<'a> Completion<'a> {
    fn collect_fields(&self, (on, set): Scope<'a>, fields: &mut FieldsByKey<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    fields.entry(key).or_default().push((on, &field.node));
                }
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map_or(on, |on| on.node.on.node.as_str());
                    self.collect_fields((on, &inline.node.selection_set.node), fields);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.collect_fields((on, &fragment.node.selection_set.node), fields);
                    }
                }
            }
        }
    }

    fn fields_by_key(&self, scopes: &[Scope<'a>]) -> FieldsByKey<'a> {
        let mut fields = FieldsByKey::new();
        for scope in scopes {
            self.collect_fields(*scope, &mut fields);
        }
        fields
    }

    /// Sorts the fields of all objects at one path, and recursively those of their children.
    fn sort_fields(&self, scopes: &[Scope<'a>], values: Vec<&mut Value>) {
        let mut objects = Vec::new();
        for value in values {
            objects_in(value, &mut objects);
        }
        if objects.is_empty() {
            return;
        }
        let by_key = self.fields_by_key(scopes);
        for object in &mut objects {
            let keys = object.keys().map(Name::as_str);
            // Usually an object has all selected fields in the right order, and needs no sorting.
            if !keys.clone().eq(by_key.keys().copied())
                && !keys.map(|key| by_key.get_index_of(key)).is_sorted()
            {
                object.sort_by_cached_key(|key, _| by_key.get_index_of(key.as_str()));
            }
        }
        if by_key.contains_key(FILLER) {
            for object in &mut objects {
                object.shift_remove(FILLER);
            }
        }
        for (key, fields) in &by_key {
            let below: Vec<Scope<'a>> = fields
                .iter()
                .map(|(_, field)| ("", &field.selection_set.node))
                .filter(|(_, set)| !set.items.is_empty())
                .collect();
            if !below.is_empty() {
                let values = objects.iter_mut().filter_map(|object| object.get_mut(*key));
                self.sort_fields(&below, values.collect());
            }
        }
    }

    /// Sets the value at the path of an error to null or, if it is non-null, its nearest nullable parent.
    fn propagate_null(
        &self,
        root: Scope<'a>,
        data: &mut Value,
        path: &[PathSegment],
        nulled: &mut Vec<Vec<PathSegment>>,
    ) {
        let Some(nullable) = self.nullable(root, path) else {
            return;
        };
        let length = (0..=path.len())
            .rev()
            .find(|length| nullable[*length])
            .unwrap_or_default();
        let mut at = &mut *data;
        for (position, step) in path[..length].iter().enumerate() {
            let above = &path[..position];
            if *at == Value::Null && nulled.iter().any(|nulled| nulled == above) {
                return;
            }
            match (step, &*at) {
                // The engine returns null for an object without fields, and for a list with a failed item.
                (PathSegment::Field(_), Value::Null) => *at = Value::Object(IndexMap::new()),
                (PathSegment::Index(_), Value::Null) => {
                    return self.propagate_null(root, data, above, nulled);
                }
                _ => {}
            }
            at = match (step, at) {
                (PathSegment::Field(key), Value::Object(fields)) => {
                    fields.entry(Name::new(key)).or_insert(Value::Null)
                }
                (PathSegment::Index(index), Value::List(items)) if *index < items.len() => {
                    &mut items[*index]
                }
                _ => return,
            };
        }
        *at = Value::Null;
        nulled.push(path[..length].to_vec());
    }

    /// Nullability of each prefix of a path, from the whole response to the field itself. Returns `None` if the path
    /// does not match the document.
    fn nullable(&self, root: Scope<'a>, path: &[PathSegment]) -> Option<Vec<bool>> {
        let schema = &api_schema().schema;
        let mut nullable = vec![true];
        let mut scopes = vec![root];
        let mut of: Option<&Type> = None;
        for step in path {
            let next = match step {
                PathSegment::Field(key) => {
                    let fields = self.fields_by_key(&scopes).swap_remove(key.as_str())?;
                    let (on, field) = fields.first()?;
                    let next = schema.type_field(on, &field.name.node).ok()?;
                    let next = &next.ty;
                    scopes = fields
                        .iter()
                        .map(|(_, field)| {
                            (next.inner_named_type().as_str(), &field.selection_set.node)
                        })
                        .collect();
                    next
                }
                PathSegment::Index(_) => match of? {
                    Type::List(item) | Type::NonNullList(item) => item,
                    Type::Named(_) | Type::NonNullNamed(_) => return None,
                },
            };
            nullable.push(!next.is_non_null());
            of = Some(next);
        }
        Some(nullable)
    }
}

fn objects_in<'v>(value: &'v mut Value, objects: &mut Vec<&'v mut IndexMap<Name, Value>>) {
    match value {
        Value::Object(object) => objects.push(object),
        Value::List(items) => items.iter_mut().for_each(|item| objects_in(item, objects)),
        _ => {}
    }
}
