//! Sources of statistics: listings, agreements, deliveries and decisions, each with the day on which it counts.

use entity::{
    fulfilment::{self, FulfilmentState},
    listing::{self, Column},
    match_terms,
    matching::{self, MatchState},
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use super::{
    grouping::{self, Day, column},
    scope,
    search::StatisticsQuestion,
};

/// Selects listings, by the time of their first publication.
pub(super) fn listed(asked: &StatisticsQuestion) -> (SelectStatement, Day) {
    let at = column(listing::Entity, Column::FirstPublishedAt);
    let of = column(listing::Entity, Column::OrganisationId);
    let query = Query::select()
        .from(listing::Entity)
        .expr_as(column(listing::Entity, Column::Kind), "figure")
        .expr_as(column(listing::Entity, Column::Unit), "counted_in")
        .expr_as(of.clone(), "one")
        .expr_as(of, "other")
        .expr_as(
            grouping::total(column(listing::Entity, Column::Quantity)),
            "total",
        )
        .cond_where(asked.during(at.clone()))
        .cond_where(scope::listings(asked.whose))
        .cond_where(Condition::all().add_option(scope::listing_raised(asked.raised)))
        .to_owned();
    (query, Day::Instant(at))
}

/// Selects matches with the terms in force, joined with their request, by which they are grouped.
fn matched(
    asked: &StatisticsQuestion,
    figure: SimpleExpr,
    quantity: SimpleExpr,
) -> SelectStatement {
    let terms = |column: match_terms::Column| grouping::column(match_terms::Entity, column);
    let own = |column: matching::Column| grouping::column(matching::Entity, column);
    let of_this = terms(match_terms::Column::MatchId).eq(own(matching::Column::Id));
    let in_force = terms(match_terms::Column::Version).eq(own(matching::Column::AgreedVersion));
    let filed = column(listing::Entity, Column::Id).eq(own(matching::Column::RequestId));
    Query::select()
        .from(matching::Entity)
        .inner_join(match_terms::Entity, of_this.and(in_force))
        .inner_join(listing::Entity, filed)
        .expr_as(figure, "figure")
        .expr_as(terms(match_terms::Column::Unit), "counted_in")
        .expr_as(own(matching::Column::OffererId), "one")
        .expr_as(own(matching::Column::RequesterId), "other")
        .expr_as(grouping::total(quantity), "total")
        .cond_where(scope::matches(asked.whose))
        .cond_where(Condition::all().add_option(scope::match_raised(asked.raised)))
        .to_owned()
}

/// Selects agreed matches, by the time of the agreement.
pub(super) fn agreed(asked: &StatisticsQuestion) -> (SelectStatement, Day) {
    let at = column(matching::Entity, matching::Column::AgreedAt);
    let quantity = column(match_terms::Entity, match_terms::Column::Quantity);
    let mut query = matched(asked, Expr::cust("'AGREED'"), quantity);
    query.cond_where(asked.during(at.clone()));
    (query, Day::Instant(at))
}

/// Selects deliveries, by their local day. Excludes matches that a broker decided.
pub(super) fn delivered(asked: &StatisticsQuestion) -> (SelectStatement, Day) {
    use fulfilment::Column as Part;
    let part = |column: Part| grouping::column(fulfilment::Entity, column);
    let of_this = part(Part::MatchId).eq(column(matching::Entity, matching::Column::Id));
    let told = [FulfilmentState::Claimed, FulfilmentState::Confirmed];
    let mut query = matched(asked, part(Part::State), part(Part::Quantity));
    query
        .inner_join(fulfilment::Entity, of_this)
        .and_where(Part::State.is_in(told))
        .and_where(matching::Column::State.ne(MatchState::Resolved))
        .and_where(Part::DeliveredOn.between(asked.from, asked.until));
    (query, Day::Local(part(Part::DeliveredOn)))
}

/// Selects matches that a broker decided, by the time of the decision.
pub(super) fn decided(asked: &StatisticsQuestion) -> (SelectStatement, Day) {
    let at = column(matching::Entity, matching::Column::EndedAt);
    let counted = match_terms::Column::Quantity.is_not_null();
    let delivered = column(matching::Entity, matching::Column::Delivered);
    let quantity = Expr::case(counted, delivered);
    let mut query = matched(asked, Expr::cust("'CONFIRMED'"), quantity.into());
    query
        .and_where(matching::Column::State.eq(MatchState::Resolved))
        .cond_where(asked.during(at.clone()))
        .cond_where(scope::something_delivered());
    (query, Day::Instant(at))
}
