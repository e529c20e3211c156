//! Complexity of an operation, calculated before execution. Each field counts 1, a list counts its selection once for
//! each row that it may have, and fields that are expensive in the database count more. The size of a list comes from
//! paging arguments or from `@listSize` in the schema, and further costs from `@cost`.
//!
//! Arguments may be variables, so complexity is calculated in two steps: most of it once for each document, the rest
//! with the variables of each request.

mod inputs;
mod length;

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{DirectiveList, Value},
    executable::{Field, Selection, SelectionSet},
};
use async_graphql::Variables;

use crate::kit::graphql::cost::PAGE;

use inputs::{Input, given};
use length::Length;

/// Fields of a connection that list one item for each row of the page.
const SIZED: [&str; 2] = ["edges", "nodes"];

/// Cost of a selection.
#[derive(Clone, Debug, Default)]
pub struct Complexity {
    /// Cost that does not depend on variables.
    fixed: u64,
    /// Lists whose length or rows depend on variables, with the cost of each row.
    lists: Vec<(Length, Complexity)>,
    /// Variables whose values may have costs.
    inputs: Vec<Input>,
}

impl Complexity {
    /// Cost with these variables.
    pub fn of(&self, variables: &Variables) -> u64 {
        let lists = self.lists.iter().map(|(length, each)| {
            let length = length.of(variables);
            length.saturating_mul(each.of(variables))
        });
        let inputs = self.inputs.iter().map(|input| input.cost(variables));
        lists.chain(inputs).fold(self.fixed, u64::saturating_add)
    }

    fn fixed(cost: u64) -> Self {
        Self {
            fixed: cost,
            ..Self::default()
        }
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.lists.extend(other.lists);
        self.inputs.extend(other.inputs);
    }

    fn times(self, length: Length) -> Self {
        match length {
            Length::Known(length) if self.lists.is_empty() && self.inputs.is_empty() => {
                Self::fixed(self.fixed.saturating_mul(length))
            }
            Length::Known(1) => self,
            length => Self {
                lists: vec![(length, self)],
                ..Self::default()
            },
        }
    }
}

fn whole(value: &Value) -> u64 {
    value
        .to_i32()
        .and_then(|number| number.try_into().ok())
        .unwrap_or_default()
}

/// Weight in `@cost`; 0 without that directive.
fn weight(directives: &DirectiveList) -> u64 {
    let cost = directives.get("cost");
    let weight = cost.and_then(|cost| cost.specified_argument_by_name("weight"));
    weight.map_or(0, |weight| whole(weight))
}

/// Complexity of the selection set of an operation.
pub fn measure(document: &ExecutableDocument, set: &SelectionSet) -> Complexity {
    let mut measure = Measure {
        document,
        fragments: HashMap::new(),
    };
    let Selected { once, each_row } = measure.selected(set);
    let mut all = once;
    all.add(each_row);
    all
}

/// Cost of a selection set: once, and for each row of a page. The latter is 0 unless it is selected on a connection.
#[derive(Clone, Debug, Default)]
struct Selected {
    once: Complexity,
    each_row: Complexity,
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// Costs of fragments, so that each is calculated once, independently of how often it is spread.
    fragments: HashMap<&'a Name, Selected>,
}

