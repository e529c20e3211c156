//! Converts documents from the syntax tree of apollo-compiler to that of the engine, so that each is parsed only once.
//!
//! The parser of apollo-compiler 1.33 skips arguments and input fields without a value, as in `{ node(id) { id } }`,
//! without an error. A converted document accounts for each token of the text, so that such documents are refused.

mod reader;

use std::collections::{HashMap, hash_map::Entry};

use apollo_compiler::{
    Name as Word, Node,
    ast::{self, Definition},
};
use async_graphql::{
    Name, Pos, Positioned, ServerError,
    indexmap::IndexMap,
    parser::types::{
        BaseType, Directive, Field, FragmentDefinition, FragmentSpread, InlineFragment,
        OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
        VariableDefinition,
    },
};
use async_graphql_value::{Number, Value};

use crate::{
    http::graphql::{
        descriptions::Source,
        errors::{check_limit, graphql_error},
        parser::no_document,
    },
    kit::graphql::response_limit::MAX_NAME,
};
use reader::Reader;

/// Fragments by name.
pub type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Names and values of arguments.
type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

/// Document in the types of the engine, with its operations in their order.
pub struct EngineDocument {
    /// Operations, with the name of each; `None` for an anonymous operation.
    pub operations: Vec<(Option<Name>, Positioned<OperationDefinition>)>,
    /// Fragments, which the operations share.
    pub fragments: Fragments,
}

/// Converts a document. Fails if it defines types, has two fragments or input fields of one name, a name that is too
/// long or a number that is too large, or if the parser skipped a part of it.
pub fn to_engine(
    document: &ast::Document,
    source: &Source<'_>,
) -> Result<EngineDocument, ServerError> {
    let mut reader = Reader::new(source);
    let mut converted = EngineDocument {
        operations: Vec::new(),
        fragments: HashMap::new(),
    };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                converted.operations.push(reader.operation(operation)?);
            }
            Definition::FragmentDefinition(fragment) => {
                let (name, fragment) = reader.fragment(fragment)?;
                match converted.fragments.entry(name) {
                    Entry::Vacant(free) => free.insert(fragment),
                    Entry::Occupied(taken) => {
                        return Err(repeated("fragment", taken.key(), fragment.pos));
                    }
                };
            }
            _ => return Err(no_document()),
        }
    }
    reader.finish()?;
    Ok(converted)
}

/// Error for a name that is defined twice.
fn repeated(kind: &str, name: &str, pos: Pos) -> ServerError {
    let message = format!("There can be only one {kind} named \"{name}\".");
    let mut error = graphql_error("GRAPHQL_VALIDATION_FAILED", message);
    error.locations = vec![pos];
    error
}

