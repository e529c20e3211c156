//! What may stand for an argument: mostly what looks right, so that what follows is reached, and now and then
//! what nobody should send.

use std::collections::BTreeMap;

use proptest::{prelude::*, sample::select, strategy::Union};
use serde_json::{Value, json};

/// What can be asked, and of what.
pub struct Schema {
    pub types: BTreeMap<String, Value>,
    /// Values that mean something here, by the names of the fields that take them.
    pub known: Vec<(&'static [&'static str], Vec<String>)>,
}

pub fn name(described: &Value) -> &str {
    described["name"].as_str().unwrap_or_default()
}

pub fn list<'a>(of: &'a Value, member: &str) -> Vec<&'a Value> {
    of[member].as_array().into_iter().flatten().collect()
}

pub fn named(of: &Value) -> &str {
    if of["ofType"].is_null() {
        name(of)
    } else {
        named(&of["ofType"])
    }
}

pub fn written(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&of["ofType"])),
        Some("LIST") => format!("[{}]", written(&of["ofType"])),
        _ => name(of).to_owned(),
    }
}

/// Texts that people do not write.
fn odd_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\u{0}",
        "a\u{0}b",
        "\u{7}",
        "\u{202e}txt.exe",
        "\u{2066}x\u{2069}",
        "\u{feff}",
        "\u{200b}",
        "\u{10ffff}",
        "👩‍👩‍👧‍👦",
        "e\u{301}",
        "'; DROP TABLE listing; --",
        "\" OR 1=1",
        "%_\\%",
        "$1",
        "?",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "line\nline\r\n\tline",
        "null",
        "NaN",
        "Infinity",
        "1e400",
        "-0",
        "0x1F",
        "9223372036854775808",
        "2027-02-30",
        "0000-00-00",
        "+2027-01-01",
        "99999-01-01",
        "2027-01-01T25:61:61Z",
        "9999-12-31T23:59:59.999999999Z",
        "0001-01-01T00:00:00Z",
        "-262143-01-01T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "24:00",
        "23:59:60",
        "listing:",
        ":",
        "listing:00000000-0000-0000-0000-000000000000",
        "LISTING:0190a0a0-0000-7000-8000-000000000000",
        "organisation:zzz",
        "javascript:alert(1)",
        "https://",
        "https://user:pass@host:99999/",
        "a@b",
        "@",
        "x'y\"z`",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend([3, 41, 121, 255, 501, 5_001, 100_000].map(|length| "x".repeat(length)));
    texts.extend([
        "é".repeat(2_001),
        "\u{1f600}".repeat(200),
        "word ".repeat(2_000),
        "\"a\" ".repeat(60),
        "(".repeat(500),
    ]);
    texts
}

