//! No document asks for more than it is priced at: every list multiplies the cost of what it selects, however lists lead
//! back to each other. Lists and the ways between them are read from the schema, so that a new one is tested too.

use std::collections::{BTreeMap, HashMap, VecDeque};

use async_graphql::{
    Positioned, Value as ConstValue,
    parser::{
        parse_schema,
        types::{
            BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};
use serde_json::json;

use crate::{both, support::World};

/// Fields within fields that a document may have.
const DEEPEST: usize = 18;
/// Cost that a document may have.
const DEAREST: u64 = 20_000;
/// Rows of the longest page.
const PAGE: u64 = 100;

/// A field of an object, with all that is needed to select it.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    /// Its own type, without `!` and `[]`.
    of: String,
    is_list: bool,
    /// Items that the schema says that it may have, or those of a page.
    size: Option<u64>,
    /// Arguments, those that are required filled in.
    arguments: String,
    pages: bool,
}

/// The schema: objects and interfaces by name, each with its fields.
struct Graph {
    objects: BTreeMap<String, Vec<Field>>,
    enums: HashMap<String, u64>,
}

impl Graph {
    fn read() -> Self {
        let document = parse_schema(api::schema::sdl()).unwrap();
        let kinds: HashMap<String, TypeKind> = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(kind) => {
                    Some((kind.node.name.node.to_string(), kind.node.kind))
                }
                _ => None,
            })
            .collect();
        let enums = kinds.iter().filter_map(|(name, kind)| match kind {
            TypeKind::Enum(kind) => Some((name.clone(), kind.values.len() as u64)),
            _ => None,
        });
        let objects = kinds.iter().filter_map(|(name, kind)| {
            let fields = match kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => return None,
            };
            let fields = fields.iter().map(|field| Field::read(&field.node, &kinds));
            Some((name.clone(), fields.collect()))
        });
        Self {
            objects: objects.collect(),
            enums: enums.collect(),
        }
    }

    /// Shortest ways from a type to every other, as fields to select one after the other.
    fn ways(&self, from: &str) -> HashMap<&str, Vec<&Field>> {
        let mut ways = HashMap::from([(from.to_owned(), Vec::new())]);
        let mut found: HashMap<&str, Vec<&Field>> = HashMap::new();
        let mut queue = VecDeque::from([from.to_owned()]);
        while let Some(at) = queue.pop_front() {
            let way = ways[&at].clone();
            for field in self.objects.get(&at).into_iter().flatten() {
                if !self.objects.contains_key(&field.of) || found.contains_key(field.of.as_str()) {
                    continue;
                }
                let mut longer = way.clone();
                longer.push(field);
                found.insert(&field.of, longer.clone());
                if field.of != from {
                    ways.insert(field.of.clone(), longer);
                    queue.push_back(field.of.clone());
                }
            }
        }
        found
    }
}

impl Field {
    fn read(field: &FieldDefinition, kinds: &HashMap<String, TypeKind>) -> Self {
        let takes = |name: &str| {
            field
                .arguments
                .iter()
                .any(|argument| argument.node.name.node == name)
        };
        let pages = takes("first") && takes("last");
        let by_argument = takes("ids") || takes("representations");
        let mut arguments: Vec<String> = field
            .arguments
            .iter()
            .filter(|argument| is_required(&argument.node))
            .map(|argument| {
                let name = &argument.node.name.node;
                format!("{name}: {}", value(&argument.node.ty.node, kinds, 100))
            })
            .collect();
        let size = number(&field.directives, "listSize", "assumedSize");
        if pages {
            arguments.push(format!("first: {PAGE}"));
        }
        if let Some(unless) = text(&field.directives, "listSize", "oneUnless") {
            let argument = field
                .arguments
                .iter()
                .find(|argument| argument.node.name.node == unless);
            let given = value(&argument.unwrap().node.ty.node, kinds, 1);
            arguments.push(format!("{unless}: {given}"));
        }
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({})", arguments.join(", "))
        };
        Self {
            name: field.name.node.to_string(),
            of: named(&field.ty.node).to_owned(),
            is_list: matches!(field.ty.node.base, BaseType::List(_)),
            size: if pages {
                Some(PAGE)
            } else if by_argument {
                Some(100)
            } else {
                size
            },
            arguments,
            pages,
        }
    }

    /// Rows that its selection is multiplied by.
    fn rows(&self) -> u64 {
        self.size.unwrap_or(1)
    }

    fn is_connection(&self) -> bool {
        self.of.ends_with("Connection")
    }

    fn open(&self) -> String {
        format!("{}{} {{ ", self.name, self.arguments)
    }
}

fn is_required(argument: &InputValueDefinition) -> bool {
    !argument.ty.node.nullable && argument.default_value.is_none()
}

fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

