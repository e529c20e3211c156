//! A filter as a condition, an order as a keyset, and the statements made of them.

use std::collections::BTreeSet;

use async_graphql::MaybeUndefined;
use entity::{
    listing::{self, Column, ListingState},
    listing_area, listing_priority_area, listing_window, organisation,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, Iterable,
    QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    facets::Facet,
    text,
    types::{ListingFilter, ListingOrder, NearInput},
};
use crate::{
    kit::{
        Error, Id, Resource, Viewer, dialect,
        page::{self, KeyKind, Order, PageArgs, Slice},
        pages::PageOf,
        place::{self, Point},
    },
    listings::{
        self,
        row::{Plan, Row},
    },
    organisations::rules as organisations,
    reference::Snapshot,
};

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 200;
/// The most members of a list in a filter.
const MOST_MEMBERS: usize = 50;
/// Where to look for the nearest first, then farther.
const STEPS_KM: [f64; 3] = [1.0, 4.0, 16.0];
/// The farthest that `withinKm` goes.
const FARTHEST_KM: f64 = 500.0;

/// Whose listings are searched.
#[derive(Clone, Debug)]
pub enum Among {
    /// Everything that is listed to the viewer.
    Everybody,
    /// What the viewer's organisations posted.
    Own,
    /// What one organisation posted.
    Organisation(Uuid),
}

/// A search that was understood: parts of a condition, each under the facet that ignores it.
#[derive(Clone, Debug)]
pub struct Found {
    parts: Vec<(Option<Facet>, Condition)>,
    backend: DbBackend,
    text: Option<text::Query>,
    near: Option<Near>,
}

/// Close to a point.
#[derive(Clone, Copy, Debug)]
struct Near {
    centre: Point,
    /// How close; left out, the point only sorts.
    within_km: Option<f64>,
    include_remote: bool,
}

impl Found {
    /// What a filter finds for a viewer.
    pub fn new(
        viewer: &Viewer,
        reference: &Snapshot,
        backend: DbBackend,
        among: &Among,
        filter: ListingFilter,
    ) -> Result<Self, Error> {
        let ListingFilter {
            text,
            kinds,
            states,
            resource_kinds,
            resource_types,
            priority_areas,
            areas,
            near,
            remote,
            available_between,
            still_needed,
            organisations,
            sectors,
            posted_since,
            audiences,
            external_reference,
        } = filter;
        let mut found = Self {
            parts: Vec::new(),
            backend,
            text: None,
            near: None,
        };
        found.scope(
            viewer,
            among,
            bounded("filter.states", states)?,
            still_needed,
        );
        if let Some(kinds) = bounded("filter.kinds", kinds)? {
            found.part(Facet::Kind, Column::Kind.is_in(kinds));
        }
        if let Some(kinds) = bounded("filter.resourceKinds", resource_kinds)? {
            found.part(Facet::ResourceKind, Column::ResourceKind.is_in(kinds));
        }
        if let Some(codes) = bounded("filter.resourceTypes", resource_types)? {
            found.part(
                Facet::ResourceType,
                dialect::one_of(
                    backend,
                    (listing::Entity, Column::ResourceType),
                    reference
                        .types_within(&codes)
                        .into_iter()
                        .collect::<Vec<_>>(),
                ),
            );
        }
        if let Some(codes) = bounded("filter.areas", areas)? {
            found.part(
                Facet::Area,
                in_areas(backend, reference.areas_around(&codes)),
            );
        }
        if let Some(codes) = bounded("filter.priorityAreas", priority_areas)? {
            found.part(
                Facet::PriorityArea,
                serving(&reference.priorities_around(&codes)),
            );
        }
        if let Some(remote) = remote {
            found.part(Facet::Remote, Column::Remote.eq(remote));
        }
        if let Some(near) = near {
            found.close_to(&near)?;
        }
        if let Some(range) = available_between {
            found.always(available(range.from.into(), range.until.into())?);
        }
        if let Some(ids) = bounded("filter.organisations", organisations)? {
            found.always(Column::OrganisationId.is_in(ids.iter().map(|id| id.0)));
        }
        if let Some(sectors) = bounded("filter.sectors", sectors)? {
            found.always(of_sectors(&sectors));
        }
        if let Some(since) = posted_since {
            found.always(Column::FirstPublishedAt.gte(since));
        }
        if let Some(audiences) = bounded("filter.audiences", audiences)? {
            found.always(Column::Audience.is_in(audiences));
        }
        if let Some(reference) = external_reference {
            let own = Column::OrganisationId.is_in(viewer.organisations());
            found.always(
                Column::ExternalReference
                    .eq(reference.replace('\0', ""))
                    .and(own),
            );
        }
        if let Some(words) = text.filter(|text| !text.trim().is_empty()) {
            found.matching(&words, reference)?;
        }
        Ok(found)
    }

