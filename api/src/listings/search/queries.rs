//! Database queries of the search: a page in an order, a page of an organisation, and one listing.

use entity::listing::{self, Column};
use sea_orm::{
    ColumnTrait, ConnectionTrait,
    sea_query::{Expr, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    conditions::{Near, Search},
    predicates::{chord, column, within},
    types::ListingOrder,
};
use crate::{
    kit::{
        Error, Id, Resource, Viewer,
        database::dialect,
        graphql::nested_page::NestedPage,
        page::{self, KeyKind, Order, PageArgs, Slice},
    },
    listings::projection::{Plan, Row},
    locations::place,
};

/// Radii in kilometres that a query for the nearest listings tries, one after the other.
const STEPS_KM: [f64; 3] = [1.0, 4.0, 16.0];

impl Search {
    /// Reads a page of the listings found, in one statement. In the order `NEAREST` it first tries small radii, with
    /// one statement for each, until one fills the page: all listings within a radius are nearer than all others.
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
                // A radius at which the page begins, or that is not much larger, would not fill the page.
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

    /// Returns a page of the listings found that one organisation posted, to be read with those of other organisations.
    pub fn of_organisation(
        &self,
        organisation: Uuid,
        plan: &Plan,
        order: ListingOrder,
        args: PageArgs,
    ) -> Result<NestedPage, Error> {
        let mut query = self.query();
        plan.select(&mut query);
        let of = column(Column::OrganisationId);
        Ok(NestedPage::new(
            organisation,
            of,
            query,
            self.order(order)?,
            args,
        ))
    }

    /// Returns an order as a keyset.
    ///
    /// # Errors
    /// [`Error::BadInput`] for `NEAREST` without `filter.near`.
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
                    Error::BadInput("orderBy", "NEAREST needs a point; set filter.near".into())
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

/// Reads one listing that the viewer may see, with the planned columns.
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

/// Condition for the listing with this id.
#[must_use]
pub fn known_as(id: Id<listing::Entity>) -> SimpleExpr {
    Column::Id.eq(id.0)
}

/// Condition for the listing with this reference; `None` if the text has characters that no reference has.
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
