//! Queries of areas.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::area::AreaKind;

use super::types::Area;
use crate::{context::ContextExt, kit::Date};

/// Queries of areas.
#[derive(Default)]
pub struct AreaQuery;

#[Object]
impl AreaQuery {
    /// Returns the areas that exist on a day, sorted by name.
    #[graphql(directive = list_size::apply(super::rules::MAX_AREAS as u64, None))]
    async fn areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day on which the areas exist. Default: today (Europe/London).")]
        as_of: Option<Date>,
        #[graphql(desc = "Returns only areas of this kind.")] kind: Option<AreaKind>,
        #[graphql(
            desc = "Code of an area. Returns only areas inside it, or inside a predecessor that it alone replaced. An unknown code returns an empty list."
        )]
        within: Option<String>,
    ) -> Vec<Area> {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        Area::list(&ctx.app().reference.now(), day, kind, within.as_deref())
    }

    /// Returns the area with this code, even if it no longer exists; null if the code is unknown.
    async fn area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the area, such as `elmbridge`.")] code: String,
    ) -> Option<Area> {
        Area::find(&ctx.app().reference.now(), &code)
    }
}
