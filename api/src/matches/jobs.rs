//! What time and other matches do to a match: it lapses unanswered, or with a listing that was closed; and those who
//! wait for something of which nothing is left are told.
//!
//! Readers see a deadline at its instant; the worker writes it down, gives back what was held and tells. Each match is
//! one transaction, written only if it is still as it was read, so that any number of workers may run.

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

/// How many matches a worker takes at a time.
const BATCH: u64 = 100;

/// Does everything that is due, and says how many matches it touched.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(lapse(app, viewer, Condition::all()).await? + crowd_out(app, viewer).await?)
}

/// Writes down which proposals on these listings have lapsed, so that what they held is free for others.
pub async fn lapse_on(app: &App, listings: impl IntoIterator<Item = Uuid>) -> Result<(), Error> {
    let listings: Vec<Uuid> = listings.into_iter().collect();
    let on = Condition::any()
        .add(Column::OfferId.is_in(listings.clone()))
        .add(Column::RequestId.is_in(listings));
    lapse(app, &Viewer::system(), on).await.map(|_| ())
}

/// Ends proposals that nobody answered in time, and those whose listings were closed meanwhile.
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
            // Somebody answered at this moment, or another worker was first.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(touched)
}

/// Tells those who wait for something of which nothing is left, and those for whom something came back.
async fn crowd_out(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let full = on_listings(nothing_left());
    let told = Column::CrowdedOutAt.is_not_null();
    let crowded = Condition::all()
        .add(open())
        .add(told.clone().not())
        .add(full.clone());
    let freed = Condition::all().add(open()).add(told).add(full.not());
    let mut touched = 0;
    for (condition, at, act) in [
        (crowded, Some(viewer.now), acts::CROWDED_OUT),
        (freed, None, acts::ROOM_AGAIN),
    ] {
        let rows = matching::Entity::find()
            .filter(condition)
            .limit(BATCH)
            .all(&app.database.read)
            .await?;
        for row in rows {
            let change = matching::ActiveModel {
                crowded_out_at: Set(at),
                ..Default::default()
            };
            let transaction = app.database.begin().await?;
            let changed = match persist::write(&transaction, viewer, &row, None, change).await {
                Ok(changed) => changed,
                // Somebody acted at this moment, or another worker was first.
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

/// Written literally, as the partial index names it.
fn open() -> SimpleExpr {
    Expr::cust("\"matching\".\"state\" IN ('PROPOSED', 'COUNTERED')")
}

fn closed() -> Condition {
    Condition::all().add(listing::Column::State.eq(ListingState::Closed))
}

/// All of a listing is allocated, and some of it to others than the match that waits.
fn nothing_left() -> Condition {
    let others = Expr::cust(
        "\"listing\".\"allocated\" - CASE WHEN \"listing\".\"id\" = \"matching\".\"offer_id\"
         THEN \"matching\".\"offer_allocated\" ELSE \"matching\".\"request_allocated\" END >= \"listing\".\"quantity\"",
    );
    Condition::all().add(others)
}

/// One of the match's listings is such.
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

/// The states of matches that brokers look after, where no step was made for long.
#[must_use]
pub fn stuck(viewer: &Viewer) -> Condition {
    Condition::all()
        .add(Column::State.is_in(rules::UNDER_WAY))
        .add(Column::UpdatedAt.lte(viewer.now - rules::STUCK_AFTER))
}
