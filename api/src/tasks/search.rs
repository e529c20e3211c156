//! Reading what waits for somebody: everything in one statement, by the page.

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

/// Something that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What is to be done.
    pub kind: TaskKind,
    /// The row that it is about.
    pub subject: Uuid,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Until when it can be done, or should have been.
    pub due: Option<DateTime<Utc>>,
    /// For which organisation the viewer does it; `None` for staff.
    pub organisation: Option<Uuid>,
}

/// What waits for the viewer, what has waited longest or is due first, and the query that counts it.
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

/// Everything that waits for the viewer. No thing waits twice at the same instant, so that pages lose none.
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

/// A number that tells whether the same things wait, until the same instants.
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
    let kind = TaskKind::at(kind).ok_or_else(|| DbErr::Type(format!("{kind} is no task")))?;
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