    fn scope(
        &mut self,
        viewer: &Viewer,
        among: &Among,
        states: Option<Vec<ListingState>>,
        still_needed: MaybeUndefined<bool>,
    ) {
        let own = matches!(among, Among::Own);
        match among {
            Among::Everybody => self.always(listings::listed_to(viewer)),
            Among::Own => self.always(Column::OrganisationId.is_in(viewer.organisations())),
            Among::Organisation(id) => {
                self.always(Column::OrganisationId.eq(*id));
                self.always(listings::listed_to(viewer));
            }
        }
        let still_needed = match still_needed {
            MaybeUndefined::Undefined => (!own && states.is_none()).then_some(true),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(wanted) => Some(wanted),
        };
        match states {
            Some(states) => {
                self.always(listing::Entity::visible_to(viewer));
                self.always(in_states(viewer, &states));
            }
            None if own => {}
            None => self.always(listings::live(viewer)),
        }
        match still_needed {
            Some(true) => self.always(listings::something_left()),
            Some(false) => self.always(listings::something_left().not()),
            None => {}
        }
    }

    fn close_to(&mut self, near: &NearInput) -> Result<(), Error> {
        let centre = Point::new(near.point.latitude, near.point.longitude).ok_or_else(|| {
            Error::BadInput(
                "filter.near.point",
                "this point lies outside the earth".into(),
            )
        })?;
        if near
            .within_km
            .is_some_and(|km| !(km > 0.0 && km <= FARTHEST_KM))
        {
            let expected = format!("must be more than 0 and at most {FARTHEST_KM} kilometres");
            return Err(Error::BadInput("filter.near.withinKm", expected));
        }
        self.near = Some(Near {
            centre,
            within_km: near.within_km,
            include_remote: near.include_remote,
        });
        Ok(())
    }

    fn matching(&mut self, words: &str, reference: &Snapshot) -> Result<(), Error> {
        if words.chars().count() > LONGEST_TEXT {
            return Err(Error::BadInput(
                "filter.text",
                format!("must have at most {LONGEST_TEXT} characters"),
            ));
        }
        self.text = text::Query::parse(words, reference);
        let condition = match &self.text {
            Some(query) => dialect::text_matches(self.backend, &query.postgres(), &query.sqlite()),
            None => Expr::val(false),
        };
        self.always(condition);
        Ok(())
    }

    fn always(&mut self, condition: impl sea_orm::sea_query::IntoCondition) {
        self.parts.push((None, condition.into_condition()));
    }

    fn part(&mut self, facet: Facet, condition: impl sea_orm::sea_query::IntoCondition) {
        self.parts.push((Some(facet), condition.into_condition()));
    }

    /// What must hold of a listing, but for the part of one facet.
    pub(super) fn condition(&self, without: Option<Facet>) -> Condition {
        let all = self.condition_anywhere(without);
        let Some(Near {
            centre,
            within_km: Some(km),
            include_remote,
        }) = self.near
        else {
            return all;
        };
        let close = within(self.backend, centre, km);
        all.add(if include_remote {
            Condition::any().add(close).add(Column::Remote.eq(true))
        } else {
            close
        })
    }

    /// The same, near to the point or far from it.
    fn condition_anywhere(&self, without: Option<Facet>) -> Condition {
        let counts = |facet: &Option<Facet>| facet.is_none() || *facet != without;
        let parts = self.parts.iter().filter(|(facet, _)| counts(facet));
        parts.fold(Condition::all(), |all, (_, part)| all.add(part.clone()))
    }

    /// A query of everything that is found, without columns or order.
    #[must_use]
    pub fn query(&self) -> SelectStatement {
        Query::select()
            .from(listing::Entity)
            .cond_where(self.condition(None))
            .to_owned()
    }

    /// A query of everything that is found, to count it.
    #[must_use]
    pub fn all(&self) -> SelectStatement {
        self.query()
            .column((listing::Entity, Column::Id))
            .to_owned()
    }

    /// A page of what is found, in one statement. Of the nearest in one for each step that it takes to fill it:
    /// whatever lies within a step is nearer than all that lies beyond.
    pub async fn page(
        &self,
        conn: &impl ConnectionTrait,
        plan: &Plan,
        order: ListingOrder,
        args: &PageArgs,
    ) -> Result<Slice<Row>, Error> {
        let nearest = self.near.filter(|_| order == ListingOrder::Nearest);
        let order = self.order(order)?;
        let read = async |condition| {
            let mut query = Query::select()
                .from(listing::Entity)
                .cond_where(condition)
                .to_owned();
            plan.select(&mut query);
            page::slice(conn, query, &order, args, |row| plan.read(row)).await
        };
        if let (Some(near), Some(begin)) = (nearest, args.begins_at(&order)) {
            for km in STEPS_KM {
                // A step that ends before the page begins, or soon after, would not fill it.
                let short = place::chord_of_km(km) < begin * 2.0;
                if short || near.within_km.is_some_and(|most| most < km * 2.0) {
                    continue;
                }
                let close = within(self.backend, near.centre, km);
                let page: Slice<Row> = read(self.condition_anywhere(None).add(close)).await?;
                if page.has_next() {
                    return Ok(page);
                }
            }
        }
        read(self.condition(None)).await
    }

