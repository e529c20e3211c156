//! Reading what everybody may see: a page of changes, the newest, one listing, and what acts have touched.

use entity::{
    area,
    feed::{self, Model as Feed},
    feed_entry, listing, listing_area, matching, organisation, resource_type,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    sea_query::{Expr, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::rules::Touched;
use crate::{
    kit::{Error, Id, Resource, Viewer, dialect, viewer::Who},
    listings::{
        self,
        row::{Plan, Row},
    },
};

/// The name of the feed of listings.
pub const LISTINGS: &str = "listings";

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

/// What everybody is shown of listings at this moment.
fn shown(viewer: &Viewer) -> Condition {
    let nobody = nobody(viewer);
    Condition::all()
        .add(listing::Entity::visible_to(&nobody))
        .add(listings::listed_to(&nobody))
        .add(listings::live(&nobody))
}

/// How far a feed has come.
pub async fn feed(conn: &impl ConnectionTrait, name: &str) -> Result<Feed, Error> {
    let found = feed::Entity::find_by_id(name).one(conn).await?;
    found.ok_or_else(|| Error::internal(format!("a migration adds the feed {name}")))
}

/// So many changes of listings that follow a number. What has just gone from sight is gone, numbered or not.
pub async fn changes(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    after: i64,
    limit: u64,
) -> Result<Vec<Change>, Error> {
    use feed_entry::{Column, Entity};

    let own = Expr::col((Entity, Column::SubjectId)).equals((listing::Entity, listing::Column::Id));
    let query = Query::select()
        .column((Entity, Column::Change))
        .column((Entity, Column::Kind))
        .column((Entity, Column::SubjectId))
        .column((Entity, Column::Data))
        .expr_as(Expr::col((listing::Entity, listing::Column::Id)), "shown")
        .from(Entity)
        .left_join(listing::Entity, shown(viewer).add(own))
        .and_where(Column::Feed.eq(LISTINGS))
        .and_where(Column::Change.gt(after))
        .order_by((Entity, Column::Change), Order::Asc)
        .to_owned();
    let rows = dialect::limited(conn, &query, limit).await?;
    let change = |row: &sea_orm::QueryResult| {
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

/// The listings that acts may have changed for those who read the feed: what it shows or has shown.
pub async fn touched(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    touched: &Touched,
) -> Result<Vec<Uuid>, Error> {
    use listing::Column;

    let among = |column: Column, ids: &[Uuid]| column.is_in(ids.iter().copied());
    let of_matches = |column: matching::Column| {
        let ids = matching::Column::Id.is_in(touched.matches.iter().copied());
        let matches = Query::select()
            .column(column)
            .from(matching::Entity)
            .and_where(ids)
            .to_owned();
        Column::Id.in_subquery(matches)
    };
    let mut any = Condition::any();
    if !touched.listings.is_empty() {
        any = any.add(among(Column::Id, &touched.listings));
    }
    if !touched.organisations.is_empty() {
        any = any.add(among(Column::OrganisationId, &touched.organisations));
    }
    if !touched.matches.is_empty() {
        any = any
            .add(of_matches(matching::Column::OfferId))
            .add(of_matches(matching::Column::RequestId));
    }
    if !touched.areas.is_empty() {
        any = any.add(Column::Id.in_subquery(for_areas(&touched.areas)));
    }
    if !touched.types.is_empty() {
        any = any.add(Column::ResourceType.in_subquery(codes_of_types(&touched.types)));
    }
    let known = Query::select()
        .column(feed_entry::Column::SubjectId)
        .from(feed_entry::Entity)
        .and_where(feed_entry::Column::Feed.eq(LISTINGS))
        .to_owned();
    let query = Query::select()
        .column((listing::Entity, Column::Id))
        .from(listing::Entity)
        .cond_where(any)
        .cond_where(
            Condition::any()
                .add(shown(viewer))
                .add(Column::Id.in_subquery(known)),
        )
        .order_by((listing::Entity, Column::Id), Order::Asc)
        .to_owned();
    let rows = conn.query_all(&query).await?;
    let ids = rows.iter().map(|row| row.try_get("", "id"));
    Ok(ids.collect::<Result<_, _>>()?)
}

fn for_areas(ids: &[Uuid]) -> SelectStatement {
    let codes = Query::select()
        .column(area::Column::Code)
        .from(area::Entity)
        .and_where(area::Column::Id.is_in(ids.iter().copied()))
        .to_owned();
    Query::select()
        .column(listing_area::Column::ListingId)
        .from(listing_area::Entity)
        .and_where(listing_area::Column::Area.in_subquery(codes))
        .to_owned()
}

fn codes_of_types(ids: &[Uuid]) -> SelectStatement {
    use resource_type::{Column, Entity};

    Query::select()
        .column(Column::Code)
        .from(Entity)
        .and_where(Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}

/// So many listings that follow an id, of those that are shown to everybody.
pub async fn all_after(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, Error> {
    let query = Query::select()
        .column((listing::Entity, listing::Column::Id))
        .from(listing::Entity)
        .cond_where(shown(viewer))
        .and_where(listing::Column::Id.gt(after))
        .order_by((listing::Entity, listing::Column::Id), Order::Asc)
        .to_owned();
    let rows = dialect::limited(conn, &query, limit).await?;
    let ids = rows.iter().map(|row| row.try_get("", "id"));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Those of these listings that are shown to everybody, in full, with their organisations.
pub async fn those(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<Vec<Row>, Error> {
    let plan = Plan::in_full();
    let mut query = Query::select()
        .from(listing::Entity)
        .cond_where(shown(viewer))
        .and_where(listing::Column::Id.is_in(ids.iter().copied()))
        .to_owned();
    plan.select(&mut query);
    let rows = conn.query_all(&query).await?;
    let rows = rows.iter().map(|row| plan.read(row));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a page shows of a listing: itself and its organisation.
pub fn parts(row: &Row) -> Result<(&listing::Model, &organisation::Model), Error> {
    let organisation = row.organisation().ok_or(Error::NotFound)?;
    Ok((row.known(), organisation.known()))
}

/// What a listing is called in addresses: by its id or by its reference.
#[must_use]
pub fn called(name: &str) -> Option<sea_orm::sea_query::SimpleExpr> {
    use crate::finding::reading::{known_as, referred_to};

    match name.parse::<Id<listing::Entity>>() {
        Ok(id) => Some(known_as(id)),
        Err(_) => referred_to(name),
    }
}
