//! Grouping of rows, in SQL that both databases understand.

use chrono::Months;
use entity::{
    listing::{self, Column},
    listing_area, listing_priority_area,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait,
    sea_query::{
        BinOper, CaseStatement, Expr, Func, IntoColumnRef, IntoIden, SelectStatement, SimpleExpr,
    },
};

use super::{inputs::StatisticsGrouping, rules, search::StatisticsQuestion};
use crate::kit::{clock, database::dialect};

/// Expression for the time of a row: an instant, or a local day.
pub(super) enum Day {
    Instant(SimpleExpr),
    Local(SimpleExpr),
}

/// Column qualified by its table.
pub(super) fn column(table: impl IntoIden, column: impl IntoIden) -> SimpleExpr {
    Expr::col((table.into_iden(), column.into_iden()).into_column_ref())
}

/// Sum, cast to the same type on both databases: PostgreSQL would return a wider one.
pub(super) fn total(of: SimpleExpr) -> SimpleExpr {
    Expr::expr(Func::sum(of)).cast_as("BIGINT")
}

/// Adds the key, the count and the grouping by key, figure and unit to a query.
pub(super) fn group(
    conn: &impl ConnectionTrait,
    query: &mut SelectStatement,
    asked: &StatisticsQuestion,
    day: &Day,
) {
    use listing_priority_area::Column as Tag;

    let listing = || column(listing::Entity, Column::Id);
    let key = match asked.by {
        None => Expr::cust("''"),
        Some(StatisticsGrouping::ResourceKind) => column(listing::Entity, Column::ResourceKind),
        Some(StatisticsGrouping::Month) => month(asked, day),
        Some(StatisticsGrouping::Area) => {
            let table = listing_area::Entity;
            let filed = column(table, listing_area::Column::ListingId).eq(listing());
            query.left_join(table, filed);
            if let Some(areas) = &asked.areas {
                let area = (table, listing_area::Column::Area);
                let areas: Vec<String> = areas.iter().cloned().collect();
                query.and_where(dialect::one_of(conn.get_database_backend(), area, areas));
            }
            column(table, listing_area::Column::Area)
        }
        Some(StatisticsGrouping::PriorityArea) => {
            let table = listing_priority_area::Entity;
            query.left_join(table, column(table, Tag::ListingId).eq(listing()));
            if let Some(areas) = &asked.priorities {
                query.cond_where(areas.iter().fold(
                    Condition::any().add(Expr::val(false)),
                    |any, (edition, code)| {
                        any.add(Tag::Edition.eq(edition).and(Tag::Code.eq(code)))
                    },
                ));
            }
            let joined = |one: SimpleExpr, other| one.binary(BinOper::Custom("||"), other);
            let edition = joined(column(table, Tag::Edition), Expr::cust("'/'"));
            joined(edition, column(table, Tag::Code))
        }
    };
    query
        .expr_as(key, "key")
        .expr_as(Expr::cust("COUNT(*)"), "n")
        .group_by_columns(["key", "figure", "counted_in", "one", "other"]);
}

/// Expression for the first day of the month of a row, as text.
fn month(asked: &StatisticsQuestion, day: &Day) -> SimpleExpr {
    let months = rules::months(asked.from, asked.until).into_iter();
    let case = months.fold(CaseStatement::new(), |case, month| {
        let next = month.checked_add_months(Months::new(1)).unwrap_or(month);
        let last = next.pred_opt().unwrap_or(month);
        let within = match day {
            Day::Instant(at) => at.clone().lt(clock::end_of_day(last)),
            Day::Local(day) => day.clone().lte(last),
        };
        case.case(within, Expr::cust(format!("'{month}'")))
    });
    case.into()
}
