//! Paginated lists: Relay connections over stable keysets.
//!
//! A page is selected by row value, `(key, id) < (?, ?)`, never by offset, so that the ten-thousandth page costs as
//! much as the first, and rows that are added meanwhile shift nothing. A cursor contains the key and the id of its
//! row, and the order to which they belong.

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

use super::{Database, Error, clock, database::dialect};

/// Default page size.
pub const DEFAULT: i32 = 20;
/// Maximum page size.
pub const MAX: i32 = 100;

/// Type of a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Point in time.
    Time,
    /// Text.
    Text,
    /// Integer.
    Integer,
    /// Floating-point number.
    Float,
    /// No key: sorted by id alone.
    Id,
}

/// Sort order: by an expression, then by id in the same direction.
#[derive(Clone, Debug)]
pub struct Order {
    /// Name of the order, with everything on which its keys depend. A cursor with another name is refused.
    pub tag: String,
    /// Expression to sort by; never null.
    pub by: SimpleExpr,
    /// Type of `by`.
    pub kind: KeyKind,
    /// Id column, as the query names it.
    pub id: SimpleExpr,
    /// True for descending order.
    pub descending: bool,
}

/// Pagination arguments of a list.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    limit: u64,
    backward: bool,
    after: Option<String>,
    before: Option<String>,
}

impl PageArgs {
    /// Validates the arguments that every list has. Default: the first 20 items.
    ///
    /// # Errors
    /// Fails if a number is below 0 or above 100, or if both `first` and `last` are given.
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
                    "send either first or last, not both".into(),
                ));
            }
            (_, None) => ("first", first.unwrap_or(DEFAULT)),
            (None, Some(last)) => ("last", last),
        };
        match u64::try_from(count) {
            Ok(limit) if count <= MAX => Ok(Self {
                limit,
                backward: last.is_some(),
                after,
                before,
            }),
            _ => Err(Error::BadInput(
                name,
                format!("must be from 0 to {MAX}; request further pages for more"),
            )),
        }
    }
}

impl PageArgs {
    /// Arguments for the first `limit` items after a cursor, without the maximum page size. For files, which contain
    /// more than a page.
    #[must_use]
    pub const fn file(limit: u64, after: Option<String>) -> Self {
        Self {
            limit,
            backward: false,
            after,
            before: None,
        }
    }

    /// Lower bound of the keys on a page, in ascending order of a number: 0 for the first page, otherwise the key of
    /// the cursor. `None` for a page that is read from its end.
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

/// Decodes a complete row.
pub fn whole<R: FromQueryResult>(row: &QueryResult) -> Result<R, DbErr> {
    R::from_query_result(row, "")
}

/// Rows of one page, in the order of the list.
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

/// Adds the sort key and the conditions of the cursors to a query.
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

/// Sort expressions with their directions, which are reversed for a page that is read from its end.
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

/// Number of rows to read: one more than the page has, to know whether there is a next page.
pub(super) const fn most_rows(args: &PageArgs) -> u64 {
    args.limit + 1
}

/// Builds a page from the rows that were read: drops the extra row, and restores the order of a page that was read from
/// its end.
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
    /// Page of an empty list.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            rows: Vec::new(),
            has_previous: false,
            has_next: false,
        }
    }

    /// Returns true if there is a page after this one.
    #[must_use]
    pub const fn has_next(&self) -> bool {
        self.has_next
    }

    /// Cursor of the last row; `None` if the page is empty.
    #[must_use]
    pub fn end_cursor(&self) -> Option<&str> {
        self.rows.last().map(|(cursor, _)| cursor.as_str())
    }

    /// Converts the page to a Relay connection with additional fields.
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

    /// Decodes each row; fails if one cannot be decoded.
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

    /// Converts each row.
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

    /// Rows without their cursors.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().map(|(_, row)| row)
    }
}

/// Query for the total of a list. It is executed only if the field is selected.
pub struct Total(pub SelectStatement);

/// Fields of a connection beside its page.
#[Object]
impl Total {
    /// Number of items on all pages together that the viewer may see. Costs an extra statement: select it only if it
    /// is shown.
    #[graphql(directive = super::graphql::cost::cost::apply(super::graphql::cost::COUNT))]
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
            "this cursor does not belong to this list in this order; start again from the first page"
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

/// Encodes a cursor: `tag|id|key` in base64, so that clients are not tempted to read it.
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
        KeyKind::Time => Some(clock::within_ad(key.parse().ok()?)?.into()),
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
