//! Jobs on matches: lapse proposals that were not answered in time or whose listing was closed, and notify the sides of
//! a proposal when a listing has nothing left, or enough again.
//!
//! Readers see a deadline take effect at once; the worker stores it, releases the allocation and notifies. Each match
//! is one transaction, written only if it is still as it was read, so that any number of workers can run.

use entity::{
    listing::{self, ListingState},
    match_step::MatchStepKind,
    matching::{self, Column, MatchState},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{acts, negotiation, rules, step_records::Step};
use crate::{
    App,
    kit::{Error, Viewer, failpoint, lifecycle},
    matches::persist,
};

/// Maximum number of matches per run and query.
const BATCH: u64 = 100;

/// Runs all jobs that are due, and returns the number of matches changed.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(lapse(app, viewer, Condition::all()).await? + update_availability(app, viewer).await?)
}

/// Lapses due proposals on these listings, so that their allocation is available to others.
pub async fn lapse_on(app: &App, listings: impl IntoIterator<Item = Uuid>) -> Result<(), Error> {
    let listings: Vec<Uuid> = listings.into_iter().collect();
    let on = Condition::any()
        .add(Column::OfferId.is_in(listings.clone()))
        .add(Column::RequestId.is_in(listings));
    lapse(app, &Viewer::system(), on).await.map(|_| ())
}

/// Lapses proposals that were not answered in time or whose listings were closed.
async fn lapse(app: &App, viewer: &Viewer, among: Condition) -> Result<usize, Error> {
    let due = Condition::any()
        .add(Column::AnswerBy.lte(viewer.now))
        .add(on_listings(closed()));
    let due = Condition::all().add(open()).add(due).add(among);
    let rows = matching::Entity::find()
        .filter(due)
        .order_by_asc(Column::AnswerBy)
        .limit(BATCH)
        .all(&app.database.read)
        .await?;
    let mut touched = 0;
    for row in rows {
        let transaction = app.database.begin().await?;
        let step = Step::new(MatchStepKind::Lapsed, None).about(row.terms_version);
        let state = MatchState::Lapsed;
        match negotiation::end(&transaction, viewer, &row, state, acts::LAPSED, step).await {
            Ok(_) => {
                failpoint::point("match.lapsing");
                transaction.commit().await?;
                failpoint::point("match.lapsed");
                touched += 1;
            }
            // A side acted at the same time, or another worker was first.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(touched)
}

/// Notifies proposed matches when one of their listings has nothing left, and when enough is left again.
async fn update_availability(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let full = on_listings(nothing_left());
    let told = Column::NothingLeftAt.is_not_null();
    let crowded = Condition::all()
        .add(open())
        .add(told.clone().not())
        .add(full.clone());
    let freed = Condition::all().add(open()).add(told).add(full.not());
    let mut touched = 0;
    for (condition, at, act) in [
        (crowded, Some(viewer.now), acts::NOTHING_LEFT),
        (freed, None, acts::AVAILABLE_AGAIN),
    ] {
        let rows = matching::Entity::find()
            .filter(condition)
            .limit(BATCH)
            .all(&app.database.read)
            .await?;
        for row in rows {
            let change = matching::ActiveModel {
                nothing_left_at: Set(at),
                ..Default::default()
            };
            let transaction = app.database.begin().await?;
            let changed = match persist::write(&transaction, viewer, &row, None, change).await {
                Ok(changed) => changed,
                // A side acted at the same time, or another worker was first.
                Err(Error::Refused(_)) => continue,
                Err(error) => return Err(error),
            };
            lifecycle::record(&transaction, viewer, (&changed, &None, &None), act, &[]).await?;
            failpoint::point("match.telling");
            transaction.commit().await?;
            failpoint::point("match.told");
            touched += 1;
        }
    }
    Ok(touched)
}

/// Condition for open matches. Written as literal SQL, because the partial index contains these literals.
fn open() -> SimpleExpr {
    Expr::cust("\"matching\".\"state\" IN ('PROPOSED', 'COUNTERED')")
}

fn closed() -> Condition {
    Condition::all().add(listing::Column::State.eq(ListingState::Closed))
}

/// Condition for a listing that is allocated in full, at least in part to other matches.
fn nothing_left() -> Condition {
    let others = Expr::cust(
        "\"listing\".\"allocated\" - CASE WHEN \"listing\".\"id\" = \"matching\".\"offer_id\"
         THEN \"matching\".\"offer_allocated\" ELSE \"matching\".\"request_allocated\" END >= \"listing\".\"quantity\"",
    );
    Condition::all().add(others)
}

/// Condition for matches of which one of the listings fulfils the condition.
fn on_listings(such: Condition) -> SimpleExpr {
    let pair = Condition::any()
        .add(
            Expr::col((listing::Entity, listing::Column::Id))
                .equals((matching::Entity, Column::OfferId)),
        )
        .add(
            Expr::col((listing::Entity, listing::Column::Id))
                .equals((matching::Entity, Column::RequestId)),
        );
    let found = Query::select()
        .expr(Expr::val(1))
        .from(listing::Entity)
        .cond_where(pair)
        .cond_where(such)
        .to_owned();
    Expr::exists(found)
}

/// Condition for agreed matches without a step for [`rules::STUCK_AFTER`], which brokers look after.
#[must_use]
pub fn stuck(viewer: &Viewer) -> Condition {
    Condition::all()
        .add(Column::State.is_in(rules::UNDER_WAY))
        .add(Column::UpdatedAt.lte(viewer.now - rules::STUCK_AFTER))
}
