//! Coercion of variables to their types, before execution.
//!
//! `apollo_compiler::request::coerce_variable_values` does not tell the path of a wrong value, quotes the value, and
//! refuses `3.0` as an `Int` and large numbers as an `ID`, which the GraphQL specification (Sections 3.5.1, Int, and
//! 3.5.5, ID) allows.

use apollo_compiler::{
    ast::Type,
    executable::Operation,
    schema::{ExtendedType, InputObjectType, Schema},
};
use async_graphql::{ServerError, Variables};
use async_graphql_value::ConstValue;

use crate::http::graphql::{document_validation::api_schema, errors::graphql_error};

/// Checks the variables of an operation. Fails if a value does not fit its type, with the path of that value.
pub fn coerce(operation: &Operation, variables: &mut Variables) -> Result<(), ServerError> {
    let schema = &api_schema().schema;
    for variable in &operation.variables {
        if let Some(value) = variables.get_mut(variable.name.as_str()) {
            fit(schema, &variable.ty, value).map_err(|wrong| {
                let message = format!("The variable ${}{}.", variable.name, wrong.told());
                graphql_error("GRAPHQL_VALIDATION_FAILED", message)
            })?;
        }
    }
    Ok(())
}

/// Value that does not fit its type. The path is built while the error is returned, so that valid values do not cost
/// anything.
struct Wrong {
    /// Names of fields and indexes of items, from the innermost outwards.
    path: Vec<String>,
    expected: String,
}

impl Wrong {
    fn new(expected: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            expected: expected.into(),
        }
    }

    fn at(mut self, step: &impl ToString) -> Self {
        self.path.push(step.to_string());
        self
    }

    fn told(&self) -> String {
        let mut told = String::new();
        for step in self.path.iter().rev() {
            told.extend([".", step]);
        }
        told.extend([" ", &self.expected]);
        told
    }
}

fn fit(schema: &Schema, expected: &Type, value: &mut ConstValue) -> Result<(), Wrong> {
    if *value == ConstValue::Null {
        return if expected.is_non_null() {
            Err(Wrong::new("must not be null"))
        } else {
            Ok(())
        };
    }
    match expected {
        Type::List(of) | Type::NonNullList(of) => match value {
            ConstValue::List(items) => {
                let mut items = items.iter_mut().enumerate();
                items
                    .try_for_each(|(at, item)| fit(schema, of, item).map_err(|wrong| wrong.at(&at)))
            }
            // A single value is coerced to a list of one item.
            one => fit(schema, of, one),
        },
        Type::Named(name) | Type::NonNullNamed(name) => match schema.types.get(name) {
            Some(ExtendedType::InputObject(object)) => fit_object(schema, object, value),
            Some(ExtendedType::Enum(values)) => match value {
                // A default, which validation has checked.
                ConstValue::Enum(_) => Ok(()),
                ConstValue::String(text) if values.values.contains_key(text.as_str()) => Ok(()),
                _ => Err(Wrong::new(format!("must be one of the values of {name}"))),
            },
            _ => fit_scalar(name, value),
        },
    }
}

fn fit_object(
    schema: &Schema,
    object: &InputObjectType,
    value: &mut ConstValue,
) -> Result<(), Wrong> {
    let ConstValue::Object(fields) = value else {
        return Err(Wrong::new(format!(
            "must be an object of the type {}",
            object.name
        )));
    };
    for (name, field) in fields.iter_mut() {
        let Some(known) = object.fields.get(name.as_str()) else {
            let shown: String = name.chars().take(60).collect();
            return Err(Wrong::new(format!(
                "has a field \"{shown}\", which {} has not",
                object.name
            )));
        };
        fit(schema, &known.ty, field).map_err(|wrong| wrong.at(name))?;
    }
    let missing = object
        .fields
        .values()
        .find(|field| field.is_required() && !fields.contains_key(field.name.as_str()));
    missing.map_or(Ok(()), |field| {
        Err(Wrong::new("is required").at(&field.name))
    })
}

