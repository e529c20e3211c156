//! Numbers of listings for each direction, resource type, area and so on.

use entity::{
    listing::{self, Column},
    listing_area, listing_priority_area,
};
use sea_orm::{
    ConnectionTrait, ExprTrait, TryGetable,
    sea_query::{Alias, Expr, Order as Direction, Query, SimpleExpr},
};

use super::{conditions::Search, predicates::column};
use crate::kit::{Error, database::dialect};

/// Maximum number of values that a facet returns, the most frequent ones.
pub const MAX_COUNTS: usize = 200;
/// Cost of a facet, which counts all listings that the filter finds.
pub const COST: u64 = 500;

/// Property by which listings are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the facets")]
pub enum Facet {
    Kind,
    ResourceKind,
    ResourceType,
    Area,
    PriorityArea,
    Remote,
}

impl Search {
    /// Returns the number of listings for each value of a facet, the most frequent first.
    pub async fn facet<T: TryGetable>(
        &self,
        conn: &impl ConnectionTrait,
        facet: Facet,
    ) -> Result<Vec<(T, i64)>, Error> {
        let mut query = Query::select()
            .from(listing::Entity)
            .cond_where(self.condition(Some(facet)))
            .to_owned();
        let value: SimpleExpr = match facet {
            Facet::Kind => column(Column::Kind),
            Facet::ResourceKind => column(Column::ResourceKind),
            Facet::ResourceType => column(Column::ResourceType),
            Facet::Remote => column(Column::Remote),
            Facet::Area => {
                let id = Expr::col((listing_area::Entity, listing_area::Column::ListingId));
                query.inner_join(
                    listing_area::Entity,
                    id.equals((listing::Entity, Column::Id)),
                );
                Expr::col((listing_area::Entity, listing_area::Column::Area))
            }
            Facet::PriorityArea => {
                let table = listing_priority_area::Entity;
                let id = Expr::col((table, listing_priority_area::Column::ListingId));
                query.inner_join(table, id.equals((listing::Entity, Column::Id)));
                let edition = Expr::col((table, listing_priority_area::Column::Edition));
                let code = Expr::col((table, listing_priority_area::Column::Code));
                edition
                    .binary(sea_orm::sea_query::BinOper::Custom("||"), Expr::cust("'/'"))
                    .binary(sea_orm::sea_query::BinOper::Custom("||"), code)
            }
        };
        let (value_name, count_name) = (Alias::new("value"), Alias::new("n"));
        query
            .expr_as(value, value_name.clone())
            .expr_as(Expr::cust("COUNT(*)"), count_name.clone())
            .group_by_col(value_name.clone())
            .order_by(count_name, Direction::Desc)
            .order_by(value_name, Direction::Asc);
        let rows = dialect::limited(conn, &query, MAX_COUNTS as u64).await?;
        let rows = rows
            .iter()
            .map(|row| Ok((row.try_get("", "value")?, row.try_get("", "n")?)));
        rows.collect::<Result<_, sea_orm::DbErr>>()
            .map_err(Error::from)
    }
}
