//! Reading what everybody may see: a page of changes, what acts have touched, and what has ended by itself.

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

use super::{feed_source::Fed, rules::Touched};
use crate::kit::{Error, Viewer, database::dialect, viewer::Who};

/// One change, as a page shows it.
#[derive(Debug)]
pub struct Change {
    /// Its number.
    pub number: i64,
    /// What kind of thing was changed.
    pub kind: String,
    /// What was changed.
    pub subject_id: Uuid,
    /// What everybody may read of it now; `None` where that is nothing.
    pub data: Option<String>,
}

/// Somebody without a token, at the time of this viewer.
#[must_use]
pub const fn nobody(viewer: &Viewer) -> Viewer {
    Viewer {
        now: viewer.now,
        who: Who::Nobody,
    }
}

/// How far a feed has come.
pub async fn feed(conn: &impl ConnectionTrait, name: &str) -> Result<Feed, Error> {
    let found = feed::Entity::find_by_id(name).one(conn).await?;
    found.ok_or_else(|| Error::internal(format!("a migration adds the feed {name}")))
}

/// So many changes that follow a number. What has just gone from sight is gone, numbered or not.
pub async fn changes<T: Fed>(
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

/// The entries of a feed, each beside the thing that it tells of as far as everybody is shown that.
fn entries<T: Fed>(viewer: &Viewer) -> SelectStatement {
    let own = Expr::col((Entity, Column::SubjectId)).eq(id_of::<T>());
    Query::select()
        .column((Entity, Column::SubjectId))
        .from(Entity)
        .left_join(T::default(), T::shown(viewer).add(own))
        .and_where(Column::Feed.eq(T::FEED))
        .to_owned()
}

fn id_of<T: Fed>() -> SimpleExpr {
    Expr::col((T::default(), T::ID))
}

/// What acts may have changed for those who read the feed: what it shows or has shown.
pub async fn touched<T: Fed>(
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

/// So many that follow an id, of those that are shown to everybody.
pub async fn all_after<T: Fed>(
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

/// So many of which the feed still tells, though they are shown no more.
pub async fn over<T: Fed>(
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

/// A statement without columns that finds those of these that are shown to everybody.
#[must_use]
pub fn those<T: Fed>(viewer: &Viewer, ids: &[Uuid]) -> SelectStatement {
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

/// What these ids find; nothing where there are none, so that no statement asks in vain.
pub fn some(ids: &[Uuid], find: impl FnOnce(&[Uuid]) -> SimpleExpr) -> Option<SimpleExpr> {
    (!ids.is_empty()).then(|| find(ids))
}

/// What any of these finds; nothing where there are none.
pub fn any_of(found: impl IntoIterator<Item = Option<SimpleExpr>>) -> Condition {
    let none = Condition::any().add(Expr::val(false));
    found.into_iter().flatten().fold(none, Condition::add)
}

/// The codes of these areas, by which things name them.
pub fn codes_of_areas(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(area::Column::Code)
        .from(area::Entity)
        .and_where(area::Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}
