//! Reading resource types.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::resource_type::ResourceKind;

use super::types::ResourceType;
use crate::{context::Ask, kit::Date};

/// Reading resource types.
#[derive(Default)]
pub struct ResourceTypeQuery;

#[Object]
impl ResourceTypeQuery {
    /// The resource types that may be used on a day, in order of kind and label.
    #[graphql(directive = list_size::apply(super::rules::MOST_TYPES as u64, None))]
    async fn resource_types(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in Surrey where it is left out.")] as_of: Option<Date>,
        #[graphql(desc = "Only types of this kind.")] kind: Option<ResourceKind>,
    ) -> Vec<ResourceType> {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        ResourceType::list(&ctx.app().reference.now(), day, kind)
    }

    /// The resource type with this code, ended ones included; null where there is none.
    async fn resource_type(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, such as `it-hardware`.")] code: String,
    ) -> Option<ResourceType> {
        ResourceType::find(&ctx.app().reference.now(), &code)
    }
}
