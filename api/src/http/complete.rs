//! The answer as the specification has it, where the engine takes another view: members come in the order
//! of the document, a field that failed is null, and null travels up from a field that must not be null.

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

use super::filler::FILLER;

/// A selection, and the type that it is made on.
type Scope<'a> = (&'a str, &'a SelectionSet);
/// The fields that stand behind each key of an object, each with the type that it is asked of.
type Asked<'a> = IndexMap<&'a str, Vec<(&'a str, &'a Field)>>;
/// The types of the fields of each type.
type Types = HashMap<String, HashMap<String, Type>>;

/// Puts an answer in order.
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

    /// Sorts the members of all objects that stand at one place, and of what is below them.
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
            // Mostly it is all that was asked for, in the order in which it was.
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

    /// Puts null where the error at a path belongs: at its place, or at the nearest above it that may be null.
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
                // The engine drops an object of which nothing is left, and a list of which an item failed.
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

    /// Which beginnings of a path may be null, from the whole answer to the field itself.
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

/// What may be null, as the contract has it; read when the first error asks for it.
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
