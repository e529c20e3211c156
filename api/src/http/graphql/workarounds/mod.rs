//! Workarounds for differences between async-graphql and the GraphQL specification, one in each file.

pub mod empty_selection;
pub mod omitted_variables;
pub mod subscription_root;
