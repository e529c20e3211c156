//! Queries of resource types.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::resource_type::ResourceKind;

use super::types::ResourceType;
use crate::{context::ContextExt, kit::Date};

/// Queries of resource types.
#[derive(Default)]
pub struct ResourceTypeQuery;

#[Object]
impl ResourceTypeQuery {
    /// Returns the resource types that listings may use on a day, sorted by kind and label.
    #[graphql(directive = list_size::apply(super::rules::MAX_TYPES as u64, None))]
    async fn resource_types(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day on which the types may be used. Default: today (Europe/London).")]
        as_of: Option<Date>,
        #[graphql(desc = "Returns only types of this kind.")] kind: Option<ResourceKind>,
    ) -> Vec<ResourceType> {
        let day = as_of.map_or_else(|| ctx.viewer().today(), NaiveDate::from);
        ResourceType::list(&ctx.app().reference.now(), day, kind)
    }

    /// Returns the resource type with this code, even if it was withdrawn; null if the code is unknown.
    async fn resource_type(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the resource type, such as `it-hardware`.")] code: String,
    ) -> Option<ResourceType> {
        ResourceType::find(&ctx.app().reference.now(), &code)
    }
}
