//! The GraphQL schema and its text in the schema definition language (SDL).

use async_graphql::{SDLExportOptions, ValidationMode};

use crate::{
    App,
    features::{Mutation, Query, Subscription},
    kit::graphql::response_limit::LimitResponses,
};

mod federation;
mod node;
pub mod subgraph;
mod words;

pub use federation::FederationQuery;
pub(crate) use node::node;
pub use node::{Node, NodeQuery};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .register_output_type::<words::Words>()
    .disable_suggestions()
}

/// Builds the schema of a running application.
#[must_use]
pub fn build(app: &App) -> Schema {
    builder()
        .data(app.clone())
        .data(app.database.clone())
        .extension(LimitResponses)
        // The HTTP layer validates every document before execution, with more rules than async-graphql has.
        .validation_mode(ValidationMode::Fast)
        .finish()
}

/// Returns the schema as text, as `schema.graphql` contains it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    builder()
        .finish()
        .sdl_with_options(options.include_specified_by())
}
