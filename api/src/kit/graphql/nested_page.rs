//! Nested pages: one page for each of many parents, such as the members of each of twenty organisations, in one
//! statement.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::dataloader::{DataLoader, Loader};
use sea_orm::{
    ConnectionTrait, ExprTrait, QueryResult, QueryTrait,
    sea_query::{
        Alias, Asterisk, Expr, Order as Direction, OverStatement, Query, SelectStatement,
        SimpleExpr, WindowStatement,
    },
};
use uuid::Uuid;

use super::{
    super::{
        Database, Error,
        page::{self, KeyKind, Order, PageArgs, Slice, Total},
    },
    loader,
};
use crate::kit::Child;

/// Page of the rows that belong to one parent.
#[derive(Clone, Debug)]
pub struct NestedPage {
    whole: Uuid,
    of: SimpleExpr,
    query: SelectStatement,
    order: Order,
    args: PageArgs,
    alike: Arc<str>,
}

impl NestedPage {
    /// Creates a page of the rows of a query. `whole` is the id of the parent, and `of` the expression for it in the
    /// query.
    #[must_use]
    pub fn new(
        whole: Uuid,
        of: SimpleExpr,
        query: SelectStatement,
        order: Order,
        args: PageArgs,
    ) -> Self {
        let alike = format!("{of:?} {query:?} {order:?} {args:?}").into();
        Self {
            whole,
            of,
            query,
            order,
            args,
            alike,
        }
    }

    /// Creates a page of all parts of one kind that a parent has, in the order of creation.
    #[must_use]
    pub fn parts<E: Child>(whole: Uuid, id: E::Column, args: PageArgs) -> Self {
        let id = Expr::col((E::default(), id));
        let order = Order {
            tag: E::default().table_name().into(),
            by: id.clone(),
            kind: KeyKind::Id,
            id,
            descending: false,
        };
        let whole_id = Expr::col((E::default(), E::PARENT));
        Self::new(whole, whole_id, E::find().into_query(), order, args)
    }

    /// Total number of rows on all pages, counted only if it is selected.
    #[must_use]
    pub fn total(&self) -> Total {
        Total(self.alone())
    }

    fn alone(&self) -> SelectStatement {
        let own = self.of.clone().eq(self.whole);
        self.query.clone().and_where(own).to_owned()
    }
}

impl PartialEq for NestedPage {
    fn eq(&self, other: &Self) -> bool {
        self.whole == other.whole && self.alike == other.alike
    }
}
impl Eq for NestedPage {}
impl Hash for NestedPage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.whole.hash(state);
    }
}

/// Reads the pages that one step of a query loads together.
pub struct Pages(Database);

/// Loader of pages: batched, but never cached, because lists change while a request acts.
pub type PageLoader = DataLoader<Pages>;

/// Creates the loader of one request.
#[must_use]
pub fn pages(database: Database) -> PageLoader {
    DataLoader::new(Pages(database), loader::spawn).delay(std::time::Duration::ZERO)
}

impl Loader<NestedPage> for Pages {
    type Value = Slice<Arc<QueryResult>>;
    type Error = Error;

    async fn load(&self, asked: &[NestedPage]) -> Result<HashMap<NestedPage, Self::Value>, Error> {
        let mut alike: HashMap<&str, Vec<&NestedPage>> = HashMap::new();
        for page in asked {
            alike.entry(&page.alike).or_default().push(page);
        }
        let mut read = HashMap::new();
        for pages in alike.into_values() {
            for (page, rows) in rows(&self.0.read, &pages).await? {
                let slice = page::cut(&rows, &page.order, &page.args, |row| Ok(Arc::clone(row)))?;
                read.insert(page.clone(), slice);
            }
        }
        Ok(read)
    }
}

/// Reads the first rows of each page: one more than the page has, if there are so many.
async fn rows<'p>(
    conn: &impl ConnectionTrait,
    pages: &[&'p NestedPage],
) -> Result<Vec<(&'p NestedPage, Vec<Arc<QueryResult>>)>, Error> {
    let [first, more @ ..] = pages else {
        return Ok(Vec::new());
    };
    let NestedPage {
        of, order, args, ..
    } = *first;
    let most = page::most_rows(args);
    if more.is_empty() {
        let mut query = page::keyed(first.alone(), order, args)?;
        for (by, direction) in page::directions(order, args) {
            query.order_by_expr(by, direction);
        }
        let rows = super::super::database::dialect::limited(conn, &query, most).await?;
        return Ok(vec![(*first, rows.into_iter().map(Arc::new).collect())]);
    }
    let mut place = WindowStatement::new();
    place.add_partition_by(of.clone());
    for (by, direction) in page::directions(order, args) {
        place.order_by_expr(by, direction);
    }
    let mut each = page::keyed(first.query.clone(), order, args)?;
    each.and_where(of.clone().is_in(pages.iter().map(|page| page.whole)))
        .expr_as(of.clone(), Alias::new("whole"))
        .expr_window_as(Expr::cust("ROW_NUMBER()"), place, Alias::new("place"));
    let place = || Expr::col(Alias::new("place"));
    let all = Query::select()
        .column(Asterisk)
        .from_subquery(each, Alias::new("each"))
        .and_where(place().lte(i64::try_from(most).unwrap_or(i64::MAX)))
        .order_by_expr(place(), Direction::Asc)
        .to_owned();
    let mut found: HashMap<Uuid, Vec<Arc<QueryResult>>> = HashMap::new();
    for row in conn.query_all(&all).await? {
        let whole = row.try_get("", "whole")?;
        found.entry(whole).or_default().push(Arc::new(row));
    }
    Ok(pages
        .iter()
        .map(|page| (*page, found.remove(&page.whole).unwrap_or_default()))
        .collect())
}
