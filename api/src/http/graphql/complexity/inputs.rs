//! Costs of arguments and input fields with `@cost`, whose values are in the document or in variables.

use apollo_compiler::{
    Name,
    ast::{InputValueDefinition, Value},
    collections::IndexMap,
    schema::Component,
};
use async_graphql::Variables;
use async_graphql_value::ConstValue;

use super::{Complexity, weight};
use crate::http::graphql::document_validation::api_schema;

/// Variable that is the value of an argument or input field.
#[derive(Clone, Debug)]
pub struct Input {
    variable: Name,
    weight: u64,
    of: Name,
}

impl Input {
    /// Cost of the argument or input field with these variables; 0 if the variable is null or omitted.
    pub fn cost(&self, variables: &Variables) -> u64 {
        match variables.get(self.variable.as_str()) {
            None | Some(ConstValue::Null) => 0,
            Some(value) => self.weight.saturating_add(Self::within(&self.of, value)),
        }
    }

    /// Sum of the costs of the fields of an input object, or of all input objects in a list.
    fn within(of: &str, value: &ConstValue) -> u64 {
        match value {
            ConstValue::List(items) => items
                .iter()
                .map(|item| Self::within(of, item))
                .fold(0, u64::saturating_add),
            ConstValue::Object(fields) => {
                let Some(definitions) = input_fields(of) else {
                    return 0;
                };
                let given = fields
                    .iter()
                    .filter(|(_, value)| **value != ConstValue::Null);
                let costs = given.filter_map(|(name, value)| {
                    let definition = definitions.get(name.as_str())?;
                    let below = Self::within(definition.ty.inner_named_type(), value);
                    Some(weight(&definition.directives).saturating_add(below))
                });
                costs.fold(0, u64::saturating_add)
            }
            _ => 0,
        }
    }
}

/// Fields of an input object type; `None` for any other type.
fn input_fields(of: &str) -> Option<&'static IndexMap<Name, Component<InputValueDefinition>>> {
    let object = api_schema().schema.get_input_object(of)?;
    Some(&object.fields)
}

/// Adds the cost of an argument or input field, and of the input fields in its value.
pub fn given(definition: &InputValueDefinition, value: &Value, sum: &mut Complexity) {
    let weight = weight(&definition.directives);
    let of = definition.ty.inner_named_type();
    match value {
        Value::Null => return,
        Value::Variable(name) => {
            if weight > 0 || input_fields(of).is_some() {
                sum.inputs.push(Input {
                    variable: name.clone(),
                    weight,
                    of: of.clone(),
                });
            }
            return;
        }
        _ => sum.fixed = sum.fixed.saturating_add(weight),
    }
    within(of, value, sum);
}

fn within(of: &Name, value: &Value, sum: &mut Complexity) {
    match value {
        Value::List(items) => items.iter().for_each(|item| within(of, item, sum)),
        Value::Object(fields) => {
            let Some(definitions) = input_fields(of) else {
                return;
            };
            for (name, value) in fields {
                if let Some(definition) = definitions.get(name) {
                    given(definition, value, sum);
                }
            }
        }
        _ => {}
    }
}
