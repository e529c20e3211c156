//! What waits for staff: matches for brokers, reports for moderators.

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

/// Everything that waits for the viewer as one of the staff.
pub(super) fn all(viewer: &Viewer) -> Vec<SelectStatement> {
    let mut all = Vec::new();
    if viewer.holds(PlatformRole::Broker) {
        all.extend([unapproved(viewer), disputed(viewer), stuck(viewer)]);
    }
    if viewer.holds(PlatformRole::Moderator) {
        all.push(reports());
    }
    all
}

/// Such matches of others: nobody decides about their own.
fn of_others(viewer: &Viewer, such: Condition) -> SelectStatement {
    let own: Vec<Uuid> = viewer.organisations().collect();
    Query::select()
        .from(matching::Entity)
        .cond_where(such)
        .and_where(OffererId.is_not_in(own.clone()))
        .and_where(RequesterId.is_not_in(own))
        .to_owned()
}

/// Matches that nobody can accept before a broker approves them.
fn unapproved(viewer: &Viewer) -> SelectStatement {
    Select::new(TaskKind::ApproveMatch, matched(Id), matched(CreatedAt))
        .due(matched(AnswerBy))
        .query(of_others(viewer, search::unapproved(viewer)))
}

/// Matches whose sides do not agree.
fn disputed(viewer: &Viewer) -> SelectStatement {
    let disputed = Condition::all().add(State.eq(MatchState::Disputed));
    Select::new(TaskKind::ResolveDispute, matched(Id), matched(UpdatedAt))
        .query(of_others(viewer, disputed))
}

/// Matches of which nothing was heard for long, disputes aside.
fn stuck(viewer: &Viewer) -> SelectStatement {
    let stuck = jobs::stuck(viewer).add(State.ne(MatchState::Disputed));
    Select::new(TaskKind::LookAfterMatch, matched(Id), matched(UpdatedAt))
        .query(of_others(viewer, stuck))
}

/// Reports on which nobody has decided.
fn reports() -> SelectStatement {
    use message_report::{Column, Entity};

    let open = Query::select()
        .from(Entity)
        .and_where(Column::State.eq(MessageReportState::Open))
        .to_owned();
    let (id, at) = (Expr::col(Column::Id), Expr::col(Column::CreatedAt));
    Select::new(TaskKind::DecideReport, id, at).query(open)
}