/// Checks a built-in scalar. Custom scalars are checked where they are used.
fn fit_scalar(name: &str, value: &mut ConstValue) -> Result<(), Wrong> {
    let fits = match (name, &*value) {
        ("Int", ConstValue::Number(number)) => {
            let whole = number.as_i64().or_else(|| whole(number.as_f64()?));
            let whole = whole.and_then(|whole| i32::try_from(whole).ok());
            if let Some(whole) = whole {
                *value = ConstValue::Number(whole.into());
            }
            whole.is_some()
        }
        ("ID", ConstValue::Number(number)) => number.is_i64() || number.is_u64(),
        ("Float", ConstValue::Number(_))
        | ("String" | "ID", ConstValue::String(_))
        | ("Boolean", ConstValue::Boolean(_)) => true,
        ("Int" | "Float" | "String" | "Boolean" | "ID", _) => false,
        _ => true,
    };
    let article = if matches!(name, "Int" | "ID") {
        "an"
    } else {
        "a"
    };
    if fits {
        Ok(())
    } else {
        Err(Wrong::new(format!("must be {article} {name}")))
    }
}

/// Value of a number without a fraction, such as `3.0`. Returns `None` for other numbers, and for those that do not fit
/// an `Int`.
fn whole(number: f64) -> Option<i64> {
    let small = number.abs() <= f64::from(i32::MAX) + 1.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is small and whole")]
    (small && number.fract() == 0.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::graphql::document_validation::validate_text;

    fn told(of: &str, value: &Value) -> String {
        let uses = match of {
            "Int" => "offers(first: $v) { totalCount }",
            "CreateOfferInput!" => "createOffer(input: $v) { offer { id } }",
            "[ID!]!" => "nodes(ids: $v) { id }",
            _ => "offers(orderBy: $v) { totalCount }",
        };
        let kind = if of.starts_with("Create") {
            "mutation"
        } else {
            "query"
        };
        let document = validate_text(&format!("{kind} ($v: {of}) {{ {uses} }}"));
        let operation = document.operations.get(None).unwrap();
        let mut variables = Variables::from_json(json!({"v": value}));
        match coerce(operation, &mut variables) {
            Ok(()) => variables.get("v").unwrap().to_string(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn values_fit_or_it_is_said_where_they_do_not() {
        for (of, value, expected) in [
            ("Int", json!(3), "3"),
            ("Int", json!(3.0), "3"),
            ("Int", json!(3.5), "The variable $v must be an Int."),
            (
                "Int",
                json!(3_000_000_000_i64),
                "The variable $v must be an Int.",
            ),
            ("Int", json!(null), "null"),
            ("Int", json!("3"), "The variable $v must be an Int."),
            ("Int", json!([3]), "The variable $v must be an Int."),
            ("[ID!]!", json!("a"), "\"a\""),
            ("[ID!]!", json!([1, "a"]), "[1, \"a\"]"),
            (
                "[ID!]!",
                json!(["a", null]),
                "The variable $v.1 must not be null.",
            ),
            ("[ID!]!", json!(null), "The variable $v must not be null."),
            ("ListingOrder", json!("NEWEST"), "\"NEWEST\""),
            (
                "ListingOrder",
                json!("NEWES"),
                "The variable $v must be one of the values of ListingOrder.",
            ),
            (
                "CreateOfferInput!",
                json!({}),
                "The variable $v.organisationId is required.",
            ),
            (
                "CreateOfferInput!",
                json!(1),
                "The variable $v must be an object of the type CreateOfferInput.",
            ),
            (
                "CreateOfferInput!",
                json!({"organisationId": "a", "nothing": 1}),
                "The variable $v has a field \"nothing\", which CreateOfferInput has not.",
            ),
            (
                "CreateOfferInput!",
                json!({"place": {"point": {"latitude": "x"}}}),
                "The variable $v.place.point.latitude must be a Float.",
            ),
        ] {
            assert_eq!(told(of, &value), expected, "{of} {value}");
        }
    }
}
