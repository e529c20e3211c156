//! Stub.
use crate::kit::page::{PageArgs, Total};
use async_graphql::*;
pub struct Activity;
#[Object]
impl Activity {
    async fn at(&self) -> i32 {
        1
    }
}
pub async fn of_subject(
    _: &Context<'_>,
    _: uuid::Uuid,
    _: &PageArgs,
) -> Result<connection::Connection<String, Activity, Total>> {
    Err("x".into())
}
