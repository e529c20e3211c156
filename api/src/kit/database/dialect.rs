//! Differences between SQLite and PostgreSQL in queries. Apart from migrations, no other file has any.

use std::fmt::Write as _;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, QueryResult, RuntimeErr, Statement, Value,
    sea_query::{Expr, Func, IntoColumnRef, LikeExpr, Query, SelectStatement, SimpleExpr},
};
use serde::Serialize;

use super::{
    super::{Error, Transaction},
    OUT_OF_TIME,
};

/// Maximum number of words of a search of parts of words. Further words are ignored.
const MAX_WORDS: usize = 12;

/// Condition that `column` is one of `values`, with one parameter and one statement text for any number of values.
#[must_use]
pub fn one_of<T>(backend: DbBackend, column: impl IntoColumnRef, values: Vec<T>) -> SimpleExpr
where
    T: Serialize,
    Vec<T>: Into<Value>,
{
    if backend == DbBackend::Postgres {
        Expr::cust_with_exprs("$1 = ANY($2)", [Expr::col(column), Expr::val(values)])
    } else {
        let list = serde_json::to_string(&values).unwrap_or_default();
        Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [Expr::col(column), Expr::val(list)],
        )
    }
}

/// Takes an advisory lock on a name until the transaction ends, for cases without a row to lock. Takes no lock on
/// SQLite, whose write transactions are serialised.
pub async fn advisory_lock(transaction: &Transaction, name: &str) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        let take = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        let take = Statement::from_sql_and_values(backend, take, [name.into()]);
        transaction.query_one_raw(take).await?;
    }
    Ok(())
}

/// SQL function that returns the greater of two values, neither of which is null.
#[must_use]
pub const fn greatest(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "GREATEST",
        _ => "MAX",
    }
}

/// Runs a query with the limit as a literal in its text: PostgreSQL then keeps one plan for the statement, but plans
/// anew each time for a bound limit.
pub async fn limited(
    conn: &impl ConnectionTrait,
    query: &SelectStatement,
    limit: u64,
) -> Result<Vec<QueryResult>, Error> {
    let mut statement: Statement = conn.get_database_backend().build(query);
    let _ = write!(statement.sql, " LIMIT {limit}");
    Ok(conn.query_all_raw(statement).await?)
}

/// Counts the rows of a query.
pub async fn count(conn: &impl ConnectionTrait, query: SelectStatement) -> Result<i64, Error> {
    let count = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "n")
        .from_subquery(query, "t")
        .to_owned();
    let row = conn.query_one(&count).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

/// Condition that a column contains a text, ignoring case; `%` and `_` are literal.
#[must_use]
pub fn contains(column: impl ColumnTrait, text: &str) -> SimpleExpr {
    use sea_orm::ExprTrait;

    let text = text.replace('\0', "").to_lowercase();
    let pattern = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    Func::lower(Expr::col(column.as_column_ref()))
        .like(LikeExpr::new(format!("%{pattern}%")).escape('\\'))
}

/// Condition that a column of plain words (`text::search::plain`) contains each word of a text, also within a word. False
/// for a text without letters and digits.
#[must_use]
pub fn contains_words<C: ColumnTrait>(column: C, text: &str) -> SimpleExpr {
    use sea_orm::ExprTrait;

    let words = text::search::words(text).into_iter().take(MAX_WORDS);
    words
        .map(|word| Expr::col(column.as_column_ref()).like(format!("%{}%", word.text)))
        .reduce(ExprTrait::and)
        .unwrap_or_else(|| Expr::val(false))
}

/// Full-text condition, written in the query language of each database. The table must have a text index, as listings
/// and events do.
#[must_use]
pub fn text_matches(backend: DbBackend, table: &str, postgres: &str, sqlite: &str) -> SimpleExpr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_values(
            format!("\"{table}\".\"search\" @@ to_tsquery('simple', $1)"),
            [postgres],
        ),
        _ => Expr::cust_with_values(
            format!(
                "\"{table}\".\"docid\" IN (SELECT rowid FROM {table}_search WHERE {table}_search MATCH ?)"
            ),
            [sqlite],
        ),
    }
}

/// Relevance of a listing's text, as an integer that depends on the listing alone, so that pages stay stable while
/// others post. PostgreSQL weights title, words and description 10 : 6 : 2; SQLite counts each term 10 in the title, 6
/// in the words and 2 in the description.
#[must_use]
pub fn text_score(backend: DbBackend, postgres: &str, sqlite_terms: &[String]) -> SimpleExpr {
    if backend == DbBackend::Postgres {
        let score = "CAST(ts_rank('{0.1, 0.2, 0.6, 1.0}', \"listing\".\"search\", to_tsquery('simple', $1)) * 1000000 AS BIGINT)";
        return Expr::cust_with_values(score, [postgres]);
    }
    let column = |name: &str, weight: u8| {
        format!(
            "(\"listing\".\"docid\" IN (SELECT rowid FROM listing_search WHERE listing_search MATCH '{name} : ' || ?)) * {weight}"
        )
    };
    let score = format!(
        "({} + {} + {})",
        column("title", 10),
        column("words", 6),
        column("description", 2)
    );
    sqlite_terms
        .iter()
        .map(|term| Expr::cust_with_values(score.clone(), [term.as_str(); 3]))
        .reduce(sea_orm::ExprTrait::add)
        .unwrap_or_else(|| Expr::val(0))
}

/// Returns true if the database cancelled a statement that ran too long: `SQLITE_INTERRUPT`, or PostgreSQL's
/// `query_canceled`.
#[must_use]
pub fn was_stopped(error: &DbErr) -> bool {
    if matches!(error, DbErr::Custom(text) if text == OUT_OF_TIME) {
        return true;
    }
    sql_state(error).is_some_and(|code| code == "9" || code == "57014")
}

/// Returns true if PostgreSQL ended a transaction because it and others waited for each other (`deadlock_detected`), or
/// because they cannot be put in an order (`serialization_failure`).
#[must_use]
pub fn was_contended(error: &DbErr) -> bool {
    sql_state(error).is_some_and(|code| code == "40P01" || code == "40001")
}

fn sql_state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return None;
    };
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}