impl Reader<'_> {
    fn name(&mut self, word: &Word) -> Result<Positioned<Name>, ServerError> {
        // A response repeats names many times.
        let short = word.len() <= MAX_NAME;
        check_limit(short, "NAME_TOO_LONG", "characters in a name", MAX_NAME)?;
        let pos = self.token(word.location());
        Ok(Positioned::new(Name::new(word.as_str()), pos))
    }

    fn operation(
        &mut self,
        operation: &Node<ast::OperationDefinition>,
    ) -> Result<(Option<Name>, Positioned<OperationDefinition>), ServerError> {
        let pos = self.start(operation.location());
        let shorthand = self.at('{');
        self.keywords += usize::from(!shorthand);
        let name = operation.name.as_ref();
        let name = name.map(|name| self.name(name)).transpose()?;
        let mut variable_definitions = Vec::new();
        for variable in &operation.variables {
            variable_definitions.push(self.variable(variable)?);
        }
        let directives = self.directives(&operation.directives)?;
        let definition = OperationDefinition {
            ty: match operation.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions,
            directives,
            selection_set: self.selection_set(&operation.selection_set, pos)?,
        };
        Ok((name.map(|name| name.node), Positioned::new(definition, pos)))
    }

    fn variable(
        &mut self,
        variable: &Node<ast::VariableDefinition>,
    ) -> Result<Positioned<VariableDefinition>, ServerError> {
        let pos = self.start(variable.location());
        let name = self.name(&variable.name)?;
        let type_pos = self.token(variable.ty.location());
        let default = variable.default_value.as_ref();
        let default = default.map(|default| self.value(default)).transpose()?;
        let default_value = match default {
            None => None,
            Some(Positioned { pos, node }) => {
                let constant = node.into_const().ok_or_else(no_document)?;
                Some(Positioned::new(constant, pos))
            }
        };
        let definition = VariableDefinition {
            name,
            var_type: Positioned::new(type_of(&variable.ty), type_pos),
            directives: self.directives(&variable.directives)?,
            default_value,
        };
        Ok(Positioned::new(definition, pos))
    }

    fn fragment(
        &mut self,
        fragment: &Node<ast::FragmentDefinition>,
    ) -> Result<(Name, Positioned<FragmentDefinition>), ServerError> {
        let pos = self.start(fragment.location());
        self.keywords += 1;
        let name = self.name(&fragment.name)?.node;
        let definition = FragmentDefinition {
            type_condition: self.type_condition(&fragment.type_condition)?,
            directives: self.directives(&fragment.directives)?,
            selection_set: self.selection_set(&fragment.selection_set, pos)?,
        };
        Ok((name, Positioned::new(definition, pos)))
    }

    fn type_condition(&mut self, on: &Word) -> Result<Positioned<TypeCondition>, ServerError> {
        self.keywords += 1;
        let on = self.name(on)?;
        Ok(Positioned::new(TypeCondition { on: on.clone() }, on.pos))
    }

    fn directives(
        &mut self,
        list: &ast::DirectiveList,
    ) -> Result<Vec<Positioned<Directive>>, ServerError> {
        let mut directives = Vec::new();
        for directive in list {
            let pos = self.start(directive.location());
            let directive = Directive {
                name: self.name(&directive.name)?,
                arguments: self.arguments(&directive.arguments)?,
            };
            directives.push(Positioned::new(directive, pos));
        }
        Ok(directives)
    }

    fn arguments(&mut self, list: &[Node<ast::Argument>]) -> Result<Arguments, ServerError> {
        let mut arguments = Vec::new();
        for argument in list {
            arguments.push((self.name(&argument.name)?, self.value(&argument.value)?));
        }
        Ok(arguments)
    }

    /// Selection set of a node that begins at `pos`, as the parser does not tell where the selection set itself begins.
    fn selection_set(
        &mut self,
        list: &[ast::Selection],
        pos: Pos,
    ) -> Result<Positioned<SelectionSet>, ServerError> {
        let mut items = Vec::new();
        for selection in list {
            let (pos, selection) = match selection {
                ast::Selection::Field(field) => {
                    let pos = self.start(field.location());
                    let alias = field.alias.as_ref();
                    let field = Field {
                        alias: alias.map(|alias| self.name(alias)).transpose()?,
                        name: self.name(&field.name)?,
                        arguments: self.arguments(&field.arguments)?,
                        directives: self.directives(&field.directives)?,
                        selection_set: self.selection_set(&field.selection_set, pos)?,
                    };
                    (pos, Selection::Field(Positioned::new(field, pos)))
                }
                ast::Selection::FragmentSpread(spread) => {
                    let pos = self.start(spread.location());
                    let spread = FragmentSpread {
                        fragment_name: self.name(&spread.fragment_name)?,
                        directives: self.directives(&spread.directives)?,
                    };
                    (pos, Selection::FragmentSpread(Positioned::new(spread, pos)))
                }
                ast::Selection::InlineFragment(fragment) => {
                    let pos = self.start(fragment.location());
                    let on = fragment.type_condition.as_ref();
                    let fragment = InlineFragment {
                        type_condition: on.map(|on| self.type_condition(on)).transpose()?,
                        directives: self.directives(&fragment.directives)?,
                        selection_set: self.selection_set(&fragment.selection_set, pos)?,
                    };
                    let fragment = Positioned::new(fragment, pos);
                    (pos, Selection::InlineFragment(fragment))
                }
            };
            items.push(Positioned::new(selection, pos));
        }
        Ok(Positioned::new(SelectionSet { items }, pos))
    }

    fn value(&mut self, value: &Node<ast::Value>) -> Result<Positioned<Value>, ServerError> {
        let place = value.location();
        let pos = self.start(place);
        let converted = match &**value {
            ast::Value::List(items) => {
                let mut list = Vec::new();
                for item in items {
                    list.push(self.value(item)?.node);
                }
                Value::List(list)
            }
            ast::Value::Object(fields) => {
                let mut object = IndexMap::new();
                for (name, value) in fields {
                    let Positioned { pos, node: name } = self.name(name)?;
                    let value = self.value(value)?.node;
                    // Not checked by apollo-compiler.
                    if object.contains_key(&name) {
                        return Err(repeated("input field", &name, pos));
                    }
                    object.insert(name, value);
                }
                Value::Object(object)
            }
            ast::Value::Variable(name) => Value::Variable(self.name(name)?.node),
            ast::Value::Enum(name) => Value::Enum(self.name(name)?.node),
            ast::Value::Null => Value::Null,
            ast::Value::Boolean(value) => Value::Boolean(*value),
            ast::Value::Int(number) => Value::Number(number_of(number.as_str(), pos)?),
            ast::Value::Float(number) => Value::Number(number_of(number.as_str(), pos)?),
            ast::Value::String(text) => {
                self.refuse_line_break(place)?;
                Value::String(text.clone())
            }
        };
        if !matches!(**value, ast::Value::List(_) | ast::Value::Object(_)) {
            self.token(place);
        }
        Ok(Positioned::new(converted, pos))
    }
}

/// Parses a number. Fails if it is beyond the range of floating-point numbers.
fn number_of(text: &str, pos: Pos) -> Result<Number, ServerError> {
    text.parse().map_err(|_| {
        let mut error = no_document();
        error.locations = vec![pos];
        error
    })
}

