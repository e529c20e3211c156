//! Reading areas.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::area::AreaKind;

use super::types::Area;
use crate::{context::Ask, kit::Date};

/// Reading areas.
#[derive(Default)]
pub struct AreaQuery;

#[Object]
impl AreaQuery {
    /// The areas that exist on a day, in order of their names.
    #[graphql(directive = list_size::apply(super::rules::MOST_AREAS as u64, None))]
    async fn areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in Surrey where it is left out.")] as_of: Option<Date>,
        #[graphql(desc = "Only areas of this kind.")] kind: Option<AreaKind>,
        #[graphql(
            desc = "Code of an area: only what lies in it, or in what it took over from. A code that is not known holds nothing."
        )]
        within: Option<String>,
    ) -> Vec<Area> {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        Area::list(&ctx.app().reference.now(), day, kind, within.as_deref())
    }

    /// The area with this code, ended ones included; null where there is none.
    async fn area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, such as `elmbridge`.")] code: String,
    ) -> Option<Area> {
        Area::find(&ctx.app().reference.now(), &code)
    }
}
