//! Tasks outside matches: unread conversations, offered places, requests to join, and listings to renew or confirm.

use entity::{
    conversation,
    listing::{self, ExpiryPolicy},
    membership::{self, MembershipRole, MembershipState},
    registration::{self, RegistrationState},
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use uuid::Uuid;

use super::{
    rules::TaskKind,
    sources::{Select, editing, either, of_role},
};
use crate::kit::Viewer;

/// Conversations with unread messages, of organisations for which the viewer may answer.
pub(super) fn conversations(viewer: &Viewer) -> SelectStatement {
    use conversation::{
        Column::{AskedId, AskerId, Id, LastMessageAt},
        Entity,
    };

    let own = of_role(viewer, MembershipRole::Member);
    let mine = Condition::any()
        .add(AskerId.is_in(own.clone()))
        .add(AskedId.is_in(own.clone()));
    let from = Query::select()
        .from(Entity)
        .cond_where(mine)
        .cond_where(crate::conversations::search::unread(viewer))
        .to_owned();
    let column = |column: conversation::Column| -> SimpleExpr { Expr::col((Entity, column)) };
    let asked = Condition::all().add(AskedId.is_in(own));
    Select::new(
        TaskKind::ReadConversation,
        column(Id),
        column(LastMessageAt),
    )
    .of(either(asked, column(AskedId), column(AskerId)))
    .query(from)
}

/// Places that are offered to the viewer, until the deadline for the answer.
pub(super) fn places(viewer: &Viewer, me: Uuid) -> SelectStatement {
    use registration::{
        Column::{AnswerBy, Id, PersonId, State, UpdatedAt},
        Entity,
    };

    let from = Query::select()
        .from(Entity)
        .and_where(PersonId.eq(me))
        .and_where(State.eq(RegistrationState::PlaceOffered))
        .and_where(AnswerBy.gt(viewer.now))
        .to_owned();
    Select::new(TaskKind::AnswerPlace, Expr::col(Id), Expr::col(UpdatedAt))
        .due(Expr::col(AnswerBy))
        .query(from)
}

/// Requests to join organisations that the viewer manages.
pub(super) fn applications(viewer: &Viewer) -> SelectStatement {
    use membership::{
        Column::{CreatedAt, Id, OrganisationId, State},
        Entity,
    };

    let from = Query::select()
        .from(Entity)
        .and_where(State.eq(MembershipState::Requested))
        .and_where(OrganisationId.is_in(of_role(viewer, MembershipRole::Manager)))
        .to_owned();
    Select::new(
        TaskKind::AnswerJoinRequest,
        Expr::col(Id),
        Expr::col(CreatedAt),
    )
    .of(Expr::col(OrganisationId))
    .query(from)
}

/// Listings of the viewer's organisations to renew or confirm.
pub(super) fn listings(viewer: &Viewer) -> [SelectStatement; 2] {
    [expiring(viewer), unconfirmed(viewer)]
}

fn published(viewer: &Viewer, policy: ExpiryPolicy) -> SelectStatement {
    use listing::{
        Column::{ExpiryPolicy, OrganisationId},
        Entity,
    };

    Query::select()
        .from(Entity)
        .cond_where(crate::listings::live(viewer))
        .and_where(ExpiryPolicy.eq(policy))
        .and_where(OrganisationId.is_in(editing(viewer)))
        .to_owned()
}

/// Listings that expire soon and need only a later end date.
fn expiring(viewer: &Viewer) -> SelectStatement {
    use listing::Column::{ClosesAt, ExpiresAt, Id, OrganisationId, UpdatedAt};

    let soon = ExpiresAt.lte(viewer.now + crate::listings::rules::REMIND_BEFORE);
    let by_itself = Expr::col(ExpiresAt).eq(Expr::col(ClosesAt));
    let from = published(viewer, ExpiryPolicy::Fixed)
        .and_where(soon)
        .and_where(by_itself)
        .to_owned();
    Select::new(TaskKind::RenewListing, Expr::col(Id), Expr::col(UpdatedAt))
        .due(Expr::col(ExpiresAt))
        .of(Expr::col(OrganisationId))
        .query(from)
}

/// Standing listings that were last confirmed long ago.
fn unconfirmed(viewer: &Viewer) -> SelectStatement {
    use listing::Column::{ConfirmedAt, Id, OrganisationId};

    let long_ago = ConfirmedAt.lte(viewer.now - crate::listings::rules::CONFIRM_EVERY);
    let from = published(viewer, ExpiryPolicy::Standing)
        .and_where(long_ago)
        .to_owned();
    Select::new(
        TaskKind::ConfirmListing,
        Expr::col(Id),
        Expr::col(ConfirmedAt),
    )
    .of(Expr::col(OrganisationId))
    .query(from)
}
