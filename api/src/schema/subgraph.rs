//! The schema as an Apollo Federation subgraph: with the directives of Apollo Federation, and without the fields that
//! exist only for gateways.
//!
//! It is derived from the public schema, so that `schema.graphql` stays free of federation directives.

use std::{collections::HashSet, sync::OnceLock};

use apollo_compiler::{
    Name, Node,
    ast::{Argument, Definition, Directive, DirectiveList, Document, Value},
};

/// Link to the version of Apollo Federation, with the imported directives.
const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.4\", import: [\"@key\", \"@shareable\"])";
/// Name of the union of all entities.
const ENTITY: &str = "_Entity";
/// Type that all subgraphs with pagination define identically.
const SHARED: &str = "PageInfo";

/// Returns the subgraph schema. Built on first use.
pub fn sdl() -> &'static str {
    static SDL: OnceLock<String> = OnceLock::new();
    SDL.get_or_init(|| of(&super::sdl()))
}

fn of(contract: &str) -> String {
    // A test checks that the schema parses.
    let mut document =
        Document::parse(contract, "schema.graphql").unwrap_or_else(|errors| errors.partial);
    let entities: HashSet<Name> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::UnionTypeDefinition(union) if union.name == ENTITY => Some(&union.members),
            _ => None,
        })
        .flatten()
        .cloned()
        .collect();
    document.definitions.retain(|definition| {
        let own = definition.name().is_none_or(|name| !name.starts_with('_'));
        own && !matches!(definition, Definition::DirectiveDefinition(_))
    });
    for definition in &mut document.definitions {
        without_costs(definition);
        let Definition::ObjectTypeDefinition(object) = definition else {
            continue;
        };
        let object = object.make_mut();
        object.fields.retain(|field| !field.name.starts_with('_'));
        if entities.contains(&object.name) {
            object.directives.push(key());
        }
        if object.name == SHARED {
            object.directives.push(directive("shareable", Vec::new()));
        }
    }
    format!("{LINK}\n\n{document}")
}

/// Removes the cost directives, whose definitions are removed too.
fn without_costs(definition: &mut Definition) {
    let strip = |directives: &mut DirectiveList| {
        directives.retain(|directive| {
            !matches!(directive.name.as_str(), "cost" | "listSize" | "rateLimit")
        });
    };
    let fields = match definition {
        Definition::ObjectTypeDefinition(object) => &mut object.make_mut().fields,
        Definition::InterfaceTypeDefinition(interface) => &mut interface.make_mut().fields,
        Definition::InputObjectTypeDefinition(input) => {
            for field in &mut input.make_mut().fields {
                strip(&mut field.make_mut().directives);
            }
            return;
        }
        _ => return,
    };
    for field in fields {
        let field = field.make_mut();
        strip(&mut field.directives);
        for argument in &mut field.arguments {
            strip(&mut argument.make_mut().directives);
        }
    }
}

/// Creates the directive `@key(fields: "id")`, which identifies an entity by its id.
fn key() -> Node<Directive> {
    let fields = Argument {
        name: Name::new_static_unchecked("fields"),
        value: Value::String("id".into()).into(),
    };
    directive("key", vec![fields.into()])
}

fn directive(name: &'static str, arguments: Vec<Node<Argument>>) -> Node<Directive> {
    let name = Name::new_static_unchecked(name);
    Directive { name, arguments }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_read_the_contract_with_keys_and_without_what_is_for_them() {
        assert!(Document::parse(crate::schema::sdl(), "schema.graphql").is_ok());
        assert!(Document::parse(sdl(), "subgraph.graphql").is_ok());
        for line in [
            "type Organisation implements Node @key(fields: \"id\") {",
            "type Offer implements Node & Listing @key(fields: \"id\") {",
            "type PageInfo @shareable {",
        ] {
            assert!(sdl().contains(line), "{line}");
        }
        for name in [
            "_service",
            "_entities",
            "_Any",
            "_Entity",
            "_Service",
            "directive @",
            "@listSize",
            "@cost",
            "@rateLimit",
        ] {
            assert!(!sdl().contains(name), "{name}");
        }
        let words = |text: &str| text.matches("\"\"\"").count();
        assert!(words(sdl()) > 1_000 && words(sdl()) < words(&crate::schema::sdl()));
    }
}
