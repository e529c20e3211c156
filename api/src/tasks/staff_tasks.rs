//! Tasks of staff: matches for brokers, reports for moderators.

use entity::{
    matching::{
        self,
        Column::{AnswerBy, CreatedAt, Id, OffererId, RequesterId, State, UpdatedAt},
        MatchState,
    },
    message_report::{self, MessageReportState},
    person::PlatformRole,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{match_tasks::matched, rules::TaskKind, sources::Select};
use crate::{
    kit::Viewer,
    matches::{jobs, search},
};

/// Returns the queries for the tasks of the viewer as a member of staff.
pub(super) fn all(viewer: &Viewer) -> Vec<SelectStatement> {
    let mut all = Vec::new();
    if viewer.has_role(PlatformRole::Broker) {
        all.extend([unapproved(viewer), disputed(viewer), stuck(viewer)]);
    }
    if viewer.has_role(PlatformRole::Moderator) {
        all.push(reports());
    }
    all
}

/// Selects matches with this condition, except those of the viewer's own organisations: a broker does not decide about
/// their own.
fn of_others(viewer: &Viewer, such: Condition) -> SelectStatement {
    let own: Vec<Uuid> = viewer.organisations().collect();
    Query::select()
        .from(matching::Entity)
        .cond_where(such)
        .and_where(OffererId.is_not_in(own.clone()))
        .and_where(RequesterId.is_not_in(own))
        .to_owned()
}

/// Matches that need the approval of a broker before they can be accepted.
fn unapproved(viewer: &Viewer) -> SelectStatement {
    Select::new(TaskKind::ApproveMatch, matched(Id), matched(CreatedAt))
        .due(matched(AnswerBy))
        .query(of_others(viewer, search::unapproved(viewer)))
}

/// Matches in dispute.
fn disputed(viewer: &Viewer) -> SelectStatement {
    let disputed = Condition::all().add(State.eq(MatchState::Disputed));
    Select::new(TaskKind::ResolveDispute, matched(Id), matched(UpdatedAt))
        .query(of_others(viewer, disputed))
}

/// Matches without progress for a long time, except disputes.
fn stuck(viewer: &Viewer) -> SelectStatement {
    let stuck = jobs::stuck(viewer).add(State.ne(MatchState::Disputed));
    Select::new(TaskKind::LookAfterMatch, matched(Id), matched(UpdatedAt))
        .query(of_others(viewer, stuck))
}

/// Reports without a decision.
fn reports() -> SelectStatement {
    use message_report::{Column, Entity};

    let open = Query::select()
        .from(Entity)
        .and_where(Column::State.eq(MessageReportState::Open))
        .to_owned();
    let (id, at) = (Expr::col(Column::Id), Expr::col(Column::CreatedAt));
    Select::new(TaskKind::DecideReport, id, at).query(open)
}
