//! Reads the rows of statistics: one statement each for listings, agreements, deliveries and decisions.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{listing::Column, resource_type::ResourceKind};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, ExprTrait, sea_query::SimpleExpr};

use super::{
    figure_rows, grouping,
    inputs::StatisticsGrouping,
    rules::{Raised, Whose},
    sources::{agreed, decided, delivered, listed},
    totals::Row,
};
use crate::{
    kit::{Error, clock},
    listings::search::predicates::{in_areas, serving},
};

/// Validated parameters of the statistics statements.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the query arguments")]
pub struct StatisticsQuestion {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub by: Option<StatisticsGrouping>,
    pub whose: Whose,
    pub kinds: Option<Vec<ResourceKind>>,
    pub areas: Option<BTreeSet<String>>,
    pub priorities: Option<BTreeSet<(String, String)>>,
    pub raised: Option<Raised>,
}

impl StatisticsQuestion {
    /// Returns the start of the period and its exclusive end.
    fn instants(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let before = self.from.pred_opt().unwrap_or(self.from);
        (clock::end_of_day(before), clock::end_of_day(self.until))
    }

    /// Condition: the instant lies in the period.
    pub(super) fn during(&self, at: SimpleExpr) -> Condition {
        let (from, until) = self.instants();
        Condition::all().add(at.clone().gte(from)).add(at.lt(until))
    }
}

/// Reads all rows, in four statements.
pub async fn rows(
    conn: &impl ConnectionTrait,
    asked: &StatisticsQuestion,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for query in [
        listed(asked),
        agreed(asked),
        delivered(asked),
        decided(asked),
    ] {
        let (mut query, day) = query;
        grouping::group(conn, &mut query, asked, &day);
        if let Some(kinds) = &asked.kinds {
            query.and_where(Column::ResourceKind.is_in(kinds.iter().copied()));
        }
        if let Some(areas) = &asked.areas {
            query.and_where(in_areas(conn.get_database_backend(), areas.clone()));
        }
        if let Some(areas) = &asked.priorities {
            let areas = areas
                .iter()
                .map(|(edition, code)| (edition.as_str(), code.as_str()));
            query.and_where(serving(&areas.collect()));
        }
        for row in conn.query_all(&query).await? {
            rows.push(figure_rows::row(&row, asked)?);
        }
    }
    Ok(rows)
}
