//! Descriptions for types that async-graphql registers without one, and for arguments that are the same everywhere:
//! the pagination arguments, and the input of each mutation, which gets the description of its type.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaField, MetaInputValue, MetaType, Registry},
};

use crate::kit::graphql::text_limits::described;

/// Descriptions of the pagination arguments.
const PAGING: [(&str, &str); 4] = [
    (
        "first",
        "Returns the first n items after the cursor. Default 20, maximum 100.",
    ),
    (
        "after",
        "Returns items after this cursor, the `endCursor` of the previous page.",
    ),
    (
        "last",
        "Returns the last n items before the cursor. Maximum 100. Cannot be combined with `first`.",
    ),
    (
        "before",
        "Returns items before this cursor, the `startCursor` of the following page.",
    ),
];

/// Descriptions of the scalars of async-graphql.
const SCALARS: [(&str, &str); 4] = [
    (
        "_Any",
        "A representation of an entity in Apollo Federation: an object with `__typename` and `id`. Other members are ignored.",
    ),
    (
        "DateTime",
        "A point in time in RFC 3339 format, such as `2027-04-01T09:30:00Z`. Inputs may use any offset; results are in UTC.",
    ),
    (
        "Decimal",
        "A decimal number as a string, such as `\"2.5\"`, so that no precision is lost.",
    ),
    (
        "ID",
        "A global id: identifies one object of any type. Treat it as opaque, and pass it back unchanged.",
    ),
];

/// Descriptions of the fields of pages, which async-graphql describes in words of its own.
const PAGES: [(&str, &str); 9] = [
    ("edges", "Items of the page, each with its cursor."),
    ("nodes", "Items of the page."),
    ("pageInfo", "Position of the page in the list."),
    ("node", "The item."),
    ("cursor", "Cursor of the item, for `after` or `before`."),
    ("hasNextPage", "True if more items follow the page."),
    ("hasPreviousPage", "True if items precede the page."),
    (
        "startCursor",
        "Cursor of the first item; use it as `before`. Null if the page is empty.",
    ),
    (
        "endCursor",
        "Cursor of the last item; use it as `after`. Null if the page is empty.",
    ),
];

/// Specifications of the scalars of async-graphql that name none.
const SPECIFICATIONS: [(&str, &str); 2] = [
    (
        "_Any",
        "https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec",
    ),
    ("Decimal", "https://www.w3.org/TR/xmlschema-2/#decimal"),
];

/// Placeholder type that is not part of the schema. Registering it adds the descriptions to the types that were
/// registered before.
pub struct Words;

impl OutputType for Words {
    fn type_name() -> Cow<'static, str> {
        "Words".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for (name, words) in SCALARS {
            registry.set_description(name, words);
        }
        let inputs: Vec<(String, Option<String>)> = registry
            .types
            .iter()
            .filter_map(|(name, described)| match described {
                MetaType::InputObject { description, .. } => {
                    Some((format!("{name}!"), description.clone()))
                }
                _ => None,
            })
            .collect();
        for (name, described) in &mut registry.types {
            match described {
                MetaType::Object {
                    fields,
                    description,
                    ..
                } => {
                    if description.is_none() && name.ends_with("Connection") {
                        *description =
                            Some("Page of a list, with the number of items on all pages.".into());
                    }
                    let is_page = ["Connection", "Edge", "PageInfo"]
                        .iter()
                        .any(|kind| name.ends_with(kind));
                    for field in fields.values_mut() {
                        describe(name, field, &inputs);
                        let words = PAGES.iter().find(|(of, _)| is_page && *of == field.name);
                        if let Some((_, words)) = words {
                            field.description = Some((*words).into());
                        }
                    }
                }
                MetaType::Scalar {
                    specified_by_url, ..
                } => {
                    let own = SPECIFICATIONS.iter().find(|(scalar, _)| scalar == name);
                    if let Some((_, url)) = own {
                        *specified_by_url = Some((*url).into());
                    }
                }
                MetaType::Interface { fields, .. } => fields
                    .values_mut()
                    .for_each(|field| describe(name, field, &inputs)),
                MetaType::InputObject { input_fields, .. } => {
                    for field in input_fields.values_mut() {
                        state_length(name, field);
                    }
                }
                _ => {}
            }
        }
        Self::type_name().into_owned()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

fn describe(owner: &str, field: &mut MetaField, inputs: &[(String, Option<String>)]) {
    let owner = format!("{owner}.{}", field.name);
    for argument in field.args.values_mut() {
        let words = PAGING.iter().find(|(name, _)| *name == argument.name);
        let words = words.map(|(_, words)| (*words).to_owned());
        let of_input = || {
            let input = inputs.iter().find(|(name, _)| *name == argument.ty);
            input.filter(|_| argument.name == "input")?.1.clone()
        };
        argument.description = argument.description.take().or(words).or_else(of_input);
        state_length(&owner, argument);
    }
}

/// Adds the maximum length to the description of a text.
fn state_length(owner: &str, input: &mut MetaInputValue) {
    if input.ty.trim_matches(['[', ']', '!']) != "String" {
        return;
    }
    let list = input.ty.starts_with('[');
    let description = input.description.take();
    input.description =
        description.map(|description| described(&description, owner, &input.name, list));
}
