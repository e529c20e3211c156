//! The roots of the graph, and the text of its contract.

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
        raised_at::OutcomeMutation,
        search::{FindingQuery, FindingSubscription},
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
    StatisticsQuery,
    ConversationQuery,
    EventQuery,
    RegistrationQuery,
    IntakeQuery,
    FederationQuery,
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
    EventMutation,
    RegistrationMutation,
    ReservationMutation,
    CalendarMutation,
    OutcomeMutation,
    IntakeMutation,
);

/// Everything that can be heard of as it happens: over a WebSocket at `/graphql/ws` (graphql-transport-ws), or as
/// server-sent events at `/graphql/stream`. What is told is as the caller may see it at that moment.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    ActivitySubscription,
    MatchSubscription,
    ConversationSubscription,
    TaskSubscription,
    FindingSubscription,
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

/// The schema of a running program.
#[must_use]
pub fn build(app: &App) -> Schema {
    builder()
        .data(app.clone())
        .data(app.database.clone())
        .extension(LimitResponses)
        // The front door has validated every document that it lets in, and by more rules than the engine knows.
        .validation_mode(ValidationMode::Fast)
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
