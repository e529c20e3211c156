//! Mutations of the priorities.

use async_graphql::{Context, Object, Result};

use super::{
    service,
    types::{
        AdoptPriorityEditionInput, ConsultPriorityEditionInput, CreatePriorityEditionInput,
        PriorityArea, PriorityAreaPayload, PriorityEdition, PriorityEditionPayload,
        RemovePriorityAreaInput, SavePriorityAreaInput,
    },
};
use crate::{context::ContextExt, kit::Error};

/// Mutations of the priorities.
#[derive(Default)]
pub struct PriorityMutation;

#[Object]
impl PriorityMutation {
    /// Creates a draft edition, empty or as a copy of the priority areas of another edition. Programme administrators
    /// only.
    async fn create_priority_edition(
        &self,
        ctx: &Context<'_>,
        input: CreatePriorityEditionInput,
    ) -> Result<Option<PriorityEditionPayload>> {
        let created = service::create(ctx.app(), ctx.viewer(), input.into()).await;
        PriorityEditionPayload::of(created.and_then(|code| edition(ctx, &code)))
    }

    /// Creates a priority area, or changes the one with this code, in an edition that is a draft or in consultation.
    /// Programme administrators only.
    async fn save_priority_area(
        &self,
        ctx: &Context<'_>,
        input: SavePriorityAreaInput,
    ) -> Result<Option<PriorityAreaPayload>> {
        let (edition, code) = (input.edition.clone(), input.code.clone());
        let saved = service::save_area(ctx.app(), ctx.viewer(), input.into()).await;
        let known = ctx.app().reference.now();
        let find = |()| PriorityArea::find(&known, &edition, &code).ok_or(Error::NotFound);
        PriorityAreaPayload::of(saved.and_then(find))
    }

    /// Removes a priority area that has no outcomes from an edition that is a draft or in consultation. Programme
    /// administrators only.
    async fn remove_priority_area(
        &self,
        ctx: &Context<'_>,
        input: RemovePriorityAreaInput,
    ) -> Result<Option<PriorityEditionPayload>> {
        let RemovePriorityAreaInput { edition: of, code } = input;
        let removed = service::remove_area(ctx.app(), ctx.viewer(), &of, &code).await;
        PriorityEditionPayload::of(removed.and_then(|()| edition(ctx, &of)))
    }

    /// Opens a draft edition for consultation. From then on everyone can see it. Programme administrators only.
    async fn consult_priority_edition(
        &self,
        ctx: &Context<'_>,
        input: ConsultPriorityEditionInput,
    ) -> Result<Option<PriorityEditionPayload>> {
        let ConsultPriorityEditionInput { code } = input;
        let opened = service::consult(ctx.app(), ctx.viewer(), &code).await;
        PriorityEditionPayload::of(opened.and_then(|()| edition(ctx, &code)))
    }

    /// Adopts an edition from a day. The previously adopted edition is superseded and ends the day before. Neither can
    /// be changed afterwards. Programme administrators only.
    async fn adopt_priority_edition(
        &self,
        ctx: &Context<'_>,
        input: AdoptPriorityEditionInput,
    ) -> Result<Option<PriorityEditionPayload>> {
        let AdoptPriorityEditionInput {
            code,
            version,
            valid_from,
        } = input;
        let adopted = service::adopt(ctx.app(), ctx.viewer(), &code, version, valid_from.0).await;
        PriorityEditionPayload::of(adopted.and_then(|()| edition(ctx, &code)))
    }
}

fn edition(ctx: &Context<'_>, code: &str) -> Result<PriorityEdition, Error> {
    PriorityEdition::find(&ctx.app().reference.now(), ctx.viewer(), code).ok_or(Error::NotFound)
}
