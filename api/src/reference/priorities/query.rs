//! Queries of the priorities.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;

use super::types::PriorityEdition;
use crate::{context::ContextExt, kit::Date};

/// Queries of the priorities.
#[derive(Default)]
pub struct PriorityQuery;

#[Object]
impl PriorityQuery {
    /// Returns all editions of the priorities that the viewer may see, latest first. Only staff see drafts.
    #[graphql(directive = list_size::apply(super::rules::MAX_EDITIONS as u64, None))]
    async fn priority_editions(&self, ctx: &Context<'_>) -> Vec<PriorityEdition> {
        PriorityEdition::all(&ctx.app().reference.now(), ctx.viewer())
    }

    /// Returns the edition with a code, or without a code the edition in force on a day; null if there is none that
    /// the viewer may see.
    async fn priority_edition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the edition, such as `2021-2026`.")] code: Option<String>,
        #[graphql(
            desc = "Day on which the edition is in force; ignored if `code` is set. Default: today (Europe/London)."
        )]
        as_of: Option<Date>,
    ) -> Option<PriorityEdition> {
        let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
        let in_force = || known.edition_on(as_of.map_or_else(|| viewer.today(), NaiveDate::from));
        let code = code.or_else(|| in_force().map(|edition| edition.code.clone()))?;
        PriorityEdition::find(&known, viewer, &code)
    }
}
