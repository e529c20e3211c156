//! Descriptor of the reference data feature.

use std::sync::Arc;

use async_graphql::Context;
use entity::{area, priority_area, priority_edition, resource_type};
use futures_util::future::{BoxFuture, FutureExt, ready};
use uuid::Uuid;

use super::{Area, PriorityArea, PriorityEdition, ResourceType, Snapshot, acts, jobs};
use crate::{
    context::ContextExt,
    feature::{Feature, NodeType, Work, Worker, register},
    kit::{Error, Resource, Viewer},
    schema::Node,
};

/// Descriptor of the reference data feature.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[
        NodeType {
            kind: area::Entity::NAME,
            load: |ctx, ids| {
                in_memory(ctx, ids, |known, _, id| {
                    Area::by_id(known, id).map(Node::new)
                })
            },
            register: register::<Area>,
        },
        NodeType {
            kind: resource_type::Entity::NAME,
            load: |ctx, ids| {
                in_memory(ctx, ids, |known, _, id| {
                    ResourceType::by_id(known, id).map(Node::new)
                })
            },
            register: register::<ResourceType>,
        },
        NodeType {
            kind: priority_edition::Entity::NAME,
            load: |ctx, ids| {
                in_memory(ctx, ids, |known, viewer, id| {
                    PriorityEdition::by_id(known, viewer, id).map(Node::new)
                })
            },
            register: register::<PriorityEdition>,
        },
        NodeType {
            kind: priority_area::Entity::NAME,
            load: |ctx, ids| {
                in_memory(ctx, ids, |known, viewer, id| {
                    PriorityArea::by_id(known, viewer, id).map(Node::new)
                })
            },
            register: register::<PriorityArea>,
        },
    ],
    workers: &[Worker {
        name: "reference data",
        work: Work::Always(|app| Box::pin(jobs::keep_fresh(app))),
    }],
    ..Feature::named("reference")
};

/// Loads nodes from the snapshot in memory, without a statement.
fn in_memory<'a>(
    ctx: &Context<'_>,
    ids: &[Uuid],
    find: impl Fn(&Arc<Snapshot>, &Viewer, Uuid) -> Option<Node>,
) -> BoxFuture<'a, Result<Vec<Option<Node>>, Error>> {
    let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
    let found = ids.iter().map(|id| find(&known, viewer, *id)).collect();
    ready(Ok(found)).boxed()
}
