//! Root types of the GraphQL schema, and its text in the schema definition language (SDL).

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, ValidationMode};

use crate::{
    App,
    accounts::{AccountMutation, AccountQuery},
    activities::{ActivityQuery, ActivitySubscription},
    calendars::CalendarMutation,
    conversations::{ConversationMutation, ConversationQuery, ConversationSubscription},
    events::{
        EventMutation, EventQuery,
        registrations::{RegistrationMutation, RegistrationQuery},
        reservations::ReservationMutation,
    },
    intakes::{IntakeMutation, IntakeQuery},
    kit::graphql::response_limit::LimitResponses,
    listings::{
        ListingMutation,
        raised_at::ListingEventMutation,
        search::{ListingQuery, ListingSubscription},
    },
    matches::{
        MatchMutation, MatchQuery, MatchSubscription, amendments::AmendmentMutation,
        fulfilments::FulfilmentMutation, thanks::ThanksMutation,
    },
    notifications::NotificationMutation,
    organisations::{
        OrganisationMutation, OrganisationQuery,
        invitations::{InvitationMutation, InvitationQuery},
        members::MemberMutation,
        mergers::MergerMutation,
    },
    reference::{
        areas::{AreaMutation, AreaQuery},
        priorities::{PriorityMutation, PriorityQuery},
        resource_types::{ResourceTypeMutation, ResourceTypeQuery},
    },
    statistics::StatisticsQuery,
    tasks::TaskSubscription,
    transfer::{TransferMutation, TransferQuery},
};

mod federation;
mod node;
pub mod subgraph;
mod words;

pub use federation::FederationQuery;
pub(crate) use node::node;
pub use node::{Node, NodeQuery};

/// All queries.
#[derive(MergedObject, Default)]
pub struct Query(
    ListingQuery,
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
    StatisticsQuery,
    ConversationQuery,
    EventQuery,
    RegistrationQuery,
    IntakeQuery,
    FederationQuery,
);

/// All mutations. Each has one input, and a payload with the changed object and `userErrors`.
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
    EventMutation,
    RegistrationMutation,
    ReservationMutation,
    CalendarMutation,
    ListingEventMutation,
    IntakeMutation,
);

/// All subscriptions: over a WebSocket at `/graphql/ws` (graphql-transport-ws), or as server-sent events at
/// `/graphql/stream`. Every event contains only what the caller may see when it is sent.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    ActivitySubscription,
    MatchSubscription,
    ConversationSubscription,
    TaskSubscription,
    ListingSubscription,
);

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
