//! Acts on areas.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{Area, AreaPayload, SaveAreaInput},
};
use crate::{context::Ask, kit::Error};

/// Acts on areas.
#[derive(Default)]
pub struct AreaMutation;

#[Object]
impl AreaMutation {
    /// Make an area, or change the one with this code. Areas are never deleted: they get a last day and
    /// successors. Programme administrators only.
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
