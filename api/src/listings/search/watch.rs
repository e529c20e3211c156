//! What is worth telling of a listing to whoever watches it.

use entity::{
    activity,
    listing::{self, ListingState},
    matching,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    conditions::{Among, Found},
    types::ListingFilter,
};
use crate::{
    App,
    kit::{Error, Id, Resource, Viewer, database::resource},
    listings::{acts, rules::state_at},
};

/// Whether an act opened a listing.
#[must_use]
pub fn opens(act: &activity::Model) -> bool {
    acts::PUBLISHED.is(act) || acts::REOPENED.is(act)
}

/// Whether an act could have changed a listing: one on it, or one on a match, which may be its own.
#[must_use]
pub fn may_touch(act: &activity::Model, id: Id<listing::Entity>) -> bool {
    let own = act.subject_kind == listing::Entity::NAME && act.subject_id == id.0;
    own || act.subject_kind == matching::Entity::NAME
}

/// The listing, if it is open and the viewer finds it by this filter.
pub async fn found(
    app: &App,
    viewer: &Viewer,
    filter: ListingFilter,
    id: Id<listing::Entity>,
) -> Result<Option<listing::Model>, Error> {
    let conn = &app.database.read;
    let backend = app.database.backend();
    let found = Found::new(
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

/// What of a listing was told last: it is told again only when this changes, so that nobody hears of what they may not
/// know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    version: i32,
    state: ListingState,
    allocated: i64,
}

impl Told {
    /// Of a listing as the viewer sees it now.
    #[must_use]
    pub fn of(row: &listing::Model, viewer: &Viewer) -> Self {
        Self {
            version: row.version,
            state: state_at(row, viewer.now),
            allocated: row.allocated,
        }
    }
}

/// The listing as the viewer may see it now, where the act is one on it.
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
