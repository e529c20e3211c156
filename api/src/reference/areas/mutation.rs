//! Mutations of areas.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{Area, AreaPayload, SaveAreaInput},
};
use crate::{context::ContextExt, kit::Error};

/// Mutations of areas.
#[derive(Default)]
pub struct AreaMutation;

#[Object]
impl AreaMutation {
    /// Creates an area, or changes the area with this code. An area is never deleted: set its last day and its
    /// successors instead. Programme administrators only.
    async fn save_area(
        &self,
        ctx: &Context<'_>,
        input: SaveAreaInput,
    ) -> Result<Option<AreaPayload>> {
        let saved = service::save(ctx.app(), ctx.viewer(), input.into()).await;
        let known = ctx.app().reference.now();
        AreaPayload::of(saved.and_then(|code| Area::find(&known, &code).ok_or(Error::NotFound)))
    }
}
