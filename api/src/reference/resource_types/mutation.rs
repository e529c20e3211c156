//! Acts on resource types.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{ResourceType, ResourceTypePayload, SaveResourceTypeInput},
};
use crate::{context::Ask, kit::Error};

/// Acts on resource types.
#[derive(Default)]
pub struct ResourceTypeMutation;

#[Object]
impl ResourceTypeMutation {
    /// Make a resource type, or change the one with this code. Types are never deleted: they get a last day
    /// and what replaces them. Programme administrators only.
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
