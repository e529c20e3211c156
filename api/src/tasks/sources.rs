//! Where the tasks of an organisation's members come from: one query for each kind, all with the same columns.

use entity::{
    conversation,
    fulfilment::{self, FulfilmentState},
    listing::{self, ExpiryPolicy},
    match_terms,
    matching::{self, MatchSide, MatchState},
    membership::{self, MembershipRole, MembershipState},
    registration::{self, RegistrationState},
    resource_type::LendingMode,
    thanks,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{CaseStatement, Expr, JoinType, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::rules::TaskKind;
use crate::{
    conversations,
    kit::Viewer,
    listings,
    matches::{rules, search},
};

/// After how long without a step the two sides of an agreed match are asked what was delivered.
const QUIET: chrono::Duration = chrono::Duration::days(14);

/// A task as a statement gives it.
pub(super) struct Select {
    /// What is to be done.
    pub kind: TaskKind,
    /// The id of what it is about.
    pub subject: SimpleExpr,
    /// Since when it waits.
    pub since: SimpleExpr,
    /// The instant until which it can be done, if there is one.
    pub due: Option<SimpleExpr>,
    /// The day until which it should have been done, if there is one.
    pub day: Option<SimpleExpr>,
    /// For which organisation, if for one.
    pub organisation: Option<SimpleExpr>,
}

impl Select {
    pub(super) fn new(kind: TaskKind, subject: SimpleExpr, since: SimpleExpr) -> Self {
        Self {
            kind,
            subject,
            since,
            due: None,
            day: None,
            organisation: None,
        }
    }

    pub(super) fn due(self, due: SimpleExpr) -> Self {
        Self {
            due: Some(due),
            ..self
        }
    }

    fn on(self, day: SimpleExpr) -> Self {
        Self {
            day: Some(day),
            ..self
        }
    }

    fn of(self, organisation: SimpleExpr) -> Self {
        Self {
            organisation: Some(organisation),
            ..self
        }
    }

    /// The query, from what has the rows.
    pub(super) fn query(self, mut from: SelectStatement) -> SelectStatement {
        let Self {
            kind,
            subject,
            since,
            due,
            day,
            organisation,
        } = self;
        // Written literally: all parts of a union must be of one type.
        let or_null = |value: Option<SimpleExpr>, null: &'static str| {
            value.unwrap_or_else(|| Expr::cust(null))
        };
        from.expr_as(Expr::cust((kind as i32).to_string()), "kind")
            .expr_as(subject, "id")
            .expr_as(since, "since")
            .expr_as(or_null(due, "CAST(NULL AS timestamptz)"), "due")
            .expr_as(or_null(day, "CAST(NULL AS date)"), "day")
            .expr_as(
                or_null(organisation, "CAST(NULL AS uuid)"),
                "organisation_id",
            );
        from
    }
}

/// Everything that waits for the viewer as a member of organisations.
pub(super) fn all(viewer: &Viewer) -> Vec<SelectStatement> {
    let mut all = vec![conversations(viewer)];
    all.extend(viewer.person_id().map(|me| places(viewer, me)));
    if !of_role(viewer, MembershipRole::Editor).is_empty() {
        all.extend([
            proposals(viewer),
            amendments(viewer),
            silent(viewer),
            claims(viewer),
            loans(viewer),
            praise(viewer),
            expiring(viewer),
            unconfirmed(viewer),
        ]);
    }
    if !of_role(viewer, MembershipRole::Manager).is_empty() {
        all.push(applications(viewer));
    }
    all
}

/// The organisations in which the viewer has at least a role.
fn of_role(viewer: &Viewer, role: MembershipRole) -> Vec<Uuid> {
    viewer
        .organisations()
        .filter(|id| viewer.at_least(*id, role))
        .collect()
}

fn editing(viewer: &Viewer) -> Vec<Uuid> {
    of_role(viewer, MembershipRole::Editor)
}

pub(super) fn matched(column: matching::Column) -> SimpleExpr {
    Expr::col((matching::Entity, column))
}

fn from_matches() -> SelectStatement {
    Query::select().from(matching::Entity).to_owned()
}

/// A match with the terms in force.
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

/// One organisation where something holds, the other where it does not.
fn either(holds: impl Into<Condition>, one: SimpleExpr, other: SimpleExpr) -> SimpleExpr {
    CaseStatement::new()
        .case(holds.into(), one)
        .finally(other)
        .into()
}

/// The organisation whose turn it is.
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

/// Terms to answer.
fn proposals(viewer: &Viewer) -> SelectStatement {
    let (id, at) = (matching::Column::Id, matching::Column::UpdatedAt);
    let waits = search::waiting_for(viewer, MembershipRole::Editor).add(in_states(rules::OPEN));
    Select::new(TaskKind::AnswerProposal, matched(id), matched(at))
        .due(matched(matching::Column::AnswerBy))
        .of(whose_turn())
        .query(from_matches().cond_where(waits).to_owned())
}

/// Changes of what was agreed to answer.
fn amendments(viewer: &Viewer) -> SelectStatement {
    let agreed = in_states([MatchState::Accepted, MatchState::InDelivery]);
    let waits = search::waiting_for(viewer, MembershipRole::Editor).add(agreed);
    let (id, at) = (matching::Column::Id, matching::Column::UpdatedAt);
    Select::new(TaskKind::AnswerAmendment, matched(id), matched(at))
        .due(matched(matching::Column::AnswerBy))
        .of(whose_turn())
        .query(from_matches().cond_where(waits).to_owned())
}

/// Agreed matches of which nobody has said that they were delivered; while nobody waits for an answer.
fn silent(viewer: &Viewer) -> SelectStatement {
    use matching::Column::{AnswerBy, Id, OffererId, RequesterId, Turn, UpdatedAt};

    let own = editing(viewer);
    let mine = Condition::any()
        .add(OffererId.is_in(own.clone()))
        .add(RequesterId.is_in(own.clone()));
    // Whoever agreed on a day is asked after it; whoever agreed on none, when it has been quiet for long.
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

/// Something that one side said, to be answered by the other: from its side, the other side's organisation.
fn other_than(side: impl ColumnTrait) -> SimpleExpr {
    let offerers = Condition::all().add(side.eq(MatchSide::Offerer));
    let (offerer, requester) = (
        matched(matching::Column::OffererId),
        matched(matching::Column::RequesterId),
    );
    either(offerers, requester, offerer)
}

/// Deliveries that the other side recorded.
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

/// What was lent until a day that has passed.
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

/// Thanks that whoever wrote them would let everybody read.
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

/// Conversations with something unread, of organisations for which the viewer may answer.
fn conversations(viewer: &Viewer) -> SelectStatement {
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
        .cond_where(conversations::search::unread(viewer))
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

/// Places that are held for the viewer until they answer.
fn places(viewer: &Viewer, me: Uuid) -> SelectStatement {
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

/// People who ask to join.
fn applications(viewer: &Viewer) -> SelectStatement {
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

fn published(viewer: &Viewer, policy: ExpiryPolicy) -> SelectStatement {
    use listing::{
        Column::{ExpiryPolicy, OrganisationId},
        Entity,
    };

    Query::select()
        .from(Entity)
        .cond_where(listings::live(viewer))
        .and_where(ExpiryPolicy.eq(policy))
        .and_where(OrganisationId.is_in(editing(viewer)))
        .to_owned()
}

/// Listings that expire soon, where more time is all that they need.
fn expiring(viewer: &Viewer) -> SelectStatement {
    use listing::Column::{ClosesAt, ExpiresAt, Id, OrganisationId, UpdatedAt};

    let soon = ExpiresAt.lte(viewer.now + listings::rules::REMIND_BEFORE);
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

/// Standing listings that nobody has confirmed for long.
fn unconfirmed(viewer: &Viewer) -> SelectStatement {
    use listing::Column::{ConfirmedAt, Id, OrganisationId};

    let long_ago = ConfirmedAt.lte(viewer.now - listings::rules::CONFIRM_EVERY);
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
