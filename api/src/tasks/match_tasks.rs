//! Tasks in matches, for editors of the organisations of either side.

use entity::{
    fulfilment::{self, FulfilmentState},
    listing, match_terms,
    matching::{self, MatchSide, MatchState},
    membership::MembershipRole,
    resource_type::LendingMode,
    thanks,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, JoinType, Query, SelectStatement, SimpleExpr},
};

use super::{
    rules::TaskKind,
    sources::{Select, editing, either},
};
use crate::{
    kit::Viewer,
    matches::{rules, search},
};

/// Time without a step after which both sides of an agreed match without an end date are asked to record the delivery.
const QUIET: chrono::Duration = chrono::Duration::days(14);

/// Returns the queries for all tasks of editors in matches of their organisations.
pub(super) fn all(viewer: &Viewer) -> [SelectStatement; 6] {
    [
        proposals(viewer),
        amendments(viewer),
        silent(viewer),
        claims(viewer),
        loans(viewer),
        praise(viewer),
    ]
}

pub(super) fn matched(column: matching::Column) -> SimpleExpr {
    Expr::col((matching::Entity, column))
}

fn from_matches() -> SelectStatement {
    Query::select().from(matching::Entity).to_owned()
}

/// Selects matches with the terms in force.
fn with_terms() -> SelectStatement {
    use match_terms::{Column, Entity};

    let in_force = Condition::all()
        .add(Expr::col((Entity, Column::MatchId)).equals((matching::Entity, matching::Column::Id)))
        .add(
            Expr::col((Entity, Column::Version))
                .equals((matching::Entity, matching::Column::AgreedVersion)),
        );
    from_matches()
        .join(JoinType::InnerJoin, Entity, in_force)
        .to_owned()
}

/// Expression for the organisation that has to answer.
fn whose_turn() -> SimpleExpr {
    let offerers = Condition::all().add(matching::Column::Turn.eq(MatchSide::Offerer));
    let (offerer, requester) = (
        matched(matching::Column::OffererId),
        matched(matching::Column::RequesterId),
    );
    either(offerers, offerer, requester)
}

fn in_states(states: impl IntoIterator<Item = MatchState>) -> Condition {
    Condition::all().add(matching::Column::State.is_in(states))
}

/// Proposals that the viewer has to answer.
fn proposals(viewer: &Viewer) -> SelectStatement {
    let (id, at) = (matching::Column::Id, matching::Column::UpdatedAt);
    let waits = search::waiting_for(viewer, MembershipRole::Editor).add(in_states(rules::OPEN));
    Select::new(TaskKind::AnswerProposal, matched(id), matched(at))
        .due(matched(matching::Column::AnswerBy))
        .of(whose_turn())
        .query(from_matches().cond_where(waits).to_owned())
}

/// Amendments of agreed terms that the viewer has to answer.
fn amendments(viewer: &Viewer) -> SelectStatement {
    let agreed = in_states([MatchState::Accepted, MatchState::InDelivery]);
    let waits = search::waiting_for(viewer, MembershipRole::Editor).add(agreed);
    let (id, at) = (matching::Column::Id, matching::Column::UpdatedAt);
    Select::new(TaskKind::AnswerAmendment, matched(id), matched(at))
        .due(matched(matching::Column::AnswerBy))
        .of(whose_turn())
        .query(from_matches().cond_where(waits).to_owned())
}

/// Agreed matches without a recorded delivery, unless one side still has to answer an amendment.
fn silent(viewer: &Viewer) -> SelectStatement {
    use matching::Column::{AnswerBy, Id, OffererId, RequesterId, Turn, UpdatedAt};

    let own = editing(viewer);
    let mine = Condition::any()
        .add(OffererId.is_in(own.clone()))
        .add(RequesterId.is_in(own.clone()));
    // With an end date in the terms, the task begins after it; without one, after a time without any step.
    let unheard = Condition::all()
        .add(match_terms::Column::UntilDate.is_null())
        .add(UpdatedAt.lte(viewer.now - QUIET));
    let late = Condition::any()
        .add(match_terms::Column::UntilDate.lt(viewer.today()))
        .add(unheard);
    let quiet = Condition::any()
        .add(Turn.is_null())
        .add(AnswerBy.lte(viewer.now));
    let claimed = Query::select()
        .column(fulfilment::Column::MatchId)
        .from(fulfilment::Entity)
        .and_where(fulfilment::Column::State.eq(FulfilmentState::Claimed))
        .to_owned();
    let from = with_terms()
        .cond_where(in_states([MatchState::Accepted, MatchState::InDelivery]))
        .cond_where(mine)
        .cond_where(late)
        .cond_where(quiet)
        .and_where(Id.not_in_subquery(claimed))
        .to_owned();
    let offers = Condition::all().add(OffererId.is_in(own));
    Select::new(TaskKind::RecordDelivery, matched(Id), matched(UpdatedAt))
        .on(Expr::col((
            match_terms::Entity,
            match_terms::Column::UntilDate,
        )))
        .of(either(offers, matched(OffererId), matched(RequesterId)))
        .query(from)
}

