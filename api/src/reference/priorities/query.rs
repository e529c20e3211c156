//! Reading the priorities.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;

use super::types::PriorityEdition;
use crate::{context::Ask, kit::Date};

/// Reading the priorities.
#[derive(Default)]
pub struct PriorityQuery;

#[Object]
impl PriorityQuery {
    /// All editions of the priorities that the viewer may see, the latest first. Drafts are seen by staff.
    #[graphql(directive = list_size::apply(super::rules::MOST_EDITIONS as u64, None))]
    async fn priority_editions(&self, ctx: &Context<'_>) -> Vec<PriorityEdition> {
        PriorityEdition::all(&ctx.app().reference.now(), ctx.viewer())
    }

    /// One edition of the priorities: the one with a code, or else the one in force on a day; null where there
    /// is none that the viewer may see.
    async fn priority_edition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, such as `2021-2026`.")] code: Option<String>,
        #[graphql(
            desc = "Where no code is given: the day; today in Surrey where it is left out too."
        )]
        as_of: Option<Date>,
    ) -> Option<PriorityEdition> {
        let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
        let in_force = || known.edition_on(as_of.map_or_else(|| viewer.today(), NaiveDate::from));
        let code = code.or_else(|| in_force().map(|edition| edition.code.clone()))?;
        PriorityEdition::find(&known, viewer, &code)
    }
}
