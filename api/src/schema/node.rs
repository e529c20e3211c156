//! Any thing by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{area, person, priority_area, priority_edition, resource_type};

use crate::{
    accounts::Person,
    areas::Area,
    context::Ask,
    kit::{Error, Id, Resource, id},
    priorities::{PriorityArea, PriorityEdition},
    resource_types::ResourceType,
};

/// The most ids in one call of `nodes`.
const MOST: usize = 100;

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "async_graphql::ID",
    desc = "Global id: the same thing, wherever it is met."
))]
pub enum Node {
    /// Someone who signs in.
    Person(Person),
    /// A place with a name and a time.
    Area(Area),
    /// A type of what can be shared.
    ResourceType(ResourceType),
    /// The priorities as reviewed at one time.
    PriorityEdition(PriorityEdition),
    /// One thing that matters most.
    PriorityArea(PriorityArea),
}

/// Things by their ids.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id; null where there is none that the viewer may see.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        Ok(node(ctx, &id).await?)
    }

    /// The things with these ids, at most 100, in the same order, each null where there is none that the viewer may see.
    #[graphql(complexity = "ids.len() * child_complexity + 1")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(Error::BadInput("ids", format!("at most {MOST} ids in one call")).into());
        }
        Ok(futures_util::future::try_join_all(ids.iter().map(|id| node(ctx, id))).await?)
    }
}

async fn node(ctx: &Context<'_>, global: &str) -> Result<Option<Node>, Error> {
    let Some((kind, id)) = id::split(global) else {
        return Ok(None);
    };
    let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
    match kind {
        person::Entity::NAME => {
            let found = ctx.load(Id::<person::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Person(Person::seen_by(viewer, row))))
        }
        area::Entity::NAME => Ok(Area::by_id(&known, id).map(Node::Area)),
        resource_type::Entity::NAME => Ok(ResourceType::by_id(&known, id).map(Node::ResourceType)),
        priority_edition::Entity::NAME => {
            Ok(PriorityEdition::by_id(&known, viewer, id).map(Node::PriorityEdition))
        }
        priority_area::Entity::NAME => {
            Ok(PriorityArea::by_id(&known, viewer, id).map(Node::PriorityArea))
        }
        _ => Ok(None),
    }
}
