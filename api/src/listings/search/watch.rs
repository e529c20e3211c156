//! Changes of listings that subscriptions send.

use std::{sync::Arc, time::Duration};

use entity::{
    activity,
    listing::{self, ListingState},
    matching,
};
use moka::sync::Cache;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{
    conditions::{Among, Search},
    types::ListingFilter,
};
use crate::{
    App,
    kit::{Error, Id, Resource, Viewer, database::resource},
    listings::{acts, rules::state_at},
};

/// Returns true if an act published or reopened a listing.
#[must_use]
pub fn opens(act: &activity::Model) -> bool {
    acts::PUBLISHED.is(act) || acts::REOPENED.is(act)
}

/// Returns true if an act may have changed a listing: an act on the listing, or on any match.
#[must_use]
pub fn may_touch(act: &activity::Model, id: Id<listing::Entity>) -> bool {
    let own = act.subject_kind == listing::Entity::NAME && act.subject_id == id.0;
    own || act.subject_kind == matching::Entity::NAME
}

/// Number of results that [`Published`] keeps.
const KEPT: u64 = 10_000;
/// Time for which [`Published`] keeps a result: longer than an act takes to reach all subscribers.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Filter of a subscription, and its text, by which equal filters are found.
#[derive(Clone, Debug)]
pub struct WatchedFilter {
    /// Conditions for the listings.
    pub filter: ListingFilter,
    /// The conditions as JSON.
    pub text: Arc<str>,
}

/// Act, caller and filter of a result.
type Key = (Uuid, Option<Uuid>, Arc<str>);
/// Listing that a filter found; `None` if it found none.
type Found = Option<Arc<listing::Model>>;

/// Listings that subscriptions found after the latest acts. A caller with a thousand subscriptions to the same listings
/// reads each once.
#[derive(Debug)]
pub struct Published(Cache<Key, Arc<OnceCell<Found>>>);

impl Default for Published {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR);
        Self(cache.build())
    }
}

impl Published {
    /// Returns the listing of an act, if the filter finds it for the viewer.
    pub async fn found(
        &self,
        app: &App,
        viewer: &Viewer,
        act: &activity::Model,
        watched: &WatchedFilter,
    ) -> Result<Found, Error> {
        let key = (act.id, viewer.person_id(), Arc::clone(&watched.text));
        let cell = self.0.get_with(key, Arc::default);
        let id = Id::new(act.subject_id);
        let read = async || {
            let row = found(app, viewer, watched.filter.clone(), id).await?;
            Ok(row.map(Arc::new))
        };
        cell.get_or_try_init(read).await.cloned()
    }
}

/// Returns a listing, if the filter finds it for the viewer.
pub async fn found(
    app: &App,
    viewer: &Viewer,
    filter: ListingFilter,
    id: Id<listing::Entity>,
) -> Result<Option<listing::Model>, Error> {
    let conn = &app.database.read;
    let backend = app.database.backend();
    let found = Search::new(
        viewer,
        &app.reference.now(),
        backend,
        &Among::Everybody,
        filter,
    )?;
    let open = Condition::all()
        .add(listing::Column::Id.eq(id.0))
        .add(found.condition(None));
    Ok(listing::Entity::find().filter(open).one(conn).await?)
}

/// Values of a listing that were sent last. The listing is sent again only when they change, so that a subscriber does
/// not learn of acts that they may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    version: i32,
    state: ListingState,
    allocated: i64,
}

impl Shown {
    /// Returns the values of a listing as the viewer sees it now.
    #[must_use]
    pub fn of(row: &listing::Model, viewer: &Viewer) -> Self {
        Self {
            version: row.version,
            state: state_at(row, viewer.now),
            allocated: row.allocated,
        }
    }
}

/// Returns the listing, if the viewer may see it and the act is one on it or on a match of it.
pub async fn touched(
    app: &App,
    viewer: &Viewer,
    act: &activity::Model,
    id: Id<listing::Entity>,
) -> Result<Option<listing::Model>, Error> {
    let conn = &app.database.read;
    if act.subject_kind == matching::Entity::NAME {
        let of_it = Condition::any()
            .add(matching::Column::OfferId.eq(id.0))
            .add(matching::Column::RequestId.eq(id.0));
        let its = matching::Entity::find_by_id(act.subject_id).filter(of_it);
        if its.count(conn).await? == 0 {
            return Ok(None);
        }
    }
    resource::find(conn, viewer, id).await
}