fn type_of(of: &ast::Type) -> Type {
    Type {
        nullable: !of.is_non_null(),
        base: match of {
            ast::Type::Named(name) | ast::Type::NonNullNamed(name) => {
                BaseType::Named(Name::new(name.as_str()))
            }
            ast::Type::List(item) | ast::Type::NonNullList(item) => {
                BaseType::List(Box::new(type_of(item)))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{Error, parse_query};
    use proptest::prelude::*;

    use super::*;
    use crate::http::{Limits, graphql::parser::parse};

    fn convert(text: &str) -> Result<EngineDocument, ServerError> {
        let (document, source) = parse(text, &Limits::default())?;
        to_engine(&document, &source)
    }

    /// First argument of the first field.
    fn argument(text: &str) -> Option<(String, Pos)> {
        let document = convert(text).ok()?;
        let (_, operation) = document.operations.first()?;
        let Selection::Field(field) = &operation.node.selection_set.node.items.first()?.node else {
            return None;
        };
        let (_, value) = field.node.arguments.first()?;
        Some((value.node.to_string(), value.pos))
    }

    #[test]
    fn values_keep_their_meaning_and_position() {
        let at = |line, column| Pos { line, column };
        for (text, value, pos) in [
            (r#"{ a(b: "\u{1F3C3}\n") }"#, "\"\u{1f3c3}\\n\"", at(1, 8)),
            (r#"{ a(b: "\uD83C\uDFC3") }"#, "\"\u{1f3c3}\"", at(1, 8)),
            (
                "{ a(b: \"\"\"\n    x \\\"\"\"\n      y\n  \"\"\") }",
                r#""x \"\"\"\n  y""#,
                at(1, 8),
            ),
            ("{ a(b: -0.5e1) }", "-5.0", at(1, 8)),
            ("# é\r\n{ a(b:\r  {c: [1, $d]}) }", "{c: [1, $d]}", at(3, 3)),
            (
                "{ a(\u{feff}c: \"\u{1f3c3}é\" b: 1) }",
                "\"\u{1f3c3}é\"",
                at(1, 9),
            ),
            ("\"é\" query { a(b: 1) }", "1", at(1, 18)),
            ("{ é: a }", "", at(0, 0)),
        ] {
            let found = argument(text);
            if value.is_empty() {
                assert_eq!(found, None, "{text}");
            } else {
                assert_eq!(found, Some((value.to_owned(), pos)), "{text}");
            }
        }
        let document = convert("query A { b }\nfragment C on D\n{ e }\nquery B @x { \"\" }");
        assert!(document.is_err());
        let document =
            convert("query B($v: [ID ! ] ! = 1) { b } # b {\nfragment C on D\n{ ... on E { f } }")
                .unwrap();
        assert_eq!(document.operations[0].0.as_deref(), Some("B"));
        let variable = &document.operations[0].1.node.variable_definitions[0];
        assert_eq!(variable.node.var_type.node.to_string(), "[ID!]!");
        assert_eq!(variable.node.var_type.pos, at(1, 13));
        assert_eq!(document.fragments["C"].pos, at(2, 1));
    }

    #[test]
    fn what_the_parser_skips_or_does_not_check_is_refused() {
        for (text, code) in [
            ("{ a(b) }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b c: 1) }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b: {c}) }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b: {on: 1, on}) }", "GRAPHQL_PARSE_FAILED"),
            ("{ a @b(c) }", "GRAPHQL_PARSE_FAILED"),
            (
                "{ ...F } \"\" \"\" fragment F on Query { a }",
                "GRAPHQL_PARSE_FAILED",
            ),
            ("\"\" { a }", "GRAPHQL_PARSE_FAILED"),
            ("\"\\x\" query { a }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b: \"\nc\") }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b: 1e400) }", "GRAPHQL_PARSE_FAILED"),
            ("{ a } type B { c: D }", "GRAPHQL_PARSE_FAILED"),
            ("{ a(b: {c: 1, c: 2}) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ a(b: [{c: {d: 1, d: 2}}]) }", "GRAPHQL_VALIDATION_FAILED"),
            (
                "{ a } fragment B on C { d } fragment B on C { d }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ] {
            let error = convert(text).err().unwrap();
            let found = error
                .extensions
                .and_then(|found| found.get("code").cloned());
            assert_eq!(found, Some(code.into()), "{text}");
        }
        let long = format!("{{ {}: a }}", "b".repeat(MAX_NAME + 1));
        assert!(convert(&long).is_err());
    }

    proptest! {
        #[test]
        fn what_the_engine_cannot_parse_is_refused(
            text in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "(", ")", "[", "]", ":", "!", "=", "$", "@", "...", "a", "on", "query", "fragment", "1", "-",
                "\"", "\"\"\"", "\\", "#", "\n", " ", " ", ",", ".", "true", "null", "é", "\u{feff}", "{ a }", "(a: 1)",
            ]), 0..20)
        ) {
            let text = text.concat();
            // Uniqueness of names is not a matter of syntax. The engine's parser refuses white space within types.
            if matches!(parse_query(&text), Err(Error::Syntax { .. })) && !text.contains('$') {
                prop_assert!(convert(&text).is_err(), "{:?}", text);
            }
        }
    }
}
