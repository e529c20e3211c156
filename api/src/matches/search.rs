//! Search for matches: the viewer's own, or all matches for staff, most recently changed first.

use entity::{
    matching::{self, Column, Entity, MatchSide, MatchState},
    membership::MembershipRole,
    organisation::{self, VerificationStatus},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{jobs, rules};
use crate::kit::{
    Error, Resource, Viewer,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// Filter for matches. An empty field does not filter.
#[derive(Debug, Default)]
pub struct Filter {
    /// Matches in one of these states at this moment.
    pub states: Vec<MatchState>,
    /// Matches with this organisation on one side.
    pub organisation: Option<Uuid>,
    /// Matches of this listing.
    pub listing: Option<Uuid>,
    /// Matches that wait for an answer of the viewer's organisations.
    pub waits_for_me: bool,
    /// Matches that wait for a broker's approval.
    pub needs_approval: bool,
    /// Agreed matches without a step for [`rules::STUCK_AFTER`].
    pub stuck: bool,
}

/// Returns a page of the visible matches that pass the filter, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    filter: Filter,
    args: &PageArgs,
) -> Result<(Slice<matching::Model>, SelectStatement), Error> {
    let query = Entity::find()
        .filter(Entity::visible_to(viewer))
        .filter(condition(viewer, filter)?)
        .into_query();
    Ok((
        page::slice(conn, query.clone(), &latest(), args, page::whole).await?,
        query,
    ))
}

/// Returns the match with a reference, if the viewer may see it.
pub async fn by_reference(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    reference: &str,
) -> Result<Option<matching::Model>, Error> {
    let reference = reference.trim().to_uppercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !reference.bytes().all(plain) {
        return Ok(None);
    }
    Ok(Entity::find()
        .filter(Column::Reference.eq(reference))
        .filter(Entity::visible_to(viewer))
        .one(conn)
        .await?)
}

/// Order by the last change, newest first.
#[must_use]
pub fn latest() -> Order {
    Order {
        tag: "matches:latest".into(),
        by: Expr::col(Column::UpdatedAt),
        kind: KeyKind::Time,
        id: Expr::col(Column::Id),
        descending: true,
    }
}

fn condition(viewer: &Viewer, filter: Filter) -> Result<Condition, Error> {
    let Filter {
        states,
        organisation,
        listing,
        waits_for_me,
        needs_approval,
        stuck,
    } = filter;
    let mut all = Condition::all();
    if states.len() > 12 {
        return Err(Error::BadInput(
            "filter.states",
            "send each state once at most".into(),
        ));
    }
    if !states.is_empty() {
        all = all.add(in_states(viewer, &states));
    }
    if let Some(id) = organisation {
        all = all.add(Column::OffererId.eq(id).or(Column::RequesterId.eq(id)));
    }
    if let Some(id) = listing {
        all = all.add(Column::OfferId.eq(id).or(Column::RequestId.eq(id)));
    }
    if waits_for_me {
        all = all.add(waiting_for(viewer, MembershipRole::Editor));
    }
    if needs_approval {
        all = all.add(unapproved(viewer));
    }
    if stuck {
        all = all.add(jobs::stuck(viewer));
    }
    Ok(all)
}

/// Condition for matches whose terms are waiting for an answer.
#[must_use]
pub fn open(viewer: &Viewer) -> Condition {
    Condition::all()
        .add(Column::State.is_in(rules::OPEN))
        .add(Column::AnswerBy.gt(viewer.now))
}

fn in_states(viewer: &Viewer, states: &[MatchState]) -> Condition {
    states.iter().fold(Condition::any(), |any, state| {
        let stands = Column::State.eq(*state);
        match state {
            MatchState::Lapsed => {
                let unanswered = Condition::all()
                    .add(Column::State.is_in(rules::OPEN))
                    .add(Column::AnswerBy.lte(viewer.now));
                any.add(stands).add(unanswered)
            }
            state if rules::OPEN.contains(state) => {
                any.add(stands.and(Column::AnswerBy.gt(viewer.now)))
            }
            _ => any.add(stands),
        }
    })
}

/// Condition for matches in which the viewer's organisations have to answer: terms, a pending amendment or a delivery.
#[must_use]
pub fn waiting_for(viewer: &Viewer, role: MembershipRole) -> Condition {
    let own: Vec<Uuid> = viewer
        .organisations()
        .filter(|id| viewer.at_least(*id, role))
        .collect();
    let turn =
        |side: MatchSide, column: Column| Column::Turn.eq(side).and(column.is_in(own.clone()));
    let asked = Condition::any()
        .add(Column::AnswerBy.gt(viewer.now).and(Column::State.is_in([
            MatchState::Proposed,
            MatchState::Countered,
            MatchState::Accepted,
            MatchState::InDelivery,
        ])))
        .add(Column::State.eq(MatchState::AwaitingConfirmation));
    Condition::all().add(asked).add(
        Condition::any()
            .add(turn(MatchSide::Offerer, Column::OffererId))
            .add(turn(MatchSide::Requester, Column::RequesterId)),
    )
}

/// Condition for matches with an unverified organisation whose open terms, or whose pending change to the terms, no broker
/// has approved.
#[must_use]
pub fn unapproved(viewer: &Viewer) -> Condition {
    let unverified = |column: Column| -> SimpleExpr {
        let organisations = Query::select()
            .column(organisation::Column::Id)
            .from(organisation::Entity)
            .and_where(organisation::Column::Verification.ne(VerificationStatus::Verified))
            .to_owned();
        column.in_subquery(organisations)
    };
    let approved =
        Expr::col((Entity, Column::ApprovedVersion)).equals((Entity, Column::TermsVersion));
    let not_approved = Condition::any()
        .add(Column::ApprovedVersion.is_null())
        .add(approved.not());
    let pending = Condition::all()
        .add(Column::State.is_in(rules::AMENDABLE.iter().copied()))
        .add(Column::Turn.is_not_null())
        .add(Column::AnswerBy.gt(viewer.now));
    let waiting = Condition::any().add(open(viewer)).add(pending);
    Condition::all().add(waiting).add(not_approved).add(
        Condition::any()
            .add(unverified(Column::OffererId))
            .add(unverified(Column::RequesterId)),
    )
}
