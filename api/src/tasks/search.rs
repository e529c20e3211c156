//! Reads the tasks of a viewer: all kinds in one statement, in pages.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, DbErr, QueryResult,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{rules::TaskKind, sources, staff_tasks};
use crate::kit::{
    Error, Viewer, clock,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// A task as it is read from the database.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Kind of task.
    pub kind: TaskKind,
    /// Id of the row that is its subject.
    pub subject: Uuid,
    /// Time since which it is open.
    pub since: DateTime<Utc>,
    /// Time until which it can be done, or should have been done.
    pub due: Option<DateTime<Utc>>,
    /// Organisation for which the viewer acts; `None` for tasks of staff and of the viewer in person.
    pub organisation: Option<Uuid>,
}

/// Returns a page of the tasks of the viewer, most urgent first, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    args: &PageArgs,
) -> Result<(Slice<Waiting>, SelectStatement), Error> {
    let query = everything(viewer);
    let pressing = Order {
        tag: "tasks".into(),
        by: Expr::cust("COALESCE(\"due\", \"since\")"),
        kind: KeyKind::Time,
        id: Expr::col("id"),
        descending: false,
    };
    let slice = page::slice(conn, query.clone(), &pressing, args, read).await?;
    Ok((slice, query))
}

/// Returns the query for all tasks of the viewer. No row appears twice with the same sort key, so that paging loses
/// none.
#[must_use]
pub fn everything(viewer: &Viewer) -> SelectStatement {
    let mut sources = sources::all(viewer)
        .into_iter()
        .chain(staff_tasks::all(viewer));
    let mut all = sources.next().unwrap_or_default();
    for source in sources {
        all.union(UnionType::All, source);
    }
    Query::select()
        .column(Asterisk)
        .from_subquery(all, "task")
        .to_owned()
}

/// Returns a hash of the tasks of the viewer. It changes if a task appears, disappears or gets another time.
pub async fn fingerprint(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<u64, Error> {
    let mut waiting: Vec<_> = conn
        .query_all(&everything(viewer))
        .await?
        .iter()
        .map(|row| read(row).map(|task| (task.kind as i32, task.subject, task.since, task.due)))
        .collect::<Result<_, _>>()?;
    waiting.sort_unstable();
    let mut hasher = DefaultHasher::new();
    waiting.hash(&mut hasher);
    Ok(hasher.finish())
}

fn read(row: &QueryResult) -> Result<Waiting, DbErr> {
    let kind: i32 = row.try_get("", "kind")?;
    let kind =
        TaskKind::at(kind).ok_or_else(|| DbErr::Type(format!("{kind} is not a kind of task")))?;
    let day: Option<NaiveDate> = row.try_get("", "day")?;
    let due: Option<DateTime<Utc>> = row.try_get("", "due")?;
    Ok(Waiting {
        kind,
        subject: row.try_get("", "id")?,
        since: row.try_get("", "since")?,
        due: due.or(day.map(clock::end_of_day)),
        organisation: row.try_get("", "organisation_id")?,
    })
}
