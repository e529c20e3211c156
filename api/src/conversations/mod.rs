//! Conversations: what two organisations say to each other about a listing, in plain text.
//!
//! An organisation that comes to a listing has one conversation about it. A question opens it before anything is
//! proposed, and whatever the two propose about that listing goes on in it: a match has the conversation of its two
//! organisations about one of its listings, so that nothing that was said is lost.
//!
//! The members of both organisations read it, and write from the role of a member up. Nobody else does, staff
//! included: a moderator sees a message that somebody reported, with the few that stand around it, and can hide it.
//!
//! Messages of a conversation are numbered in the order of commits, so that whoever has read up to one of them
//! has missed none before it.

mod feature;
pub use feature::FEATURE;
pub mod acts;
mod inputs;
mod merge;
mod mutation;
mod posting;
mod query;
pub mod read_marks;
pub mod report_service;
mod report_types;
pub mod rules;
pub mod search;
pub mod service;
mod subscription;
mod types;

use entity::{conversation, message, message_report, person::PlatformRole};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

pub use mutation::ConversationMutation;
pub use query::ConversationQuery;
pub use report_types::MessageReport;
pub use subscription::ConversationSubscription;
pub use types::{Conversation, Message};

use crate::kit::{Resource, Viewer};

impl Resource for conversation::Entity {
    const NAME: &'static str = "conversation";
    const ID: conversation::Column = conversation::Column::Id;

    fn id(row: &conversation::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let own: Vec<Uuid> = viewer.organisations().collect();
        if own.is_empty() {
            return Condition::all().add(Expr::val(false));
        }
        Condition::any()
            .add(conversation::Column::AskerId.is_in(own.clone()))
            .add(conversation::Column::AskedId.is_in(own))
    }
}

impl Resource for message::Entity {
    const NAME: &'static str = "message";
    const ID: message::Column = message::Column::Id;

    fn id(row: &message::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let own = Query::select()
            .column(conversation::Column::Id)
            .from(conversation::Entity)
            .cond_where(conversation::Entity::visible_to(viewer))
            .to_owned();
        let reported = Query::select()
            .column(message_report::Column::MessageId)
            .from(message_report::Entity)
            .cond_where(message_report::Entity::visible_to(viewer))
            .to_owned();
        Condition::any()
            .add(message::Column::ConversationId.in_subquery(own))
            .add(message::Column::Id.in_subquery(reported))
    }
}

impl Resource for message_report::Entity {
    const NAME: &'static str = "message_report";
    const ID: message_report::Column = message_report::Column::Id;

    fn id(row: &message_report::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let moderates = viewer.holds(PlatformRole::Moderator);
        Condition::all().add(Expr::val(moderates))
    }
}
