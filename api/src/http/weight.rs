//! What a document asks for at most, before it is executed: each field once, and what a list selects once for each
//! row that it may have. The numbers of rows may stand in variables, so it is found in two steps: most of it once
//! for a document, the rest with the variables of a request.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::Value,
    executable::{Field, Selection, SelectionSet},
};
use async_graphql::Variables;
use async_graphql_value::ConstValue;

use crate::kit::page;

/// What a selection comes to.
#[derive(Clone, Debug, Default)]
pub struct Weight {
    /// What is the same whatever the variables are.
    fixed: u64,
    /// Lists whose length a variable says, and what each row of them comes to.
    pages: Vec<(Rows, Weight)>,
}

/// How many rows a list has.
#[derive(Clone, Debug)]
enum Rows {
    /// So many.
    Known(u64),
    /// As many as this variable says, or as the next one; so many where neither does.
    Said(Vec<Name>, u64),
    /// As many as the list in this variable has.
    Listed(Name),
}

impl Weight {
    /// What it comes to with these variables.
    pub fn of(&self, variables: &Variables) -> u64 {
        self.pages.iter().fold(self.fixed, |sum, (rows, weight)| {
            let below = weight.of(variables);
            sum.saturating_add(rows.of(variables).saturating_mul(below))
        })
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.pages.extend(other.pages);
    }

    fn times(self, rows: Rows) -> Self {
        match rows {
            Rows::Known(rows) if self.pages.is_empty() => Self {
                fixed: self.fixed.saturating_mul(rows),
                pages: Vec::new(),
            },
            rows => Self {
                fixed: 0,
                pages: vec![(rows, self)],
            },
        }
    }
}

impl Rows {
    fn of(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(rows) => *rows,
            Self::Said(names, otherwise) => {
                let said = names
                    .iter()
                    .find_map(|name| match variables.get(name.as_str()) {
                        Some(ConstValue::Number(number)) => number.as_i64(),
                        _ => None,
                    });
                said.map_or(*otherwise, clamped)
            }
            Self::Listed(name) => match variables.get(name.as_str()) {
                Some(ConstValue::List(items)) => items.len() as u64,
                _ => 1,
            },
        }
    }

    /// How many rows a field may have; `None` where it is no list that the caller says the length of.
    fn of_field(field: &Field) -> Option<Self> {
        let argument = |name: &str| {
            let mut arguments = field.arguments.iter();
            arguments
                .find(|argument| argument.name == name)
                .map(|argument| &*argument.value)
        };
        let takes = |name| field.definition.argument_by_name(name).is_some();
        if takes("first") && takes("last") {
            let said = [argument("first"), argument("last")];
            let mut names = Vec::new();
            for value in said.into_iter().flatten() {
                match value {
                    Value::Int(number) => {
                        let rows = number
                            .try_to_i32()
                            .map_or(1, |number| clamped(number.into()));
                        return Some(if names.is_empty() {
                            Self::Known(rows)
                        } else {
                            Self::Said(names, rows)
                        });
                    }
                    Value::Variable(name) => names.push(name.clone()),
                    _ => {}
                }
            }
            let usual = clamped(page::DEFAULT.into());
            return Some(if names.is_empty() {
                Self::Known(usual)
            } else {
                Self::Said(names, usual)
            });
        }
        match argument("ids").or_else(|| argument("representations")) {
            Some(Value::List(ids)) => Some(Self::Known(ids.len() as u64)),
            Some(Value::Variable(name)) => Some(Self::Listed(name.clone())),
            _ => None,
        }
    }
}

fn clamped(rows: i64) -> u64 {
    rows.clamp(1, page::MOST.into()).unsigned_abs()
}

/// What the selection of an operation comes to.
pub fn weigh(document: &ExecutableDocument, set: &SelectionSet) -> Weight {
    let mut scales = Scales {
        document,
        known: HashMap::new(),
    };
    scales.of(set)
}

struct Scales<'a> {
    document: &'a ExecutableDocument,
    /// Each fragment is weighed once, however often it is spread.
    known: HashMap<&'a Name, Weight>,
}

impl<'a> Scales<'a> {
    fn of(&mut self, set: &'a SelectionSet) -> Weight {
        let mut sum = Weight::default();
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    sum.fixed = sum.fixed.saturating_add(1);
                    let below = self.of(&field.selection_set);
                    sum.add(match Rows::of_field(field) {
                        Some(rows) => below.times(rows),
                        None => below,
                    });
                }
                Selection::InlineFragment(fragment) => sum.add(self.of(&fragment.selection_set)),
                Selection::FragmentSpread(spread) => sum.add(self.fragment(&spread.fragment_name)),
            }
        }
        sum
    }

    fn fragment(&mut self, name: &'a Name) -> Weight {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Weight::default();
        };
        let weight = self.of(&fragment.selection_set);
        self.known.insert(name, weight.clone());
        weight
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::contract::validate;

    fn weight(text: &str, variables: serde_json::Value) -> u64 {
        let document = validate(text).unwrap();
        let operation = document.operations.get(None).unwrap();
        weigh(&document, &operation.selection_set).of(&Variables::from_json(variables))
    }

    #[test]
    fn lists_count_what_they_select_once_per_row_on_interfaces_too() {
        assert_eq!(weight("{ viewer { kind } }", json!({})), 2);
        assert_eq!(
            weight("{ offers(first: 3) { nodes { id title } } }", json!({})),
            1 + 3 * 3
        );
        assert_eq!(weight("{ offers { nodes { id } } }", json!({})), 1 + 20 * 2);
        assert_eq!(
            weight("{ offers(last: 500) { nodes { id } } }", json!({})),
            1 + 100 * 2
        );
        let interface =
            "{ listings(first: 100) { nodes { activities(first: 100) { nodes { id } } } } }";
        assert_eq!(weight(interface, json!({})), 1 + 100 * (2 + 100 * 2));
        let fragments = "query ($n: Int, $m: Int) { listings(first: $n) { nodes { ...F ...F } } }
            fragment F on Listing { activities(first: $m, last: 7) { nodes { id } } }";
        assert_eq!(
            weight(fragments, json!({"n": 2, "m": 10})),
            1 + 2 * (1 + 2 * (1 + 10 * 2))
        );
        assert_eq!(
            weight(fragments, json!({"n": 2})),
            1 + 2 * (1 + 2 * (1 + 7 * 2))
        );
        let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(weight(nodes, json!({"ids": ["a", "b", "c"]})), 1 + 3);
        assert_eq!(
            weight("{ nodes(ids: [\"a\", \"b\"]) { id } }", json!({})),
            1 + 2
        );
    }
}
