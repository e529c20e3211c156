//! Workarounds for differences between async-graphql and the GraphQL specification, one in each file.

pub mod empty_selection;
pub mod omitted_variables;
pub mod string_escapes;
pub mod subscription_root;
pub mod type_spacing;
