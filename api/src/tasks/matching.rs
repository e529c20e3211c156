//! What waits in matches: for the two sides, and for brokers.

use entity::{
    fulfilment::{self, FulfilmentState},
    listing, match_terms,
    matching::{self, Column, MatchSide, MatchState},
    membership::MembershipRole,
    resource_type::LendingMode,
    thanks,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    rules::{TaskKind, Waiting},
    service::MOST,
};
use crate::{
    kit::{Error, Id, Resource, Viewer},
    matches::{self, rules as moves, search},
};

/// After how long without a step a delivery is asked for, where no last day was agreed.
const DELIVER_WITHIN: chrono::Duration = chrono::Duration::days(14);

/// The organisations for which the viewer negotiates and delivers.
fn own(viewer: &Viewer) -> Vec<Uuid> {
    let editor = |id: &Uuid| viewer.at_least(*id, MembershipRole::Editor);
    viewer.organisations().filter(editor).collect()
}

/// The side of a match on which the viewer acts.
fn side(viewer: &Viewer, row: &matching::Model) -> Option<MatchSide> {
    moves::sides(viewer, row, MembershipRole::Editor).next()
}

fn task(kind: TaskKind, row: &matching::Model, side: Option<MatchSide>) -> Waiting {
    Waiting {
        kind,
        subject: Id::<matching::Entity>::new(row.id).to_string(),
        organisation: side.map(|side| moves::organisation(row, side)),
        since: row.updated_at,
        due: None,
    }
}

async fn found(
    conn: &impl ConnectionTrait,
    condition: Condition,
) -> Result<Vec<matching::Model>, Error> {
    Ok(matching::Entity::find()
        .filter(condition)
        .order_by_asc(Column::UpdatedAt)
        .limit(MOST)
        .all(conn)
        .await?)
}

/// Terms that wait for an answer of the viewer's.
pub async fn answers(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let condition = search::waiting_for(viewer, MembershipRole::Editor)
        .add(Column::State.ne(MatchState::AwaitingConfirmation));
    let rows = found(conn, condition).await?;
    let tasks = rows.iter().map(|row| {
        let kind = if moves::OPEN.contains(&row.state) {
            TaskKind::AnswerProposal
        } else {
            TaskKind::AnswerAmendment
        };
        Waiting {
            due: Some(row.answer_by),
            ..task(kind, row, row.turn)
        }
    });
    Ok(tasks.collect())
}

/// Deliveries that the other side recorded.
pub async fn claims(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let own = own(viewer);
    let other = |by: MatchSide, answering: Column| {
        Condition::all()
            .add(fulfilment::Column::Side.eq(by))
            .add(answering.is_in(own.clone()))
    };
    let rows = fulfilment::Entity::find()
        .find_also_related(matching::Entity)
        .filter(fulfilment::Column::State.eq(FulfilmentState::Claimed))
        .filter(Column::State.is_in([MatchState::InDelivery, MatchState::AwaitingConfirmation]))
        .filter(
            Condition::any()
                .add(other(MatchSide::Offerer, Column::RequesterId))
                .add(other(MatchSide::Requester, Column::OffererId)),
        )
        .order_by_asc(fulfilment::Column::CreatedAt)
        .limit(MOST)
        .all(conn)
        .await?;
    let tasks = rows.into_iter().filter_map(|(part, row)| {
        let side = moves::other(part.side);
        Some(Waiting {
            subject: Id::<fulfilment::Entity>::new(part.id).to_string(),
            since: part.created_at,
            ..task(TaskKind::ConfirmDelivery, &row?, Some(side))
        })
    });
    Ok(tasks.collect())
}