/// Anything, of any kind.
fn junk() -> BoxedStrategy<Value> {
    let numbers = [
        json!(0),
        json!(-1),
        json!(1),
        json!(i32::MAX),
        json!(i32::MIN),
        json!(i64::from(i32::MAX) + 1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        json!(-0.0),
        json!(1e308),
        json!(-1e308),
        json!(1e-320),
        json!(101),
    ];
    let others = [
        json!(null),
        json!(true),
        json!({}),
        json!([]),
        json!([[[[1]]]]),
        json!({"a": {"b": [null]}}),
        json!([null, null]),
        json!({"__proto__": 1}),
    ];
    Union::new_weighted(vec![
        (3, select(odd_texts()).prop_map(Value::from).boxed()),
        (2, select(numbers.to_vec()).boxed()),
        (2, select(others.to_vec()).boxed()),
        (1, ".{0,40}".prop_map(Value::from).boxed()),
        (
            1,
            (0..30_usize)
                .prop_map(|depth| (0..depth).fold(json!(1), |inner, _| json!([inner])))
                .boxed(),
        ),
    ])
    .boxed()
}

impl Schema {
    /// Values for an argument or input field: mostly right, so that what follows is reached.
    pub fn value(&self, field: &str, of: &Value, depth: usize) -> BoxedStrategy<Value> {
        let right = match of["kind"].as_str().unwrap() {
            "NON_NULL" => return self.value(field, &of["ofType"], depth),
            "LIST" => {
                let item = self.value(field, &of["ofType"], depth + 1);
                let many = |length: usize| {
                    let alike = move |item: Value| Value::Array(vec![item; length]);
                    item.clone().prop_map(alike).boxed()
                };
                Union::new_weighted(vec![
                    (
                        20,
                        prop::collection::vec(item.clone(), 0..4)
                            .prop_map(Value::Array)
                            .boxed(),
                    ),
                    (1, many(51)),
                    (1, many(101)),
                    (1, item.clone()),
                    (1, many(if depth == 0 { 10_000 } else { 21 })),
                ])
                .boxed()
            }
            "ENUM" => {
                let values = list(&self.types[named(of)], "enumValues")
                    .into_iter()
                    .map(|value| value["name"].clone());
                let wrong = ["NOTHING", "", "offer", "OFFER ", "__typename"].map(Value::from);
                Union::new_weighted(vec![
                    (40, select(values.collect::<Vec<_>>()).boxed()),
                    (1, select(wrong.to_vec()).boxed()),
                ])
                .boxed()
            }
            "INPUT_OBJECT" => self.object(named(of), depth),
            _ => self.scalar(field, named(of)),
        };
        // The deeper, the more of it there is: a fault in each would hide all others.
        let rightness = if depth == 0 { 12 } else { 80 };
        Union::new_weighted(vec![
            (rightness, right),
            (1, junk()),
            (1, Just(Value::Null).boxed()),
        ])
        .boxed()
    }

    fn object(&self, of: &str, depth: usize) -> BoxedStrategy<Value> {
        let mut fields: Vec<BoxedStrategy<Option<(String, Value)>>> = Vec::new();
        for field in list(&self.types[of], "inputFields") {
            let key = name(field).to_owned();
            let required = field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null();
            let value = self.value(&key, &field["type"], depth + 1);
            let present = prop::bool::weighted(if required { 0.99 } else { 0.3 });
            fields.push(
                (present, value)
                    .prop_map(move |(present, value)| present.then(|| (key.clone(), value)))
                    .boxed(),
            );
        }
        let unknown = prop::bool::weighted(0.02);
        (fields, unknown)
            .prop_map(|(fields, unknown)| {
                let mut object: serde_json::Map<_, _> = fields.into_iter().flatten().collect();
                if unknown {
                    object.insert("nothing".into(), json!(1));
                }
                Value::Object(object)
            })
            .boxed()
    }

    fn scalar(&self, field: &str, of: &str) -> BoxedStrategy<Value> {
        let known: Vec<String> = self
            .known
            .iter()
            .filter(|(fields, _)| fields.contains(&field))
            .flat_map(|(_, values)| values.clone())
            .collect();
        let all: Vec<String> = self
            .known
            .iter()
            .flat_map(|(_, values)| values.clone())
            .collect();
        let texts = |values: &[&str]| {
            select(values.iter().map(|value| json!(value)).collect::<Vec<_>>()).boxed()
        };
        let right = match of {
            "ID" => select(if known.is_empty() { all.clone() } else { known })
                .prop_map(Value::from)
                .boxed(),
            "Int" if field == "version" => select([json!(1), json!(2), json!(3)].to_vec()).boxed(),
            "Int" => select(
                [
                    json!(0),
                    json!(1),
                    json!(2),
                    json!(14),
                    json!(20),
                    json!(100),
                ]
                .to_vec(),
            )
            .boxed(),
            "Float" => {
                select([json!(51.2), json!(-0.5), json!(10), json!(0.1), json!(500)].to_vec())
                    .boxed()
            }
            "_Any" => select(
                known
                    .iter()
                    .map(|id| json!({"__typename": "Offer", "id": id}))
                    .chain([json!({}), json!({"__typename": "Offer"}), json!([])])
                    .collect::<Vec<_>>(),
            )
            .boxed(),
            "Boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "Date" => texts(&[
                "2026-12-01",
                "2027-04-01",
                "2031-03-31",
                "1974-04-01",
                "9999-12-31",
                "0001-01-01",
            ]),
            "DateTime" => texts(&[
                "2027-04-01T09:30:00Z",
                "2027-01-01T00:00:00+14:00",
                "2026-06-01T00:00:00.123456789Z",
                "1970-01-01T00:00:00Z",
            ]),
            "Month" => texts(&["2026-12", "2027-04", "9999-12", "0001-01"]),
            "LocalTime" => texts(&["09:00", "18:30", "00:00", "23:59"]),
            "Decimal" => texts(&[
                "1",
                "2.5",
                "40",
                "0.001",
                "79228162514264337593543950335",
                "-1",
                "0",
            ]),
            _ if !known.is_empty() => select(known).prop_map(Value::from).boxed(),
            _ => texts(&[
                "Forty laptops",
                "A hall on weekday evenings",
                "north-towns",
                "hello@riverside.example",
                "https://riverside.example/",
                "01632 960123",
                "GU1 1AA",
            ]),
        };
        Union::new_weighted(vec![
            (60, right),
            (1, junk()),
            (1, select(all).prop_map(Value::from).boxed()),
            (1, select(odd_texts()).prop_map(Value::from).boxed()),
        ])
        .boxed()
    }

    /// Everything below a type that can be asked for without arguments, two levels deep.
    pub fn selection(&self, of: &str, depth: usize) -> String {
        let mut parts = vec!["__typename".to_owned()];
        for field in list(&self.types[of], "fields") {
            if list(field, "args")
                .iter()
                .any(|arg| arg["type"]["kind"] == "NON_NULL")
            {
                continue;
            }
            let below = &self.types[named(&field["type"])];
            match below["kind"].as_str().unwrap() {
                "OBJECT" | "INTERFACE"
                    if depth > 0 && !named(&field["type"]).ends_with("Connection") =>
                {
                    parts.push(format!(
                        "{} {}",
                        name(field),
                        self.selection(name(below), depth - 1)
                    ));
                }
                "OBJECT" | "INTERFACE" if name(field) == "nodes" || name(field) == "userErrors" => {
                    parts.push(format!(
                        "{} {}",
                        name(field),
                        self.selection(name(below), 0)
                    ));
                }
                "OBJECT" | "INTERFACE" | "UNION" => {}
                _ => parts.push(name(field).to_owned()),
            }
        }
        format!("{{ {} }}", parts.join(" "))
    }

    /// A value as a document spells it.
    pub fn literal(&self, value: &Value, of: &Value) -> String {
        match (value, of["kind"].as_str().unwrap_or_default()) {
            (_, "NON_NULL") => self.literal(value, &of["ofType"]),
            (Value::Array(items), _) => {
                let of = if of["kind"] == "LIST" {
                    &of["ofType"]
                } else {
                    of
                };
                let items: Vec<String> = items.iter().map(|item| self.literal(item, of)).collect();
                format!("[{}]", items.join(", "))
            }
            (value, "LIST") => self.literal(value, &of["ofType"]),
            (Value::Object(members), kind) => {
                let fields = if kind == "INPUT_OBJECT" {
                    list(&self.types[named(of)], "inputFields")
                } else {
                    Vec::new()
                };
                let member = |(key, value): (&String, &Value)| {
                    let field = fields.iter().find(|field| name(field) == key);
                    format!(
                        "{key}: {}",
                        self.literal(value, field.map_or(&Value::Null, |field| &field["type"]))
                    )
                };
                format!(
                    "{{{}}}",
                    members.iter().map(member).collect::<Vec<_>>().join(", ")
                )
            }
            (Value::String(text), "ENUM")
                if !text.is_empty()
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_alphabetic() || byte == b'_') =>
            {
                text.clone()
            }
            (value, _) => value.to_string(),
        }
    }

    /// Whether a path such as `successors.0.area` leads to a field of an input type.
    pub fn leads_somewhere(&self, input: &str, path: &[&str]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return true;
        };
        if first.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.leads_somewhere(input, rest);
        }
        let fields = list(&self.types[input], "inputFields");
        let Some(field) = fields.iter().find(|field| name(field) == *first) else {
            return false;
        };
        let of = named(&field["type"]);
        if self.types[of]["kind"] == "INPUT_OBJECT" {
            self.leads_somewhere(of, rest)
        } else {
            rest.iter()
                .all(|step| step.bytes().all(|byte| byte.is_ascii_digit()))
        }
    }
}
