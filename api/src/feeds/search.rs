//! Reads public objects: a page of changes, objects touched by acts, and objects that ended by time.

use entity::{
    area,
    feed::{self, Model as Feed},
    feed_entry::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryResult,
    sea_query::{Expr, Order, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{feed_source::FeedSource, rules::Touched};
use crate::kit::{Error, Viewer, database::dialect, viewer::Who};

/// One change on a page.
#[derive(Debug)]
pub struct Change {
    /// Change number.
    pub number: i64,
    /// Type of the item.
    pub kind: String,
    /// Id of the object that changed.
    pub subject_id: Uuid,
    /// Public content; `None` if the object is no longer public.
    pub data: Option<String>,
}

/// Returns an anonymous viewer at the time of this one.
#[must_use]
pub const fn nobody(viewer: &Viewer) -> Viewer {
    Viewer {
        now: viewer.now,
        who: Who::Anonymous,
    }
}

/// Returns the state of a feed.
pub async fn feed(conn: &impl ConnectionTrait, name: &str) -> Result<Feed, Error> {
    let found = feed::Entity::find_by_id(name).one(conn).await?;
    found.ok_or_else(|| Error::internal(format!("the feed {name} has no row: a migration adds it")))
}

/// Returns up to `limit` changes after a number. An object that has just stopped being public appears as deleted, even
/// before its tombstone is numbered.
pub async fn changes<T: FeedSource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    after: i64,
    limit: u64,
) -> Result<Vec<Change>, Error> {
    let query = entries::<T>(viewer)
        .column((Entity, Column::Change))
        .column((Entity, Column::Kind))
        .column((Entity, Column::Data))
        .expr_as(id_of::<T>(), "shown")
        .and_where(Column::Change.gt(after))
        .order_by((Entity, Column::Change), Order::Asc)
        .to_owned();
    let rows = dialect::limited(conn, &query, limit).await?;
    let change = |row: &QueryResult| {
        let shown: Option<Uuid> = row.try_get("", "shown")?;
        let data: Option<String> = row.try_get("", "data")?;
        Ok(Change {
            number: row.try_get("", "change")?,
            kind: row.try_get("", "kind")?,
            subject_id: row.try_get("", "subject_id")?,
            data: data.filter(|_| shown.is_some()),
        })
    };
    rows.iter().map(change).collect()
}

/// Selects the entries of a feed, left-joined to the objects that are public.
fn entries<T: FeedSource>(viewer: &Viewer) -> SelectStatement {
    let own = Expr::col((Entity, Column::SubjectId)).eq(id_of::<T>());
    Query::select()
        .column((Entity, Column::SubjectId))
        .from(Entity)
        .left_join(T::default(), T::shown(viewer).add(own))
        .and_where(Column::Feed.eq(T::FEED))
        .to_owned()
}

fn id_of<T: FeedSource>() -> SimpleExpr {
    Expr::col((T::default(), T::ID))
}

/// Returns the objects that acts may have changed and that the feed shows or has shown.
pub async fn touched<T: FeedSource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    touched: &Touched,
) -> Result<Vec<Uuid>, Error> {
    let known = Query::select()
        .column(Column::SubjectId)
        .from(Entity)
        .and_where(Column::Feed.eq(T::FEED))
        .to_owned();
    let told = Condition::any()
        .add(T::shown(viewer))
        .add(T::ID.in_subquery(known));
    let query = Query::select()
        .expr_as(id_of::<T>(), "id")
        .from(T::default())
        .cond_where(T::touched(touched))
        .cond_where(told)
        .order_by((T::default(), T::ID), Order::Asc)
        .to_owned();
    ids(&conn.query_all(&query).await?, "id")
}

/// Returns up to `limit` public objects with an id after this one.
pub async fn all_after<T: FeedSource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, Error> {
    let query = Query::select()
        .expr_as(id_of::<T>(), "id")
        .from(T::default())
        .cond_where(T::shown(viewer))
        .and_where(T::ID.gt(after))
        .order_by((T::default(), T::ID), Order::Asc)
        .to_owned();
    ids(&dialect::limited(conn, &query, limit).await?, "id")
}

/// Returns up to `limit` objects that the feed still shows although they are no longer public.
pub async fn over<T: FeedSource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    limit: u64,
) -> Result<Vec<Uuid>, Error> {
    let query = entries::<T>(viewer)
        .and_where(Column::Data.is_not_null())
        .and_where(id_of::<T>().is_null())
        .order_by((Entity, Column::SubjectId), Order::Asc)
        .to_owned();
    ids(&dialect::limited(conn, &query, limit).await?, "subject_id")
}

/// Builds a statement, without columns, for those of these objects that are public.
#[must_use]
pub fn those<T: FeedSource>(viewer: &Viewer, ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .from(T::default())
        .cond_where(T::shown(viewer))
        .and_where(T::ID.is_in(ids.iter().copied()))
        .to_owned()
}

fn ids(rows: &[QueryResult], column: &str) -> Result<Vec<Uuid>, Error> {
    let ids = rows.iter().map(|row| row.try_get("", column));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Returns a condition for these ids; `None` if there are none, to avoid a needless subquery.
pub fn some(ids: &[Uuid], find: impl FnOnce(&[Uuid]) -> SimpleExpr) -> Option<SimpleExpr> {
    (!ids.is_empty()).then(|| find(ids))
}

/// Combines conditions with OR; matches nothing if there are none.
pub fn any_of(found: impl IntoIterator<Item = Option<SimpleExpr>>) -> Condition {
    let none = Condition::any().add(Expr::val(false));
    found.into_iter().flatten().fold(none, Condition::add)
}

/// Selects the codes of these areas.
pub fn codes_of_areas(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(area::Column::Code)
        .from(area::Entity)
        .and_where(area::Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}
