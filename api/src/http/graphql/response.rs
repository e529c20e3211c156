//! Completes responses as the GraphQL specification requires. async-graphql 7.2.1 returns fields in the order in which
//! they finish, and omits fields that failed. The specification (Section 6.3, Executing Selection Sets, and Section
//! 6.4.4) requires the order of the document, null for a failed field, and null for its parent if the field is
//! non-null.

use std::{collections::HashMap, sync::OnceLock};

use async_graphql::{
    Name, PathSegment, Positioned, Response, Value,
    indexmap::IndexMap,
    parser::{
        parse_schema,
        types::{
            BaseType, ExecutableDocument, Field, FragmentDefinition, OperationType, Selection,
            SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

use crate::http::graphql::workarounds::empty_selection::FILLER;

/// Selection set, and the name of the type on which it is selected.
type Scope<'a> = (&'a str, &'a SelectionSet);
/// Fields of each response key, each with the name of the type on which it is selected.
type Asked<'a> = IndexMap<&'a str, Vec<(&'a str, &'a Field)>>;
/// Types of fields, by type name and field name.
type Types = HashMap<String, HashMap<String, Type>>;

/// Sets failed fields to null, sorts fields in the order of the document and removes those of `empty_selection`.
pub fn complete(document: &ExecutableDocument, operation: Option<&str>, answer: &mut Response) {
    let found = document
        .operations
        .iter()
        .find(|(name, _)| operation.is_none_or(|wanted| name.is_some_and(|name| name == wanted)));
    let Some((_, found)) = found else { return };
    let fragments = Fragments(&document.fragments);
    let set = &found.node.selection_set.node;
    if answer.errors.is_empty() && answer.data == Value::Null {
        answer.data = Value::Object(IndexMap::new());
    }
    let root = match found.node.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let mut nulled = Vec::new();
    for error in &answer.errors {
        if !error.path.is_empty() {
            fragments.fail((root, set), &mut answer.data, &error.path, &mut nulled);
        }
    }
    fragments.order(&[("", set)], vec![&mut answer.data]);
}

struct Fragments<'a>(&'a HashMap<Name, Positioned<FragmentDefinition>>);

impl<'a> Fragments<'a> {
    fn gather(&self, (on, set): Scope<'a>, asked: &mut Asked<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    asked.entry(key).or_default().push((on, &field.node));
                }
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map_or(on, |on| on.node.on.node.as_str());
                    self.gather((on, &inline.node.selection_set.node), asked);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.0.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.gather((on, &fragment.node.selection_set.node), asked);
                    }
                }
            }
        }
    }

    fn asked(&self, scopes: &[Scope<'a>]) -> Asked<'a> {
        let mut asked = Asked::new();
        for scope in scopes {
            self.gather(*scope, &mut asked);
        }
        asked
    }

    /// Sorts the fields of all objects at one path, and recursively those of their children.
    fn order(&self, scopes: &[Scope<'a>], values: Vec<&mut Value>) {
        let mut objects = Vec::new();
        for value in values {
            objects_in(value, &mut objects);
        }
        if objects.is_empty() {
            return;
        }
        let asked = self.asked(scopes);
        for object in &mut objects {
            let keys = object.keys().map(Name::as_str);
            // Usually an object has all selected fields in the right order, and needs no sorting.
            if !keys.clone().eq(asked.keys().copied())
                && !keys.map(|key| asked.get_index_of(key)).is_sorted()
            {
                object.sort_by_cached_key(|key, _| asked.get_index_of(key.as_str()));
            }
        }
        if asked.contains_key(FILLER) {
            for object in &mut objects {
                object.shift_remove(FILLER);
            }
        }
        for (key, fields) in &asked {
            let below: Vec<Scope<'a>> = fields
                .iter()
                .map(|(_, field)| ("", &field.selection_set.node))
                .filter(|(_, set)| !set.items.is_empty())
                .collect();
            if !below.is_empty() {
                let values = objects.iter_mut().filter_map(|object| object.get_mut(*key));
                self.order(&below, values.collect());
            }
        }
    }

    /// Sets the value at the path of an error to null or, if it is non-null, its nearest nullable parent.
    fn fail(
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
                    return self.fail(root, data, above, nulled);
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
        let mut nullable = vec![true];
        let mut scopes = vec![root];
        let mut of: Option<&'static Type> = None;
        for step in path {
            let next = match step {
                PathSegment::Field(key) => {
                    let fields = self.asked(&scopes).swap_remove(key.as_str())?;
                    let (on, field) = fields.first()?;
                    let next = types().get(*on)?.get(field.name.node.as_str())?;
                    scopes = fields
                        .iter()
                        .map(|(_, field)| (named(next), &field.selection_set.node))
                        .collect();
                    next
                }
                PathSegment::Index(_) => match &of?.base {
                    BaseType::List(item) => item,
                    BaseType::Named(_) => return None,
                },
            };
            nullable.push(next.nullable);
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

fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

/// Types of all fields of the schema, parsed when they are first used.
fn types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| {
        let Ok(schema) = parse_schema(crate::schema::sdl()) else {
            return Types::new();
        };
        let definitions = schema.definitions.into_iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
        let fields = types.filter_map(|definition| {
            let fields = match definition.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => return None,
            };
            let fields = fields
                .into_iter()
                .map(|field| (field.node.name.node.to_string(), field.node.ty.node));
            Some((definition.name.node.to_string(), fields.collect()))
        });
        fields.collect()
    })
}
