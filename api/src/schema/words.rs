//! Words for what the library registers without any, and for what is said the same way everywhere: the
//! arguments of lists, and the one input of each act, which says what its type says.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaField, MetaType, Registry},
};

/// The arguments by which every list is paged.
const PAGING: [(&str, &str); 4] = [
    (
        "first",
        "Returns the first n items after the cursor. Default 20, maximum 100.",
    ),
    ("after", "Returns items after this cursor."),
    (
        "last",
        "Returns the last n items before the cursor. Maximum 100.",
    ),
    ("before", "Returns items before this cursor."),
];

/// The library's scalars, in words of ours.
const SCALARS: [(&str, &str); 4] = [
    (
        "_Any",
        "What a gateway knows of a thing: its type as `__typename`, its `id`, and whatever else it likes.",
    ),
    (
        "DateTime",
        "An instant as RFC 3339 writes it, such as `2027-04-01T09:30:00Z`. Answers are in UTC.",
    ),
    (
        "Decimal",
        "A decimal number as text, such as `\"2.5\"`, so that no digit is lost.",
    ),
    (
        "ID",
        "The name of one thing among all things. It is opaque: take it as it comes, and send it back.",
    ),
];

/// No type of the schema: registering it gives words to those that were registered before.
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
                            Some("A page of a list, and what there is to say of all of it.".into());
                    }
                    fields
                        .values_mut()
                        .for_each(|field| describe(field, &inputs));
                }
                MetaType::Interface { fields, .. } => fields
                    .values_mut()
                    .for_each(|field| describe(field, &inputs)),
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

fn describe(field: &mut MetaField, inputs: &[(String, Option<String>)]) {
    for argument in field.args.values_mut() {
        if argument.description.is_some() {
            continue;
        }
        let words = PAGING.iter().find(|(name, _)| *name == argument.name);
        argument.description = match words {
            Some((_, words)) => Some((*words).into()),
            None if argument.name == "input" => inputs
                .iter()
                .find(|(name, _)| *name == argument.ty)
                .and_then(|(_, words)| words.clone()),
            None => None,
        };
    }
}
