//! Single conditions for listings, in SQL for both databases.

use std::collections::BTreeSet;

use entity::{
    event,
    listing::{self, Column, ListingState},
    listing_area, listing_event, listing_priority_area, listing_window, organisation,
};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SimpleExpr},
};
use uuid::Uuid;

use super::limits;
use crate::{
    kit::{Error, Resource, Viewer, database::dialect},
    listings,
    locations::place::{self, Point},
    organisations::rules as organisations,
};

pub(super) fn column(column: Column) -> SimpleExpr {
    Expr::col((listing::Entity, column))
}

/// Returns the squared chord from a point to the point of the listing; null if it has none. Uses `+ - *` alone, which
/// give equal results in both databases.
pub(super) fn chord(centre: Point) -> SimpleExpr {
    let part = |column_: Column, value: f64| {
        let away = column(column_).sub(value);
        away.clone().mul(away)
    };
    let [x, y, z] = centre.unit();
    part(Column::X, x)
        .add(part(Column::Y, y))
        .add(part(Column::Z, z))
}

/// Condition that a listing is within `km` kilometres of a point, and not remote.
pub(super) fn within(backend: DbBackend, centre: Point, km: f64) -> Condition {
    let close = Condition::all()
        .add(chord(centre).lte(place::chord_of_km(km)))
        .add(Column::Remote.eq(false));
    match centre.cells_within(km) {
        Some(cells) => close.add(dialect::one_of(
            backend,
            (listing::Entity, Column::Cell),
            cells,
        )),
        None => close,
    }
}

/// Condition that a listing is in one of these states now. A published listing that has ended counts as expired or
/// closed.
pub(super) fn in_states(viewer: &Viewer, states: &[ListingState]) -> Condition {
    let ended = || {
        Condition::all()
            .add(listings::published())
            .add(Column::ClosesAt.lte(viewer.now))
    };
    let by_expiry = || Expr::cust("\"listing\".\"closes_at\" = \"listing\".\"expires_at\"");
    states
        .iter()
        .fold(Condition::any(), |any, state| match state {
            ListingState::Published => any.add(listings::live(viewer)),
            ListingState::Expired => any
                .add(Column::State.eq(*state))
                .add(ended().add(by_expiry())),
            ListingState::Closed => any
                .add(Column::State.eq(*state))
                .add(ended().add(by_expiry().not())),
            state => any.add(Column::State.eq(*state)),
        })
}

pub(crate) fn in_areas(backend: DbBackend, codes: BTreeSet<String>) -> SimpleExpr {
    let area = (listing_area::Entity, listing_area::Column::Area);
    let filed = Query::select()
        .column(listing_area::Column::ListingId)
        .from(listing_area::Entity)
        .and_where(dialect::one_of(
            backend,
            area,
            codes.into_iter().collect::<Vec<_>>(),
        ))
        .to_owned();
    Column::Id.in_subquery(filed)
}

pub(crate) fn serving(areas: &BTreeSet<(&str, &str)>) -> SimpleExpr {
    use listing_priority_area::{Column as Tag, Entity};

    let any = areas.iter().fold(
        Condition::any().add(Expr::val(false)),
        |any, (edition, code)| any.add(Tag::Code.eq(*code).and(Tag::Edition.eq(*edition))),
    );
    let tagged = Query::select()
        .column(Tag::ListingId)
        .from(Entity)
        .cond_where(any)
        .to_owned();
    Column::Id.in_subquery(tagged)
}

pub(super) fn available(
    from: chrono::NaiveDate,
    until: chrono::NaiveDate,
) -> Result<Condition, Error> {
    limits::days("filter.availableBetween", from, until)?;
    let windows = || {
        let of_this = Expr::col((listing_window::Entity, listing_window::Column::ListingId))
            .equals((listing::Entity, Column::Id));
        Query::select()
            .expr(Expr::cust("1"))
            .from(listing_window::Entity)
            .and_where(of_this)
            .to_owned()
    };
    let overlapping = windows()
        .and_where(listing_window::Column::FromDate.lte(until))
        .and_where(listing_window::Column::UntilDate.gte(from))
        .to_owned();
    Ok(Condition::any()
        .add(Expr::exists(windows()).not())
        .add(Expr::exists(overlapping)))
}

pub(super) fn of_sectors(sectors: &[organisation::Sector]) -> SimpleExpr {
    let kinds = organisation::OrganisationKind::iter()
        .filter(|kind| sectors.contains(&organisations::sector(*kind)));
    let posted = organisation::Entity::find()
        .filter(organisation::Column::Kind.is_in(kinds))
        .into_query()
        .clear_selects()
        .column(organisation::Column::Id)
        .to_owned();
    Column::OrganisationId.in_subquery(posted)
}

/// Condition that a listing was raised at one of these events, if the viewer may see the event.
pub fn raised_at(viewer: &Viewer, ids: impl IntoIterator<Item = Uuid>) -> SimpleExpr {
    let events = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(event::Column::Id.is_in(ids))
        .cond_where(event::Entity::visible_to(viewer))
        .to_owned();
    let raised = Query::select()
        .column(listing_event::Column::ListingId)
        .from(listing_event::Entity)
        .and_where(listing_event::Column::EventId.in_subquery(events))
        .to_owned();
    Column::Id.in_subquery(raised)
}
