//! The roots of the graph, its limits, and the text of its contract.

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions};

use crate::{
    App,
    accounts::{AccountMutation, AccountQuery},
    activities::ActivityQuery,
    amendments::AmendmentMutation,
    areas::{AreaMutation, AreaQuery},
    conversations::{ConversationMutation, ConversationQuery},
    finding::FindingQuery,
    fulfilments::FulfilmentMutation,
    invitations::{InvitationMutation, InvitationQuery},
    listings::ListingMutation,
    matches::{MatchMutation, MatchQuery},
    members::MemberMutation,
    mergers::MergerMutation,
    notifications::NotificationMutation,
    organisations::{OrganisationMutation, OrganisationQuery},
    priorities::{PriorityMutation, PriorityQuery},
    resource_types::{ResourceTypeMutation, ResourceTypeQuery},
    thanks::ThanksMutation,
    transfer::{TransferMutation, TransferQuery},
};

mod node;
mod words;

pub(crate) use node::node;
pub use node::{Node, NodeQuery};

/// The deepest document: the standard introspection query needs 15.
pub const DEEPEST: usize = 18;
/// The most that a document may cost, where each field is 1 and a list counts its selection once per row.
pub const DEAREST: usize = 20_000;
/// The most directives on one field.
pub const MOST_DIRECTIVES: usize = 10;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    FindingQuery,
    NodeQuery,
    AccountQuery,
    OrganisationQuery,
    InvitationQuery,
    ActivityQuery,
    AreaQuery,
    ResourceTypeQuery,
    PriorityQuery,
    TransferQuery,
    MatchQuery,
    ConversationQuery,
);

/// Everything that can be done. Each act has one input, and a payload with the thing and `userErrors`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    OrganisationMutation,
    MemberMutation,
    InvitationMutation,
    MergerMutation,
    ListingMutation,
    AreaMutation,
    ResourceTypeMutation,
    PriorityMutation,
    TransferMutation,
    MatchMutation,
    AmendmentMutation,
    FulfilmentMutation,
    ThanksMutation,
    ConversationMutation,
    NotificationMutation,
);

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<words::Words>()
        .disable_suggestions()
        .limit_depth(DEEPEST)
        .limit_complexity(DEAREST)
        .limit_directives(MOST_DIRECTIVES)
}

/// The schema of a running program.
#[must_use]
pub fn build(app: &App) -> Schema {
    builder()
        .data(app.clone())
        .data(app.database.clone())
        .finish()
}

/// The contract as `schema.graphql` holds it.
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
