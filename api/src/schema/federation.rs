//! Apollo Federation: the fields that a gateway requires of a subgraph. Every type with a global id is an entity,
//! loaded in the same way and with the same permissions as by `node`.

use std::borrow::Cow;

use async_graphql::{
    Any, Context, ContextSelectionSet, Object, OutputType, Positioned, Result, ServerResult,
    SimpleObject, Value,
    indexmap::IndexSet,
    parser::types::Field,
    registry::{MetaType, MetaTypeId, Registry},
};

use super::{Node, node::nodes, subgraph};
use crate::kit::Error;

/// Maximum number of representations in one call. Nested pages can produce hundreds.
const MAX: usize = 1_000;

/// Queries of Apollo Federation gateways.
#[derive(Default)]
pub struct FederationQuery;

#[Object]
impl FederationQuery {
    /// Returns the description of this subgraph. For Apollo Federation gateways.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service {
            sdl: subgraph::sdl(),
        }
    }

    /// Returns entities by type and id, in the order of the representations; null for each that does not exist or that
    /// the viewer may not see. For Apollo Federation gateways.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Types and ids, such as `{__typename: \"Offer\", id: \"listing:…\"}`. At most 1,000."
        )]
        representations: Vec<Any>,
    ) -> Result<Vec<Option<Entity>>> {
        if representations.len() > MAX {
            return Err(wrong(format!("at most {MAX} in one call")).into());
        }
        let asked = representations.iter().enumerate();
        let asked = asked
            .map(|(at, Any(one))| {
                named(ctx, one).map_err(|fault| wrong(format!("number {}: {fault}", at + 1)))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let ids: Vec<&str> = asked.iter().map(|(_, id)| *id).collect();
        let found = nodes(ctx, &ids).await?.into_iter().zip(asked);
        Ok(found
            .map(|(node, (kind, _))| node.map(Entity).filter(|node| node.is_a(kind)))
            .collect())
    }
}

/// Description of this subgraph for Apollo Federation gateways.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The schema with the directives of Apollo Federation.
    sdl: &'static str,
}

/// Returns the type and the id of a representation. Ignores its other members.
fn named<'a>(ctx: &Context<'_>, one: &'a Value) -> Result<(&'a str, &'a str), String> {
    let member = |name: &str| match one {
        Value::Object(members) => match members.get(name) {
            Some(Value::String(text)) => Ok(text.as_str()),
            _ => Err(format!("a representation must have the text member {name}")),
        },
        _ => Err("a representation must be an object with __typename and id".to_owned()),
    };
    let kind = member("__typename")?;
    let known = match ctx.schema_env.registry.types.get("_Entity") {
        Some(MetaType::Union { possible_types, .. }) => possible_types.contains(kind),
        _ => false,
    };
    if known {
        Ok((kind, member("id")?))
    } else {
        let shown: String = kind.chars().take(60).collect();
        Err(format!("{shown:?} is not a type with global ids"))
    }
}

fn wrong(expected: String) -> Error {
    Error::BadInput("representations", expected)
}

/// Union of all types with a global id. Apollo Federation requires it as a union.
pub struct Entity(Node);

impl Entity {
    fn is_a(&self, kind: &str) -> bool {
        self.introspection_type_name() == kind
    }
}

impl OutputType for Entity {
    fn type_name() -> Cow<'static, str> {
        "_Entity".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Union, |registry| {
            let nodes = <Node as OutputType>::create_type_info(registry);
            let possible_types = match registry.types.get(nodes.trim_end_matches('!')) {
                Some(MetaType::Interface { possible_types, .. }) => possible_types.clone(),
                _ => IndexSet::default(),
            };
            MetaType::Union {
                name: Self::type_name().into_owned(),
                description: Some(
                    "Any object with a global id. For Apollo Federation gateways.".into(),
                ),
                possible_types,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
            }
        })
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}
