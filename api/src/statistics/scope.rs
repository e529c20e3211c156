//! SQL conditions for the listings and matches that are counted.

use entity::{
    event,
    listing::{self, Audience, Column, ListingState},
    listing_event,
    match_step::{self, DisputeOutcome},
    match_terms,
    matching::{self, MatchSide},
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use super::rules::{Raised, Whose};

/// Condition: the listing is public.
fn public() -> SimpleExpr {
    Column::Audience.eq(Audience::Public)
}

/// Condition for the listings that are counted. Excludes those that were created only to answer another listing.
pub(super) fn listings(whose: Whose) -> Condition {
    use matching::Column as Match;

    let made = |side: MatchSide, own: Match| {
        let own = Expr::col((matching::Entity, own)).equals((listing::Entity, Column::Id));
        Match::ListingMadeBy.eq(side).and(own)
    };
    let answers = Query::select()
        .expr(Expr::cust("1"))
        .from(matching::Entity)
        .cond_where(
            Condition::any()
                .add(made(MatchSide::Offerer, Match::OfferId))
                .add(made(MatchSide::Requester, Match::RequestId)),
        )
        .to_owned();
    let own = Condition::all().add(Expr::exists(answers).not());
    match whose {
        Whose::Everybody => own,
        Whose::Organisation(id) => own.add(Column::OrganisationId.eq(id)),
        Whose::Public => own
            .add(public())
            .add(Column::State.ne(ListingState::Paused)),
    }
}

/// Condition for the matches that are counted, joined with their request.
pub(super) fn matches(whose: Whose) -> Condition {
    use matching::Column as Match;

    match whose {
        Whose::Everybody => Condition::all(),
        Whose::Organisation(id) => Condition::any()
            .add(Match::OffererId.eq(id))
            .add(Match::RequesterId.eq(id)),
        Whose::Public => {
            let offers = Query::select()
                .column(Column::Id)
                .from(listing::Entity)
                .and_where(public())
                .to_owned();
            let made = |side| Match::ListingMadeBy.eq(side);
            Condition::all()
                .add(
                    Condition::any()
                        .add(public())
                        .add(made(MatchSide::Requester)),
                )
                .add(
                    Condition::any()
                        .add(Match::OfferId.in_subquery(offers))
                        .add(made(MatchSide::Offerer)),
                )
        }
    }
}

/// Selects the listings that were raised at an event or a series.
fn raised(at: Raised) -> SelectStatement {
    let of = match at {
        Raised::At(event) => listing_event::Column::EventId.eq(event),
        Raised::AtAnyOf(series) => {
            let events = Query::select()
                .column(event::Column::Id)
                .from(event::Entity)
                .and_where(event::Column::SeriesId.eq(series))
                .to_owned();
            listing_event::Column::EventId.in_subquery(events)
        }
    };
    Query::select()
        .column(listing_event::Column::ListingId)
        .from(listing_event::Entity)
        .and_where(of)
        .to_owned()
}

/// Condition: the listing was raised there; `None` without such a restriction.
pub(super) fn listing_raised(at: Option<Raised>) -> Option<SimpleExpr> {
    at.map(|at| Column::Id.in_subquery(raised(at)))
}

/// Condition: the offer or the request of the match was raised there; `None` without such a restriction.
pub(super) fn match_raised(at: Option<Raised>) -> Option<SimpleExpr> {
    use matching::Column as Match;

    at.map(|at| {
        let offer = Match::OfferId.in_subquery(raised(at));
        offer.or(Match::RequestId.in_subquery(raised(at)))
    })
}

/// Condition: a delivery took place, either with a counted quantity, or by decision of a broker on terms without a
/// quantity.
pub(super) fn something_delivered() -> Condition {
    use match_step::Column as Step;

    let of_this = Expr::col((match_step::Entity, Step::MatchId))
        .equals((matching::Entity, matching::Column::Id));
    let told = [DisputeOutcome::ConfirmedAsClaimed, DisputeOutcome::Adjusted];
    let decided = Query::select()
        .expr(Expr::cust("1"))
        .from(match_step::Entity)
        .and_where(of_this)
        .and_where(Step::Outcome.is_in(told))
        .to_owned();
    let uncounted = match_terms::Column::Quantity
        .is_null()
        .and(Expr::exists(decided));
    Condition::any()
        .add(matching::Column::Delivered.gt(0))
        .add(uncounted)
}
