//! Texts in the arguments of an operation: their maximum length, and the character NUL, which no database takes as text.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{InputValueDefinition, Value},
    executable::{Operation, Selection, SelectionSet},
};
use async_graphql::{ServerError, Variables};
use async_graphql_value::ConstValue;

use crate::{
    http::graphql::{document_validation::api_schema, errors::graphql_error},
    kit::graphql::text_limits::max_length,
};

/// Texts of an operation: those in the document were checked, those in variables are checked for each request.
#[derive(Debug, Default)]
pub struct TextInputs {
    /// First text in the document that is refused.
    refused: Option<ServerError>,
    variables: Vec<Use>,
}

/// Use of a variable as an argument or input field.
#[derive(Debug)]
struct Use {
    variable: Name,
    place: Place,
}

/// Argument or input field.
#[derive(Clone, Debug)]
struct Place {
    /// Path from the argument, with positions in lists, such as `input.tags.0`.
    path: String,
    /// Type and field of an argument, or type of an input field.
    owner: String,
    name: String,
    /// Name of its type, without lists.
    of: String,
}

impl TextInputs {
    /// Reads the texts of an operation.
    pub fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let mut reader = Reader {
            document,
            operation,
            seen: HashSet::new(),
            found: Self::default(),
        };
        reader.selected(&operation.selection_set);
        reader.found
    }

    /// Checks the texts with these variables.
    pub fn check(&self, variables: &Variables) -> Result<(), ServerError> {
        if let Some(error) = &self.refused {
            return Err(error.clone());
        }
        for Use { variable, place } in &self.variables {
            if let Some(value) = variables.get(variable.as_str()) {
                place.check(value)?;
            }
        }
        Ok(())
    }
}

impl Place {
    fn below(&self, name: &str, definition: &InputValueDefinition) -> Self {
        Self {
            path: format!("{}.{name}", self.path),
            owner: self.of.clone(),
            name: name.to_owned(),
            of: definition.ty.inner_named_type().to_string(),
        }
    }

    fn at(&self, position: usize) -> Self {
        Self {
            path: format!("{}.{position}", self.path),
            ..self.clone()
        }
    }

    /// Definition of a field of its input object; `None` if its type is another, or has no such field.
    fn field(&self, name: &str) -> Option<&'static InputValueDefinition> {
        let object = api_schema().schema.get_input_object(&self.of)?;
        object.fields.get(name).map(|field| &***field)
    }

    fn check(&self, value: &ConstValue) -> Result<(), ServerError> {
        match value {
            ConstValue::String(text) if self.of == "String" => self.check_text(text),
            ConstValue::List(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(position, item)| self.at(position).check(item)),
            ConstValue::Object(fields) => fields.iter().try_for_each(|(name, value)| {
                self.field(name).map_or(Ok(()), |definition| {
                    self.below(name, definition).check(value)
                })
            }),
            _ => Ok(()),
        }
    }

    fn check_text(&self, text: &str) -> Result<(), ServerError> {
        let most = max_length(&self.owner, &self.name);
        let message = if text.contains('\0') {
            "The text contains the character NUL. Remove it.".to_owned()
        } else if text.len() > most && text.chars().count() > most {
            format!("The text is too long. Shorten it to at most {most} characters.")
        } else {
            return Ok(());
        };
        let mut error = graphql_error("BAD_USER_INPUT", format!("{}: {message}", self.path));
        if let Some(extensions) = &mut error.extensions {
            extensions.set("argument", self.path.as_str());
        }
        Err(error)
    }
}

struct Reader<'a> {
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    /// Fragments that were read, so that each is read once.
    seen: HashSet<&'a Name>,
    found: TextInputs,
}

impl<'a> Reader<'a> {
    fn selected(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let name = &argument.name;
                        if let Some(definition) = field.definition.argument_by_name(name) {
                            let place = Place {
                                path: name.to_string(),
                                owner: format!("{}.{}", set.ty, field.name),
                                name: name.to_string(),
                                of: definition.ty.inner_named_type().to_string(),
                            };
                            self.given(&place, &argument.value);
                        }
                    }
                    self.selected(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selected(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.seen.insert(name)
                    {
                        self.selected(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn given(&mut self, place: &Place, value: &'a Value) {
        match value {
            Value::Variable(variable) => {
                let defined = self.operation.variables.iter();
                let defined = defined.into_iter().find(|one| one.name == *variable);
                if let Some(default) = defined.and_then(|one| one.default_value.as_ref()) {
                    self.given(place, default);
                }
                self.found.variables.push(Use {
                    variable: variable.clone(),
                    place: place.clone(),
                });
            }
            Value::String(text) if place.of == "String" && self.found.refused.is_none() => {
                self.found.refused = place.check_text(text).err();
            }
            Value::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    self.given(&place.at(position), item);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(definition) = place.field(name) {
                        self.given(&place.below(name, definition), value);
                    }
                }
            }
            _ => {}
        }
    }
}
