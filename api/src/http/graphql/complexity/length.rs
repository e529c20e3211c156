//! Lengths of lists: from paging arguments, from the number of ids, or from `@listSize` in the schema.

use apollo_compiler::{Name, ast::Value, executable::Field};
use async_graphql::Variables;
use async_graphql_value::ConstValue;

use super::whole;
use crate::kit::page;

/// Number of rows of a list.
#[derive(Clone, Debug)]
pub enum Length {
    Known(u64),
    /// Value of the first of these variables that is a number, clamped to the limits of a page; else this number.
    Page(Vec<Name>, u64),
    /// Number of items in this variable; 1 if it is not a list.
    Items(Name),
    /// One row if this variable is null or omitted, else this number.
    OneUnless(Name, u64),
}

impl Length {
    pub fn of(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(rows) => *rows,
            Self::Page(names, otherwise) => {
                let numbers = names
                    .iter()
                    .find_map(|name| match variables.get(name.as_str()) {
                        Some(ConstValue::Number(number)) => number.as_i64(),
                        _ => None,
                    });
                numbers.map_or(*otherwise, within_page)
            }
            Self::Items(name) => match variables.get(name.as_str()) {
                Some(ConstValue::List(items)) => items.len() as u64,
                _ => 1,
            },
            Self::OneUnless(name, rows) => match variables.get(name.as_str()) {
                None | Some(ConstValue::Null) => 1,
                Some(_) => *rows,
            },
        }
    }

    /// Rows of the page that `first` or `last` request, 20 by default. Returns `None` if the field has no such
    /// arguments.
    pub fn of_page(field: &Field) -> Option<Self> {
        let takes = |name| field.definition.argument_by_name(name).is_some();
        if !(takes("first") && takes("last")) {
            return None;
        }
        let mut names = Vec::new();
        for value in ["first", "last"]
            .into_iter()
            .filter_map(|name| argument(field, name))
        {
            match value {
                Value::Int(number) => {
                    let number = number.try_to_i32();
                    let rows = number.map_or(1, |number| within_page(number.into()));
                    return Some(if names.is_empty() {
                        Self::Known(rows)
                    } else {
                        Self::Page(names, rows)
                    });
                }
                Value::Variable(name) => names.push(name.clone()),
                _ => {}
            }
        }
        let usual = within_page(page::DEFAULT.into());
        Some(if names.is_empty() {
            Self::Known(usual)
        } else {
            Self::Page(names, usual)
        })
    }

    /// Items of the list that a field returns. Returns 1 if neither its arguments nor the schema give a length.
    pub fn of_list(field: &Field) -> Self {
        match argument(field, "ids").or_else(|| argument(field, "representations")) {
            Some(Value::List(ids)) => return Self::Known(ids.len() as u64),
            Some(Value::Variable(name)) => return Self::Items(name.clone()),
            _ => {}
        }
        let Some(size) = field.definition.directives.get("listSize") else {
            return Self::Known(1);
        };
        let size = |name: &str| size.specified_argument_by_name(name);
        let items = size("assumedSize").map_or(1, |items| whole(items));
        let Some(unless) = size("oneUnless").and_then(|name| name.as_str()) else {
            return Self::Known(items);
        };
        match argument(field, unless) {
            None | Some(Value::Null) => Self::Known(1),
            Some(Value::Variable(name)) => Self::OneUnless(name.clone(), items),
            Some(_) => Self::Known(items),
        }
    }
}

fn within_page(rows: i64) -> u64 {
    rows.clamp(1, page::MAX.into()).unsigned_abs()
}

/// Value of an argument in the document; `None` if it is omitted.
fn argument<'f>(field: &'f Field, name: &str) -> Option<&'f Value> {
    let mut arguments = field.arguments.iter();
    let found = arguments.find(|argument| argument.name == name);
    found.map(|argument| &*argument.value)
}