/// Matches in which a delivery is late, and loans that should be back.
pub async fn late(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let own = own(viewer);
    let of_own = Condition::any()
        .add(Column::OffererId.is_in(own.clone()))
        .add(Column::RequesterId.is_in(own.clone()));
    let untouched = Condition::all()
        .add(Column::UpdatedAt.lte(viewer.now - DELIVER_WITHIN))
        .add(Column::Id.not_in_subquery(last_day(viewer, false)));
    let overdue = Condition::any()
        .add(Column::Id.in_subquery(last_day(viewer, true)))
        .add(untouched);
    let undelivered = Condition::all()
        .add(Column::State.is_in([MatchState::Accepted, MatchState::InDelivery]))
        .add(of_own)
        .add(overdue);
    let lent = Query::select()
        .column(listing::Column::Id)
        .from(listing::Entity)
        .and_where(listing::Column::LendingMode.is_in([LendingMode::Lend, LendingMode::Share]))
        .to_owned();
    let out = Condition::all()
        .add(Column::State.is_in([
            MatchState::Fulfilled,
            MatchState::Resolved,
            MatchState::Cancelled,
        ]))
        .add(Column::OffererId.is_in(own))
        .add(Column::ReturnedAt.is_null())
        .add(Column::OfferAllocated.gt(0))
        .add(Column::OfferId.in_subquery(lent))
        .add(Column::Id.in_subquery(last_day(viewer, true)));
    let rows = found(conn, Condition::any().add(undelivered).add(out)).await?;
    let tasks = rows.iter().map(|row| match row.state {
        MatchState::Accepted | MatchState::InDelivery => {
            task(TaskKind::RecordDelivery, row, side(viewer, row))
        }
        _ => task(TaskKind::MarkReturned, row, Some(MatchSide::Offerer)),
    });
    Ok(tasks.collect())
}

/// Matches whose agreed last day has passed, or that have one at all.
fn last_day(viewer: &Viewer, passed: bool) -> SelectStatement {
    let in_force = Expr::col((match_terms::Entity, match_terms::Column::Version))
        .equals((matching::Entity, Column::AgreedVersion));
    let mut terms = Query::select()
        .column(match_terms::Column::MatchId)
        .from(match_terms::Entity)
        .and_where(
            Expr::col((match_terms::Entity, match_terms::Column::MatchId))
                .equals((matching::Entity, Column::Id)),
        )
        .and_where(in_force)
        .and_where(match_terms::Column::UntilDate.is_not_null())
        .to_owned();
    if passed {
        terms.and_where(match_terms::Column::UntilDate.lt(viewer.today()));
    }
    terms
}

/// Thanks that everybody may read, if the viewer's organisation agrees.
pub async fn praise(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let own = own(viewer);
    let of = |by: MatchSide, thanked: Column| {
        Condition::all()
            .add(thanks::Column::Side.eq(by))
            .add(thanked.is_in(own.clone()))
    };
    let rows = thanks::Entity::find()
        .find_also_related(matching::Entity)
        .filter(thanks::Column::OfferedToPublic.eq(true))
        .filter(thanks::Column::ConsentedAt.is_null())
        .filter(
            Condition::any()
                .add(of(MatchSide::Offerer, Column::RequesterId))
                .add(of(MatchSide::Requester, Column::OffererId)),
        )
        .order_by_asc(thanks::Column::CreatedAt)
        .limit(MOST)
        .all(conn)
        .await?;
    let tasks = rows.into_iter().filter_map(|(said, row)| {
        let side = moves::other(said.side);
        Some(Waiting {
            subject: Id::<thanks::Entity>::new(said.id).to_string(),
            since: said.created_at,
            ..task(TaskKind::PublishThanks, &row?, Some(side))
        })
    });
    Ok(tasks.collect())
}

/// What waits for brokers.
pub async fn brokers(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let disputed = Column::State.eq(MatchState::Disputed);
    let condition = Condition::any()
        .add(search::unapproved(viewer))
        .add(disputed)
        .add(matches::jobs::stuck(viewer));
    let seen = matching::Entity::visible_to(viewer);
    let rows = found(conn, Condition::all().add(seen).add(condition)).await?;
    let tasks = rows.iter().map(|row| {
        let kind = match row.state {
            MatchState::Disputed => TaskKind::ResolveDispute,
            state if moves::OPEN.contains(&state) => TaskKind::ApproveMatch,
            _ => TaskKind::LookAfterMatch,
        };
        let due = (kind == TaskKind::ApproveMatch).then_some(row.answer_by);
        Waiting {
            due,
            ..task(kind, row, None)
        }
    });
    Ok(tasks.collect())
}
