//! Accounts: people sign up, sign in and sign out; administrators grant platform roles.
//!
//! A sign-in starts a *session*. A session has a short-lived access token, which is checked against the session on
//! every request, so that signing out takes effect at once; and refresh tokens, each used once. A used refresh token
//! that is presented again after the grace period is treated as stolen: its whole session ends.
//!
//! A person is visible to themselves, to people who share an organisation with them or deal with them in a match or a
//! conversation, and to staff.

mod feature;
mod routes;
pub use feature::FEATURE;
pub mod acts;
pub mod email_verification;
mod mutation;
pub mod passwords;
mod query;
pub mod rules;
pub mod service;
pub mod sessions;
pub mod tokens;
mod types;

use entity::{conversation, match_step, matching, membership, message, person};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

pub use mutation::AccountMutation;
pub use query::AccountQuery;
pub use types::{Person, Viewer as ViewerObject};

use crate::kit::{Resource, Viewer};

impl Resource for person::Entity {
    const NAME: &'static str = "person";
    const ID: person::Column = person::Column::Id;

    fn id(row: &person::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        if viewer.is_staff() {
            return Condition::all();
        }
        let Some(me) = viewer.person() else {
            return Condition::all().add(Expr::val(false));
        };
        let colleagues = Query::select()
            .column(membership::Column::PersonId)
            .from(membership::Entity)
            .and_where(membership::Column::OrganisationId.is_in(viewer.organisations()))
            .to_owned();
        let counterparts = Query::select()
            .column(match_step::Column::PersonId)
            .from(match_step::Entity)
            // Brokers act for neither side of a match, so the match does not make them visible.
            .and_where(match_step::Column::Side.is_not_null())
            .and_where(match_step::Column::PersonId.is_not_null())
            .and_where(match_step::Column::MatchId.in_subquery(matches_of(viewer)))
            .to_owned();
        Condition::any()
            .add(person::Column::Id.eq(me.id))
            .add(person::Column::Id.in_subquery(colleagues))
            .add(person::Column::Id.in_subquery(counterparts))
            .add(person::Column::Id.in_subquery(authors(viewer)))
    }
}

fn matches_of(viewer: &Viewer) -> SelectStatement {
    let own: Vec<Uuid> = viewer.organisations().collect();
    let sides = Condition::any()
        .add(matching::Column::OffererId.is_in(own.clone()))
        .add(matching::Column::RequesterId.is_in(own));
    Query::select()
        .column(matching::Column::Id)
        .from(matching::Entity)
        .cond_where(sides)
        .to_owned()
}

/// People who wrote in a conversation of one of the viewer's organisations.
fn authors(viewer: &Viewer) -> SelectStatement {
    let own: Vec<Uuid> = viewer.organisations().collect();
    let conversations = Query::select()
        .column(conversation::Column::Id)
        .from(conversation::Entity)
        .cond_where(
            Condition::any()
                .add(conversation::Column::AskerId.is_in(own.clone()))
                .add(conversation::Column::AskedId.is_in(own)),
        )
        .to_owned();
    Query::select()
        .column(message::Column::PersonId)
        .from(message::Entity)
        .and_where(message::Column::ConversationId.in_subquery(conversations))
        .to_owned()
}
