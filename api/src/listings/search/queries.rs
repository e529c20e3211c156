//! What a search reads: a page in an order, an organisation's page, one listing.

use entity::listing::{self, Column};
use sea_orm::{
    ColumnTrait, ConnectionTrait,
    sea_query::{Expr, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    conditions::{Found, Near},
    predicates::{chord, column, within},
    types::ListingOrder,
};
use crate::{
    kit::{
        Error, Id, Resource, Viewer,
        database::dialect,
        graphql::nested_page::PageOf,
        page::{self, KeyKind, Order, PageArgs, Slice},
    },
    listings::projection::{Plan, Row},
    locations::place,
};

/// Where to look for the nearest first, then farther.
const STEPS_KM: [f64; 3] = [1.0, 4.0, 16.0];

impl Found {
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
