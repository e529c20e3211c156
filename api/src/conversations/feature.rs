//! Feature descriptor of conversations, with their messages and reports.

use entity::{conversation, message, message_report};

use super::{Conversation, Message, MessageReport, acts, merge};
use crate::feature::{Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn};

/// Feature descriptor of conversations.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[
        NodeType::of::<conversation::Entity, Conversation>(),
        NodeType::of::<message::Entity, Message>(),
        NodeType::of::<message_report::Entity, MessageReport>(),
    ],
    merge: Some(|merger| Box::pin(merge::merge(merger))),
    organisations: &[
        OrganisationColumn::new(
            "conversation",
            "asker_id",
            OnMerge::Moved("conversations about one listing are joined"),
        ),
        OrganisationColumn::new(
            "conversation",
            "asked_id",
            OnMerge::Moved("not those between the two"),
        ),
        OrganisationColumn::new(
            "message",
            "organisation_id",
            OnMerge::Keep("a message names the organisation that wrote it"),
        ),
    ],
    people: &[
        PersonColumn::new("message", "person_id", OnErase::Keep),
        PersonColumn::new("message_report", "person_id", OnErase::Keep),
        PersonColumn::new("conversation_mark", "person_id", OnErase::Delete),
    ],
    ..Feature::named("conversations")
};
