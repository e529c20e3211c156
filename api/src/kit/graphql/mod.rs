//! GraphQL side of the kit: ids, payloads, loaders, pages of nested lists, and the price of fields.

pub mod cost;
pub mod fast_object;
pub mod input;
pub mod later_mutations;
pub mod loader;
pub mod nested_page;
pub mod payload;
pub mod response_limit;
pub mod text_limits;
