//! Mutations of resource types.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{ResourceType, ResourceTypePayload, SaveResourceTypeInput},
};
use crate::{context::ContextExt, kit::Error};

/// Mutations of resource types.
#[derive(Default)]
pub struct ResourceTypeMutation;

#[Object]
impl ResourceTypeMutation {
    /// Creates a resource type, or changes the type with this code. A type is never deleted: set its last day and its
    /// replacements instead. Programme administrators only.
    async fn save_resource_type(
        &self,
        ctx: &Context<'_>,
        input: SaveResourceTypeInput,
    ) -> Result<Option<ResourceTypePayload>> {
        let saved = service::save(ctx.app(), ctx.viewer(), input.into()).await;
        let known = ctx.app().reference.now();
        let find = |code: String| ResourceType::find(&known, &code).ok_or(Error::NotFound);
        ResourceTypePayload::of(saved.and_then(find))
    }
}
