//! Conversations: plain-text messages of two organisations about a listing.
//!
//! An organisation has one conversation about a listing of another organisation. A question starts it before a match is
//! proposed, and messages on their matches about that listing continue it: a match uses the conversation of its two
//! organisations about one of its listings, so that no message is lost.
//!
//! The members of both organisations can read it, and write in it from the role of member upwards. No other person can,
//! staff included: moderators see a reported message with up to five messages before and after it, and can hide it.
//!
//! The messages of a conversation are numbered in the order of commits, so that a reader of one message has not missed
//! an earlier one.

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
        let moderates = viewer.has_role(PlatformRole::Moderator);
        Condition::all().add(Expr::val(moderates))
    }
}