/// Expression for the organisation of the other side, which has to answer.
fn other_than(side: impl ColumnTrait) -> SimpleExpr {
    let offerers = Condition::all().add(side.eq(MatchSide::Offerer));
    let (offerer, requester) = (
        matched(matching::Column::OffererId),
        matched(matching::Column::RequesterId),
    );
    either(offerers, requester, offerer)
}

/// Deliveries that the other side recorded and the viewer has to confirm.
fn claims(viewer: &Viewer) -> SelectStatement {
    use fulfilment::{Column, Entity};

    let whole =
        Expr::col((matching::Entity, matching::Column::Id)).equals((Entity, Column::MatchId));
    let from = Query::select()
        .from(Entity)
        .join(JoinType::InnerJoin, matching::Entity, whole)
        .and_where(Column::State.eq(FulfilmentState::Claimed))
        .cond_where(in_states([
            MatchState::InDelivery,
            MatchState::AwaitingConfirmation,
        ]))
        .and_where(other_than(Column::Side).is_in(editing(viewer)))
        .to_owned();
    let (id, at) = (
        Expr::col((Entity, Column::Id)),
        Expr::col((Entity, Column::CreatedAt)),
    );
    Select::new(TaskKind::ConfirmDelivery, id, at)
        .of(other_than(Column::Side))
        .query(from)
}

/// Loans whose last day has passed and that are not marked as returned.
fn loans(viewer: &Viewer) -> SelectStatement {
    use matching::Column::{
        Id, OfferAllocated, OfferId, OffererId, RequestId, ReturnedAt, UpdatedAt,
    };

    let lent = Condition::any()
        .add(listing::Column::LendingMode.eq(LendingMode::Lend))
        .add(listing::Column::LendingMode.eq(LendingMode::Share));
    let such = |column: matching::Column, mode: Condition| {
        let listings = Query::select()
            .column((listing::Entity, listing::Column::Id))
            .from(listing::Entity)
            .cond_where(mode)
            .to_owned();
        column.in_subquery(listings)
    };
    let silent = Condition::all().add(listing::Column::LendingMode.is_null());
    let a_loan = Condition::any().add(such(OfferId, lent.clone())).add(
        Condition::all()
            .add(such(OfferId, silent))
            .add(such(RequestId, lent)),
    );
    let from = with_terms()
        .cond_where(in_states([
            MatchState::Fulfilled,
            MatchState::Resolved,
            MatchState::Cancelled,
        ]))
        .and_where(OffererId.is_in(editing(viewer)))
        .and_where(ReturnedAt.is_null())
        .and_where(OfferAllocated.gt(0))
        .and_where(match_terms::Column::UntilDate.lt(viewer.today()))
        .cond_where(a_loan)
        .to_owned();
    Select::new(TaskKind::MarkReturned, matched(Id), matched(UpdatedAt))
        .on(Expr::col((
            match_terms::Entity,
            match_terms::Column::UntilDate,
        )))
        .of(matched(OffererId))
        .query(from)
}

/// Thanks that their author offers for publication, and whose recipient has not consented yet.
fn praise(viewer: &Viewer) -> SelectStatement {
    use thanks::{Column, Entity};

    let whole =
        Expr::col((matching::Entity, matching::Column::Id)).equals((Entity, Column::MatchId));
    let from = Query::select()
        .from(Entity)
        .join(JoinType::InnerJoin, matching::Entity, whole)
        .and_where(Column::OfferedToPublic.eq(true))
        .and_where(Column::ConsentedAt.is_null())
        .and_where(other_than(Column::Side).is_in(editing(viewer)))
        .to_owned();
    let (id, at) = (
        Expr::col((Entity, Column::Id)),
        Expr::col((Entity, Column::CreatedAt)),
    );
    Select::new(TaskKind::PublishThanks, id, at)
        .of(other_than(Column::Side))
        .query(from)
}