    /// A page of what an organisation posted, of all that is found.
    pub fn of_organisation(
        &self,
        organisation: Uuid,
        plan: &Plan,
        order: ListingOrder,
        args: PageArgs,
    ) -> Result<PageOf, Error> {
        let mut query = self.query();
        plan.select(&mut query);
        let of = column(Column::OrganisationId);
        Ok(PageOf::new(
            organisation,
            of,
            query,
            self.order(order)?,
            args,
        ))
    }

    /// An order as a keyset.
    pub fn order(&self, order: ListingOrder) -> Result<Order, Error> {
        let (tag, by, kind, descending) = match order {
            ListingOrder::Newest => newest(),
            ListingOrder::ClosingSoon => (
                "closing".into(),
                column(Column::ClosesAt),
                KeyKind::Time,
                false,
            ),
            ListingOrder::Nearest => {
                let Near { centre, .. } = self.near.ok_or_else(|| {
                    Error::BadInput(
                        "orderBy",
                        "NEAREST needs filter.near, the point to be near to".into(),
                    )
                })?;
                let far = place::FARTHEST * 2.0;
                let distance = Expr::case(Column::Remote.eq(true), far)
                    .case(Column::X.is_null(), far)
                    .finally(chord(centre));
                let tag = format!("near {} {}", centre.latitude, centre.longitude);
                (tag, distance.into(), KeyKind::Float, false)
            }
            ListingOrder::Relevance => match &self.text {
                None => newest(),
                Some(query) => {
                    let terms: Vec<String> = query.sqlite_terms().collect();
                    let score = dialect::text_score(self.backend, &query.postgres(), &terms);
                    (
                        format!("relevance {}", query.sqlite()),
                        score,
                        KeyKind::Integer,
                        true,
                    )
                }
            },
        };
        Ok(Order {
            tag,
            by,
            kind,
            id: column(Column::Id),
            descending,
        })
    }
}

/// One listing, in one statement with what is planned.
pub async fn one(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    plan: &Plan,
    which: SimpleExpr,
) -> Result<Option<Row>, Error> {
    let mut query = Query::select()
        .from(listing::Entity)
        .and_where(which)
        .cond_where(listing::Entity::visible_to(viewer))
        .to_owned();
    plan.select(&mut query);
    let row = conn.query_one(&query).await?;
    Ok(row.map(|row| plan.read(&row)).transpose()?)
}

/// The listing with this id.
#[must_use]
pub fn known_as(id: Id<listing::Entity>) -> SimpleExpr {
    Column::Id.eq(id.0)
}

/// The listing of which people speak by this reference; `None` where it has not the form of one.
#[must_use]
pub fn referred_to(reference: &str) -> Option<SimpleExpr> {
    let reference = reference.trim().to_uppercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    reference
        .bytes()
        .all(plain)
        .then(|| Column::Reference.eq(reference))
}

fn newest() -> (String, SimpleExpr, KeyKind, bool) {
    (
        "newest".into(),
        column(Column::FirstPublishedAt),
        KeyKind::Time,
        true,
    )
}

pub(super) fn column(column: Column) -> SimpleExpr {
    Expr::col((listing::Entity, column))
}

fn bounded<T>(field: &'static str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
    match list {
        Some(list) if list.len() > MOST_MEMBERS => Err(Error::BadInput(
            field,
            format!(
                "the list has {} members; {MOST_MEMBERS} are allowed",
                list.len()
            ),
        )),
        list => Ok(list),
    }
}

/// The squared chord from a point to the listing's, null where it has none. Computed with `+ - *` alone, which
/// both databases do alike.
fn chord(centre: Point) -> SimpleExpr {
    let part = |column_: Column, value: f64| {
        let away = column(column_).sub(value);
        away.clone().mul(away)
    };
    let [x, y, z] = centre.unit();
    part(Column::X, x)
        .add(part(Column::Y, y))
        .add(part(Column::Z, z))
}

/// Close to a point, and not remote.
fn within(backend: DbBackend, centre: Point, km: f64) -> Condition {
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

/// Where listings stand at this moment, which for published ones depends on the time.
fn in_states(viewer: &Viewer, states: &[ListingState]) -> Condition {
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

fn in_areas(backend: DbBackend, codes: BTreeSet<String>) -> SimpleExpr {
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

fn serving(areas: &BTreeSet<(&str, &str)>) -> SimpleExpr {
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

fn available(from: chrono::NaiveDate, until: chrono::NaiveDate) -> Result<Condition, Error> {
    if from > until {
        return Err(Error::BadInput(
            "filter.availableBetween",
            "it must end on the day it begins or later".into(),
        ));
    }
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

fn of_sectors(sectors: &[organisation::Sector]) -> SimpleExpr {
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