/// A value of a type, as a document writes it; lists as long as asked for.
fn value(of: &Type, kinds: &HashMap<String, TypeKind>, items: usize) -> String {
    let name = match &of.base {
        BaseType::List(item) => {
            let item = value(item, kinds, 1);
            return format!("[{}]", vec![item; items].join(", "));
        }
        BaseType::Named(name) => name.as_str(),
    };
    match kinds.get(name) {
        Some(TypeKind::Enum(kind)) => kind.values[0].node.value.node.to_string(),
        Some(TypeKind::InputObject(input)) => {
            let fields = input.fields.iter().filter(|field| is_required(&field.node));
            let fields = fields.map(|field| {
                let field = &field.node;
                format!("{}: {}", field.name.node, value(&field.ty.node, kinds, 1))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        _ => match name {
            "Int" | "Float" => "1".into(),
            "Boolean" => "true".into(),
            "_Any" => "{__typename: \"Event\", id: \"event:x\"}".into(),
            "Date" => "\"2027-01-01\"".into(),
            "DateTime" => "\"2027-01-01T00:00:00Z\"".into(),
            _ => "\"x\"".into(),
        },
    }
}

fn argument<'d>(
    directives: &'d [Positioned<ConstDirective>],
    directive: &str,
    name: &str,
) -> Option<&'d ConstValue> {
    let found = directives
        .iter()
        .find(|found| found.node.name.node == directive)?;
    found.node.get_argument(name).map(|value| &value.node)
}

fn number(directives: &[Positioned<ConstDirective>], directive: &str, name: &str) -> Option<u64> {
    match argument(directives, directive, name)? {
        ConstValue::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn text(directives: &[Positioned<ConstDirective>], directive: &str, name: &str) -> Option<String> {
    match argument(directives, directive, name)? {
        ConstValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[test]
fn every_list_says_how_long_it_can_be() {
    let graph = Graph::read();
    let mut faults = Vec::new();
    let mut lists = 0;
    for (kind, fields) in &graph.objects {
        let connection = kind.ends_with("Connection");
        for field in fields {
            let at = format!("{kind}.{}", field.name);
            if field.is_connection() && !field.pages {
                faults.push(format!("{at} gives a connection and is not paged"));
            }
            if !field.is_list || (connection && ["edges", "nodes"].contains(&field.name.as_str())) {
                continue;
            }
            lists += 1;
            match (field.size, graph.enums.get(&field.of)) {
                (None, _) => faults.push(format!("{at} needs @listSize, or paging arguments")),
                (Some(size), Some(values)) if size != *values => {
                    faults.push(format!("{at} has at most {values} values, not {size}"));
                }
                _ => {}
            }
        }
    }
    assert!(lists > 100, "{lists}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_counts_or_searches_the_whole_database_says_what_it_costs() {
    let document = parse_schema(api::schema::sdl()).unwrap();
    let mut faults = Vec::new();
    let mut dear = 0;
    for definition in document.definitions {
        let TypeSystemDefinition::Type(kind) = definition else {
            continue;
        };
        let name = kind.node.name.node.to_string();
        let mut check = |at: &str, directives: &[_], is_dear: bool| {
            dear += usize::from(is_dear);
            if is_dear && number(directives, "cost", "weight").is_none_or(|weight| weight < 10) {
                faults.push(format!("{name}.{at} needs @cost"));
            }
        };
        match &kind.node.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    let (field, facet) = (&field.node, name == "Facets");
                    let counts = ["totalCount", "taskCount"].contains(&field.name.node.as_str());
                    let is_dear = facet || counts || named(&field.ty.node) == "StatisticsGroup";
                    check(&field.name.node, &field.directives, is_dear);
                    for argument in &field.arguments {
                        check(
                            &argument.node.name.node,
                            &argument.node.directives,
                            argument.node.name.node == "text",
                        );
                    }
                }
            }
            TypeKind::InputObject(input) if name.ends_with("Filter") => {
                for field in &input.fields {
                    check(
                        &field.node.name.node,
                        &field.node.directives,
                        field.node.name.node == "text",
                    );
                }
            }
            _ => {}
        }
    }
    assert!(dear > 20, "{dear}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A document that follows a list and comes back to where it began, as often as depth allows.
struct Round {
    named: String,
    document: String,
    /// Product of the lengths of all lists on the way.
    rows: u64,
}

fn rounds(graph: &Graph) -> Vec<Round> {
    let to = graph.ways("Query");
    let mut rounds = Vec::new();
    for (kind, fields) in &graph.objects {
        let Some(to) = to.get(kind.as_str()) else {
            continue;
        };
        for list in fields
            .iter()
            .filter(|field| field.rows() > 1 && graph.objects.contains_key(&field.of))
        {
            let ways = graph.ways(&list.of);
            let back = if list.of == *kind {
                Some(Vec::new())
            } else {
                ways.get(kind.as_str()).cloned()
            };
            let Some(back) = back else { continue };
            let circle: Vec<&Field> = std::iter::once(list).chain(back).collect();
            let mut way = to.clone();
            while way.len() + circle.len() < DEEPEST {
                way.extend(&circle);
            }
            if way.len() == to.len() {
                continue;
            }
            let opened: String = way.iter().map(|field| field.open()).collect();
            rounds.push(Round {
                named: format!("{kind}.{}", list.name),
                document: format!("{{ {opened}__typename{} }}", " }".repeat(way.len())),
                rows: way
                    .iter()
                    .map(|field| field.rows())
                    .fold(1, u64::saturating_mul),
            });
        }
    }
    rounds
}

both! {
    async fn lists_that_lead_back_to_each_other_are_refused_before_they_multiply(on) {
        let world = World::with(on, |config| {
            config.rate_limits = api::http::RateLimitConfig { points_per_address: 0, ..Default::default() };
        }).await;
        let anyone = world.stranger();
        let rounds = rounds(&Graph::read());
        assert!(rounds.len() > 20, "{}", rounds.len());
        let mut faults = Vec::new();
        let mut refused = 0;
        for Round { named, document, rows } in rounds {
            let reply = anyone.ask(&document, json!({})).await;
            let codes = reply.codes();
            refused += usize::from(codes == ["QUERY_TOO_COMPLEX"]);
            if codes.iter().any(|code| ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "QUERY_TOO_DEEP", "INTERNAL"].contains(code)) {
                faults.push(format!("{named}: the test asks wrongly: {document}: {}", reply.text));
            } else if rows > DEAREST && codes != ["QUERY_TOO_COMPLEX"] {
                faults.push(format!("{named} may give {rows} rows and is let in: {document}: {codes:?}"));
            }
        }
        assert!(refused > 20, "{refused}");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
