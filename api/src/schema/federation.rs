//! What gateways of Apollo Federation ask of a part of their graph. Whatever has a global id is an entity of it, found as
//! `node` finds it: by the same statements, and seen by the same people.

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

/// The most representations in one call: pages within a page come to some hundreds.
const MOST: usize = 1_000;

/// What a gateway asks.
#[derive(Default)]
pub struct FederationQuery;

#[Object]
impl FederationQuery {
    /// For gateways that join graphs (Apollo Federation): what this graph is.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service {
            sdl: subgraph::sdl(),
        }
    }

    /// For gateways that join graphs (Apollo Federation): things by their types and ids, in the same order, each null where
    /// there is none that the viewer may see.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Such as `{__typename: \"Offer\", id: \"listing:…\"}`, at most 1,000.")]
        representations: Vec<Any>,
    ) -> Result<Vec<Option<Entity>>> {
        if representations.len() > MOST {
            return Err(wrong(format!("at most {MOST} in one call")).into());
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

/// What a graph is, for gateways.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The contract with the directives of Apollo Federation.
    sdl: &'static str,
}

/// The type and the id in a representation. What else it says is for others.
fn named<'a>(ctx: &Context<'_>, one: &'a Value) -> Result<(&'a str, &'a str), String> {
    let member = |name: &str| match one {
        Value::Object(members) => match members.get(name) {
            Some(Value::String(text)) => Ok(text.as_str()),
            _ => Err(format!("a representation has {name}, which is a text")),
        },
        _ => Err("a representation is an object with __typename and id".to_owned()),
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
        Err(format!("{shown:?} is no type of things with global ids"))
    }
}

fn wrong(expected: String) -> Error {
    Error::BadInput("representations", expected)
}

/// Any thing with a global id, as a union: gateways know entities by that.
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
                description: Some("Whatever gateways may ask for by its type and id.".into()),
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
