//! Lists by the page: Relay connections over stable keysets.
//!
//! A page is cut by row value, `(key, id) < (?, ?)`, never by offset, so that the ten-thousandth
//! page costs what the first does and rows that arrive meanwhile shift nothing. A cursor holds the
//! key and the id of its row, and which order they belong to.

use std::borrow::Borrow;

use async_graphql::{
    Context, Object, OutputType,
    connection::{Connection, Edge},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DbErr, FromQueryResult, QueryResult, TryGetable, Value,
    sea_query::{Alias, Expr, Order as Direction, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{Database, Error, clock, dialect};

/// Rows on a page that asks for no number.
pub const DEFAULT: i32 = 20;
/// The most rows on a page.
pub const MOST: i32 = 100;

/// What an order sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// An instant.
    Time,
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// Nothing but the id.
    Id,
}

/// One way to sort: by an expression, then by the id in the same direction.
#[derive(Clone, Debug)]
pub struct Order {
    /// Names the order, with all that its keys depend on: a cursor is refused under another name.
    pub tag: String,
    /// What is sorted by; never null.
    pub by: SimpleExpr,
    /// What `by` gives.
    pub kind: KeyKind,
    /// The id, as the query names it.
    pub id: SimpleExpr,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Which rows of a list a client asks for.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    limit: u64,
    backward: bool,
    after: Option<String>,
    before: Option<String>,
}

impl PageArgs {
    /// The arguments that every list has.
    ///
    /// # Errors
    /// A number is below 0 or above 100, or both directions are asked for at once.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Error> {
        let (name, count) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Error::BadInput(
                    "last",
                    "use first or last, not both".into(),
                ));
            }
            (_, None) => ("first", first.unwrap_or(DEFAULT)),
            (None, Some(last)) => ("last", last),
        };
        match u64::try_from(count) {
            Ok(limit) if count <= MOST => Ok(Self {
                limit,
                backward: last.is_some(),
                after,
                before,
            }),
            _ => Err(Error::BadInput(
                name,
                format!("must be from 0 to {MOST}; walk the pages for more"),
            )),
        }
    }
}

impl PageArgs {
    /// The first so many after a cursor, however many that is: for files, which hold more than a page.
    #[must_use]
    pub const fn file(limit: u64, after: Option<String>) -> Self {
        Self {
            limit,
            backward: false,
            after,
            before: None,
        }
    }

    /// Where in an order by a number, the least first, the page begins: 0 for the first one, and `None` for one that
    /// is read from its end.
    #[must_use]
    pub fn begins_at(&self, order: &Order) -> Option<f64> {
        if self.backward || self.before.is_some() {
            return None;
        }
        let Some(after) = &self.after else {
            return Some(0.0);
        };
        match decode(order, after) {
            Some((_, Some(Value::Double(begin)))) => begin,
            _ => None,
        }
    }
}

/// Reads a row whole.
pub fn whole<R: FromQueryResult>(row: &QueryResult) -> Result<R, DbErr> {
    R::from_query_result(row, "")
}

/// The rows of one page, in the list's order.
#[derive(Clone, Debug)]
pub struct Slice<R> {
    rows: Vec<(String, R)>,
    has_previous: bool,
    has_next: bool,
}

/// Reads one page of a query that has its columns and conditions, but no order yet.
pub async fn slice<R>(
    conn: &impl ConnectionTrait,
    query: SelectStatement,
    order: &Order,
    args: &PageArgs,
    read: impl Fn(&QueryResult) -> Result<R, DbErr>,
) -> Result<Slice<R>, Error> {
    let mut query = keyed(query, order, args)?;
    for (by, direction) in directions(order, args) {
        query.order_by_expr(by, direction);
    }
    let found = dialect::limited(conn, &query, most_rows(args)).await?;
    cut(&found, order, args, read)
}

/// The query with what its order sorts by, between the cursors.
pub(super) fn keyed(
    mut query: SelectStatement,
    order: &Order,
    args: &PageArgs,
) -> Result<SelectStatement, Error> {
    if let Some(after) = &args.after {
        query.and_where(beyond(order, after, "after", order.descending)?);
    }
    if let Some(before) = &args.before {
        query.and_where(beyond(order, before, "before", !order.descending)?);
    }
    if order.kind != KeyKind::Id {
        query.expr_as(order.by.clone(), Alias::new("sort_key"));
    }
    Ok(query)
}

/// What to sort by, and which way, to meet the rows of the page first.
pub(super) fn directions(order: &Order, args: &PageArgs) -> Vec<(SimpleExpr, Direction)> {
    let direction = if order.descending == args.backward {
        Direction::Asc
    } else {
        Direction::Desc
    };
    let mut directions = vec![(order.id.clone(), direction.clone())];
    if order.kind != KeyKind::Id {
        directions.insert(0, (order.by.clone(), direction));
    }
    directions
}

/// One row more than the page has, to know whether there is a next one.
pub(super) const fn most_rows(args: &PageArgs) -> u64 {
    args.limit + 1
}