impl<'a> Measure<'a> {
    fn selected(&mut self, set: &'a SelectionSet) -> Selected {
        let mut sum = Selected::default();
        let mut add = |other: Selected| {
            sum.once.add(other.once);
            sum.each_row.add(other.each_row);
        };
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => add(self.field(field)),
                Selection::InlineFragment(fragment) => add(self.selected(&fragment.selection_set)),
                Selection::FragmentSpread(spread) => add(self.fragment(&spread.fragment_name)),
            }
        }
        sum
    }

    fn field(&mut self, field: &'a Field) -> Selected {
        let definition = &field.definition;
        let mut once = Complexity::fixed(1_u64.saturating_add(weight(&definition.directives)));
        for argument in &field.arguments {
            if let Some(definition) = definition.argument_by_name(&argument.name) {
                given(definition, &argument.value, &mut once);
            }
        }
        let is_list = definition.ty.is_list();
        if is_list && definition.arguments.is_empty() && SIZED.contains(&definition.name.as_str()) {
            let Selected {
                once: below,
                each_row,
            } = self.selected(&field.selection_set);
            let mut rows = below;
            rows.add(each_row);
            return Selected {
                once,
                each_row: rows,
            };
        }
        let Selected {
            once: below,
            each_row,
        } = self.selected(&field.selection_set);
        if is_list {
            // Items of scalars and enums have no selection set, but count 1 each.
            let item = if field.selection_set.is_empty() {
                Complexity::fixed(1)
            } else {
                below
            };
            once.add(item.times(Length::of_list(field)));
        } else {
            once.add(below);
        }
        let page = Length::of_page(field);
        once.add(Complexity::fixed(if page.is_some() { PAGE } else { 0 }));
        once.add(each_row.times(page.unwrap_or(Length::Known(1))));
        Selected {
            once,
            each_row: Complexity::default(),
        }
    }

    fn fragment(&mut self, name: &'a Name) -> Selected {
        if let Some(known) = self.fragments.get(name) {
            return known.clone();
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Selected::default();
        };
        let selected = self.selected(&fragment.selection_set);
        self.fragments.insert(name, selected.clone());
        selected
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        http::graphql::document_validation::validate_text,
        kit::graphql::cost::{COUNT, TEXT},
    };

    fn cost(text: &str, variables: serde_json::Value) -> u64 {
        let document = validate_text(text);
        let operation = document.operations.get(None).unwrap();
        measure(&document, &operation.selection_set).of(&Variables::from_json(variables))
    }

    #[test]
    fn pages_count_what_they_select_once_per_row_on_interfaces_too() {
        assert_eq!(cost("{ viewer { kind } }", json!({})), 2);
        assert_eq!(
            cost("{ offers(first: 3) { nodes { id title } } }", json!({})),
            PAGE + 2 + 3 * 2
        );
        assert_eq!(
            cost("{ offers { nodes { id } } }", json!({})),
            PAGE + 2 + 20
        );
        assert_eq!(
            cost("{ offers(last: 500) { edges { node { id } } } }", json!({})),
            PAGE + 2 + 100 * 2
        );
        assert_eq!(
            cost(
                "{ offers(first: 3) { totalCount nodes { id } } }",
                json!({})
            ),
            PAGE + 3 + COUNT + 3
        );
        let interface =
            "{ listings(first: 100) { nodes { activities(first: 100) { nodes { id } } } } }";
        assert_eq!(
            cost(interface, json!({})),
            PAGE + 2 + 100 * (PAGE + 2 + 100)
        );
        let fragments =
            "query ($n: Int, $m: Int) { listings(first: $n) { ...P nodes { ...F ...F } } }
            fragment P on ListingConnection { nodes { id } }
            fragment F on Listing { activities(first: $m, last: 7) { nodes { id } } }";
        assert_eq!(
            cost(fragments, json!({"n": 2, "m": 10})),
            PAGE + 3 + 2 * (1 + 2 * (PAGE + 2 + 10))
        );
        assert_eq!(
            cost(fragments, json!({"n": 2})),
            PAGE + 3 + 2 * (1 + 2 * (PAGE + 2 + 7))
        );
        let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(cost(nodes, json!({"ids": ["a", "b", "c"]})), 1 + 3);
        assert_eq!(
            cost("{ nodes(ids: [\"a\", \"b\"]) { id } }", json!({})),
            1 + 2
        );
    }

    #[test]
    fn lists_without_pages_count_what_the_schema_says_that_they_may_have() {
        let event = "query ($id: ID!) { event(id: $id) { sessions { title } } }";
        let one = cost(event, json!({"id": "x"}));
        assert_eq!(one, 2 + 50);
        let twice =
            "query ($id: ID!) { event(id: $id) { sessions { event { sessions { title } } } } }";
        assert_eq!(cost(twice, json!({"id": "x"})), 2 + 50 * (2 + 50));
        assert_eq!(
            cost("{ offers(first: 1) { nodes { tags } } }", json!({})),
            PAGE + 2 + 1 + 20
        );
    }

    #[test]
    fn conditions_on_text_count_wherever_they_stand() {
        let literal = "{ offers(first: 1, filter: {text: \"hall\"}) { nodes { id } } }";
        assert_eq!(cost(literal, json!({})), PAGE + 3 + TEXT);
        let whole = "query ($f: ListingFilter) { offers(first: 1, filter: $f) { nodes { id } } }";
        assert_eq!(cost(whole, json!({"f": {"text": "hall"}})), PAGE + 3 + TEXT);
        assert_eq!(cost(whole, json!({"f": {"text": null}})), PAGE + 3);
        assert_eq!(cost(whole, json!({})), PAGE + 3);
        let part = "query ($t: String) { offers(first: 1, filter: {text: $t}) { nodes { id } } }";
        assert_eq!(cost(part, json!({"t": "hall"})), PAGE + 3 + TEXT);
        assert_eq!(cost(part, json!({"t": null})), PAGE + 3);
    }
}
