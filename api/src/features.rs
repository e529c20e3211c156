//! The list of all features: their descriptors, and their fields of the GraphQL root types. Only this file names every
//! feature; everything else is built from it.

use async_graphql::{MergedObject, MergedSubscription};

use crate::{
    accounts::{self, AccountMutation, AccountQuery},
    activities::{self, ActivityQuery, ActivitySubscription},
    calendars::{self, CalendarMutation},
    conversations::{self, ConversationMutation, ConversationQuery, ConversationSubscription},
    events::{
        self, EventMutation, EventQuery,
        partners::PartnerMutation,
        registrations::{RegistrationMutation, RegistrationQuery},
        reservations::ReservationMutation,
    },
    feature::Feature,
    feeds,
    intakes::{self, IntakeMutation, IntakeQuery},
    kit::activity::{Catalogue, Entry},
    listings::{
        self, ListingMutation,
        raised_at::ListingEventMutation,
        search::{ListingQuery, ListingSubscription},
    },
    mail,
    matches::{
        self, MatchMutation, MatchQuery, MatchSubscription, amendments::AmendmentMutation,
        fulfilments::FulfilmentMutation, thanks::ThanksMutation,
    },
    notifications::{self, NotificationMutation},
    organisations::{
        self, OrganisationMutation, OrganisationQuery,
        invitations::{InvitationMutation, InvitationQuery},
        members::MemberMutation,
        mergers::MergerMutation,
    },
    reference::{
        self,
        areas::{AreaMutation, AreaQuery},
        priorities::{PriorityMutation, PriorityQuery},
        resource_types::{ResourceTypeMutation, ResourceTypeQuery},
    },
    schema::{FederationQuery, NodeQuery},
    statistics::{self, StatisticsQuery},
    tasks::{self, TaskSubscription},
    transfer::{self, TransferMutation, TransferQuery},
};

/// All features, from left to right: the acts of one call only those of the features before it.
pub const FEATURES: &[&Feature] = &[
    &mail::FEATURE,
    &accounts::FEATURE,
    &activities::FEATURE,
    &reference::FEATURE,
    &organisations::FEATURE,
    &listings::FEATURE,
    &matches::FEATURE,
    &conversations::FEATURE,
    &events::FEATURE,
    &statistics::FEATURE,
    &notifications::FEATURE,
    &feeds::FEATURE,
    &calendars::FEATURE,
    &intakes::FEATURE,
    &transfer::FEATURE,
    &tasks::FEATURE,
];

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
    PartnerMutation,
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

/// The entries of all acts.
pub fn acts() -> impl Iterator<Item = &'static Entry> {
    FEATURES.iter().flat_map(|feature| feature.acts).copied()
}

/// The catalogue of all acts.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue::new(acts())
}