/// A page of the rows that were met first.
pub(super) fn cut<Q: Borrow<QueryResult>, R>(
    found: &[Q],
    order: &Order,
    args: &PageArgs,
    read: impl Fn(&Q) -> Result<R, DbErr>,
) -> Result<Slice<R>, Error> {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    let mut rows = found
        .iter()
        .take(limit)
        .map(|row| Ok((cursor(order, row.borrow())?, read(row)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    if args.backward {
        rows.reverse();
    }
    Ok(Slice {
        rows,
        has_previous: if args.backward {
            more
        } else {
            args.after.is_some()
        },
        has_next: if args.backward {
            args.before.is_some()
        } else {
            more
        },
    })
}

impl<R> Slice<R> {
    /// The page of a list that has nothing in it.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            rows: Vec::new(),
            has_previous: false,
            has_next: false,
        }
    }

    /// Whether there is another page after this one.
    #[must_use]
    pub const fn has_next(&self) -> bool {
        self.has_next
    }

    /// The cursor of the last row; `None` where there is no row.
    #[must_use]
    pub fn end_cursor(&self) -> Option<&str> {
        self.rows.last().map(|(cursor, _)| cursor.as_str())
    }

    /// The page as a Relay connection, with what the connection says beside its edges.
    pub fn connection<T: OutputType, A: async_graphql::ObjectType>(
        self,
        additional: A,
        node: impl Fn(R) -> T,
    ) -> Connection<String, T, A> {
        let mut connection =
            Connection::with_additional_fields(self.has_previous, self.has_next, additional);
        connection.edges.extend(
            self.rows
                .into_iter()
                .map(|(cursor, row)| Edge::new(cursor, node(row))),
        );
        connection
    }

    /// The page with each row read as something else.
    pub fn read<S>(self, read: impl Fn(R) -> Result<S, DbErr>) -> Result<Slice<S>, Error> {
        let Self {
            rows,
            has_previous,
            has_next,
        } = self;
        let rows = rows
            .into_iter()
            .map(|(cursor, row)| Ok((cursor, read(row)?)));
        Ok(Slice {
            rows: rows.collect::<Result<_, Error>>()?,
            has_previous,
            has_next,
        })
    }

    /// The page with each row changed into something else.
    pub fn map<S>(self, change: impl Fn(R) -> S) -> Slice<S> {
        let Self {
            rows,
            has_previous,
            has_next,
        } = self;
        let rows = rows
            .into_iter()
            .map(|(cursor, row)| (cursor, change(row)))
            .collect();
        Slice {
            rows,
            has_previous,
            has_next,
        }
    }

    /// The rows alone.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().map(|(_, row)| row)
    }
}

/// What a list says beside its pages, counted only where it is asked for.
pub struct Total(pub SelectStatement);

/// What a list says beside its pages.
#[Object]
impl Total {
    /// How many there are on all pages together, for this viewer. Ask for it only where it is shown: it costs a count.
    #[graphql(directive = super::cost::cost::apply(super::cost::COUNT))]
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<i64>> {
        let database = ctx.data::<Database>()?;
        Ok(Some(dialect::count(&database.read, self.0.clone()).await?))
    }
}

fn beyond(
    order: &Order,
    cursor: &str,
    argument: &'static str,
    less: bool,
) -> Result<SimpleExpr, Error> {
    use sea_orm::ExprTrait;

    let (id, key) = decode(order, cursor).ok_or_else(|| {
        Error::BadInput(
            argument,
            "this is not a cursor of this list in this order; start again from the first page"
                .into(),
        )
    })?;
    let (left, right) = match key {
        Some(key) => (
            Expr::tuple([order.by.clone(), order.id.clone()]),
            Expr::tuple([Expr::val(key), Expr::val(id)]),
        ),
        None => (order.id.clone(), Expr::val(id)),
    };
    Ok(if less { left.lt(right) } else { left.gt(right) })
}

/// `tag|id|key`, in base64 so that nobody is tempted to read it.
fn cursor(order: &Order, row: &QueryResult) -> Result<String, Error> {
    fn get<T: TryGetable>(row: &QueryResult) -> Result<T, Error> {
        Ok(row.try_get("", "sort_key")?)
    }
    let id: Uuid = row.try_get("", "id")?;
    let key = match order.kind {
        KeyKind::Time => get::<DateTime<Utc>>(row)?.timestamp_micros().to_string(),
        KeyKind::Text => get::<String>(row)?,
        KeyKind::Integer => get::<i64>(row)?.to_string(),
        KeyKind::Float => get::<f64>(row)?.to_bits().to_string(),
        KeyKind::Id => String::new(),
    };
    Ok(URL_SAFE_NO_PAD.encode(format!("{}|{}|{key}", order.tag, id.simple())))
}

fn decode(order: &Order, cursor: &str) -> Option<(Uuid, Option<Value>)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (id, key) = text
        .strip_prefix(&order.tag)?
        .strip_prefix('|')?
        .split_once('|')?;
    let key = match order.kind {
        KeyKind::Time => Some(clock::from_micros(key.parse().ok()?).into()),
        KeyKind::Text if key.contains('\0') => return None,
        KeyKind::Text => Some(key.into()),
        KeyKind::Integer => Some(key.parse::<i64>().ok()?.into()),
        KeyKind::Float => Some(
            Some(f64::from_bits(key.parse().ok()?))
                .filter(|key| key.is_finite())?
                .into(),
        ),
        KeyKind::Id => None,
    };
    Some((Uuid::try_parse(id).ok()?, key))
}
