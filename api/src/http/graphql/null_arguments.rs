//! Variables in arguments, as far as apollo-compiler and the engine leave them unchecked.
//!
//! apollo-compiler 1.33 checks no variable within a list (GraphQL specification, Section 5.8.5, All Variable Usages Are
//! Allowed). A variable that may be null because it or the argument has a default may be null where null is not allowed:
//! the specification (Section 6.4.1, Coercing Field Arguments) makes that an error of the field, and the message of
//! async-graphql 7.2.1 does not name the argument.

use apollo_compiler::{
    ExecutableDocument, Node,
    ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Operation, Selection, SelectionSet},
    validation::Valid,
};
use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError, Variables};
use async_graphql_value::ConstValue;

use crate::http::graphql::{
    document_validation::api_schema, errors::graphql_error, position::position,
};

/// Variable that may be null in a place that must not be.
#[derive(Clone, Debug)]
pub struct NullArgument {
    /// Name of the argument, with those of input fields and indexes after dots.
    argument: String,
    /// True for an argument of a directive.
    of_directive: bool,
    variable: String,
    /// Position of the value of the argument, by which the engine reports it.
    pos: Pos,
}

/// Finds all in an operation. Fails if a variable may not stand where it is used. `text` is the whole document.
pub fn find(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    text: &str,
) -> Result<Vec<NullArgument>, ServerError> {
    let mut search = Search {
        document,
        operation,
        text,
        found: Vec::new(),
    };
    if !operation.variables.is_empty() {
        search.selection(&operation.selection_set)?;
    }
    Ok(search.found)
}

struct Search<'a> {
    document: &'a Valid<ExecutableDocument>,
    operation: &'a Operation,
    text: &'a str,
    found: Vec<NullArgument>,
}

/// Argument whose value is searched.
#[derive(Clone, Copy)]
struct Place<'a> {
    of_directive: bool,
    value: &'a Node<Value>,
}

impl Search<'_> {
    fn selection(&mut self, set: &SelectionSet) -> Result<(), ServerError> {
        for selection in &set.selections {
            for directive in selection.directives() {
                let definitions = &api_schema().schema.directive_definitions;
                let defined = definitions.get(&directive.name);
                for argument in &directive.arguments {
                    let of = defined.and_then(|defined| defined.argument_by_name(&argument.name));
                    self.argument(argument, of, true)?;
                }
            }
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let of = field.definition.argument_by_name(&argument.name);
                        self.argument(argument, of, false)?;
                    }
                    self.selection(&field.selection_set)?;
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document) {
                        self.selection(&fragment.selection_set)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn argument(
        &mut self,
        argument: &Node<Argument>,
        of: Option<&Node<InputValueDefinition>>,
        of_directive: bool,
    ) -> Result<(), ServerError> {
        let Some(of) = of else {
            return Ok(());
        };
        let value = &argument.value;
        let place = Place {
            of_directive,
            value,
        };
        let has_default = of.default_value.is_some();
        self.value(place, value, (&of.ty, has_default), argument.name.as_str())
    }

    /// Searches a value at a path, where a type is expected and there is a default or none.
    fn value(
        &mut self,
        place: Place<'_>,
        value: &Node<Value>,
        (of, has_default): (&Type, bool),
        path: &str,
    ) -> Result<(), ServerError> {
        match &**value {
            Value::Variable(name) => {
                let mut variables = self.operation.variables.iter();
                let variable = variables.find(|variable| variable.name == *name);
                let Some(variable) = variable else {
                    return Ok(());
                };
                if !may_stand(variable, of, has_default) {
                    let message = format!(
                        "Variable \"${name}\" of type \"{}\" used in position expecting type \"{of}\".",
                        variable.ty
                    );
                    let mut error = graphql_error("GRAPHQL_VALIDATION_FAILED", message);
                    error.locations = vec![self.pos(value)];
                    return Err(error);
                }
                if of.is_non_null() && !variable.ty.is_non_null() {
                    self.found.push(NullArgument {
                        argument: path.to_owned(),
                        of_directive: place.of_directive,
                        variable: name.to_string(),
                        pos: self.pos(place.value),
                    });
                }
                Ok(())
            }
            Value::List(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                let path = format!("{path}.{index}");
                self.value(place, item, (of.item_type(), false), &path)
            }),
            Value::Object(fields) => {
                let object = api_schema().schema.get_input_object(of.inner_named_type());
                fields.iter().try_for_each(|(name, value)| {
                    let field = object.and_then(|object| object.fields.get(name));
                    let Some(field) = field else {
                        return Ok(());
                    };
                    let has_default = field.default_value.is_some();
                    let path = format!("{path}.{name}");
                    self.value(place, value, (&field.ty, has_default), &path)
                })
            }
            _ => Ok(()),
        }
    }

    fn pos(&self, value: &Node<Value>) -> Pos {
        let place = value.location();
        let pos = place.map(|place| position(self.text, place.offset()));
        pos.unwrap_or_default()
    }
}

/// Reports whether a variable may stand where a type is expected. The document has no null defaults.
fn may_stand(variable: &VariableDefinition, of: &Type, has_default: bool) -> bool {
    let has_default = has_default || variable.default_value.is_some();
    if has_default && of.is_non_null() && !variable.ty.is_non_null() {
        return variable.ty.is_assignable_to(&of.clone().nullable());
    }
    variable.ty.is_assignable_to(of)
}

impl NullArgument {
    /// Reports whether the variable is null in a request.
    pub fn is_null(&self, variables: &Variables) -> bool {
        variables.get(self.variable.as_str()) == Some(&ConstValue::Null)
    }

    fn explain(&self, error: &mut ServerError) {
        error.message = format!(
            "{}: must not be null; leave it out for its default, or send a value",
            self.argument
        );
        let extensions = error
            .extensions
            .get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", "BAD_USER_INPUT");
        extensions.set("argument", self.argument.as_str());
    }
}

/// Error of the first of these arguments that belongs to a directive. It is known before anything is executed.
pub fn check_directives(nulls: &[NullArgument]) -> Result<(), ServerError> {
    let Some(null) = nulls.iter().find(|null| null.of_directive) else {
        return Ok(());
    };
    let mut error = ServerError::new(String::new(), Some(null.pos));
    null.explain(&mut error);
    Err(error)
}

/// Names these arguments in their errors.
pub fn name_arguments(nulls: &[NullArgument], response: &mut Response) {
    for null in nulls {
        let of_null = |error: &&mut ServerError| {
            let extensions = error.extensions.as_ref();
            let named = extensions.is_some_and(|given| given.get("argument").is_some());
            !named && error.locations == [null.pos]
        };
        for error in response.errors.iter_mut().filter(of_null) {
            null.explain(error);
        }
    }
}
