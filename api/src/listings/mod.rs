//! Listings: offers and requests of organisations.
//!
//! One table contains both. A listing is drafted, published, paused, renewed, closed and reopened by its organisation.
//! It expires at its instant, even if the worker records that later: see [`rules::state_at`]. A table in [`rules`]
//! gives, for each act, the states in which it is possible and the role that it takes.
//!
//! Viewers see the listings that were published to their audience. A draft is seen by its organisation alone, and a
//! paused listing by its organisation and staff. An `UNLISTED` listing is seen by everyone who has its id or reference,
//! and appears only in the lists of its organisation. An organisation always sees the listings that were matched with
//! its own.

mod feature;
pub use feature::FEATURE;
pub mod acts;
pub mod allocation;
pub mod content;
pub mod inputs;
mod interface;
pub mod jobs;
mod merge;
pub mod mutation;
pub mod persist;
pub mod projection;
pub mod raised_at;
pub mod rules;
pub mod search;
pub mod service;
pub mod transitions;
pub mod value_types;
pub use persist::type_token;
pub mod types;

use entity::{
    listing::{self, Audience, Column, ListingState},
    matching,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Query, SimpleExpr},
};
use uuid::Uuid;

pub use interface::Listing;
pub use mutation::ListingMutation;
pub use types::{Offer, Request};

use crate::kit::{Resource, Viewer, activity::Concerns};

impl Resource for listing::Entity {
    const NAME: &'static str = "listing";
    const ID: Column = Column::Id;

    fn id(row: &listing::Model) -> Uuid {
        row.id
    }

    fn visible_to(viewer: &Viewer) -> Condition {
        let shown = Condition::all()
            .add(Column::State.is_in([
                ListingState::Published,
                ListingState::Expired,
                ListingState::Closed,
            ]))
            .add(Column::Audience.is_in(audiences(viewer, true)));
        let mut seen = Condition::any().add(shown);
        if viewer.is_staff() {
            seen = seen.add(Column::State.ne(ListingState::Draft));
        }
        or_matched(or_own(seen, viewer), viewer)
    }

    fn concerns(row: &listing::Model) -> Concerns {
        Concerns::organisation(row.organisation_id)
    }
}

/// Condition that lists show a listing to the viewer, by its audience. Callers add a condition on its state.
#[must_use]
pub fn listed_to(viewer: &Viewer) -> Condition {
    if viewer.is_staff() {
        return or_own(
            Condition::any().add(Column::Audience.ne(Audience::Unlisted)),
            viewer,
        );
    }
    or_own(
        Condition::any().add(Column::Audience.is_in(audiences(viewer, false))),
        viewer,
    )
}

/// Condition that a listing is published and has not ended yet. The state is a literal, as in the partial indexes.
#[must_use]
pub fn live(viewer: &Viewer) -> Condition {
    Condition::all()
        .add(published())
        .add(Column::ClosesAt.gt(viewer.now))
}

/// Condition that the stored state is `PUBLISHED`, even if the listing has ended since. The state is a literal, as in
/// the partial indexes.
#[must_use]
pub fn published() -> SimpleExpr {
    Expr::cust("\"listing\".\"state\" = 'PUBLISHED'")
}

/// Condition that some of a listing is left, or that it is not counted.
#[must_use]
pub fn something_left() -> Condition {
    Condition::any()
        .add(Column::Quantity.is_null())
        .add(Expr::cust(
            "\"listing\".\"allocated\" < \"listing\".\"quantity\"",
        ))
}

fn audiences(viewer: &Viewer, unlisted: bool) -> Vec<Audience> {
    let mut audiences = vec![Audience::Public];
    if viewer.person().is_some() {
        audiences.push(Audience::Members);
    }
    if unlisted {
        audiences.push(Audience::Unlisted);
    }
    audiences
}

/// Adds the listings that were matched with one of the viewer's organisations, in any state of the match.
fn or_matched(seen: Condition, viewer: &Viewer) -> Condition {
    let own: Vec<Uuid> = viewer.organisations().collect();
    if own.is_empty() {
        return seen;
    }
    let matched = |theirs: matching::Column, mine: matching::Column| {
        let matches = Query::select()
            .column(theirs)
            .from(matching::Entity)
            .and_where(mine.is_in(own.clone()))
            .to_owned();
        Column::Id.in_subquery(matches)
    };
    seen.add(matched(
        matching::Column::OfferId,
        matching::Column::RequesterId,
    ))
    .add(matched(
        matching::Column::RequestId,
        matching::Column::OffererId,
    ))
}

fn or_own(seen: Condition, viewer: &Viewer) -> Condition {
    let own: Vec<Uuid> = viewer.organisations().collect();
    if own.is_empty() {
        seen
    } else {
        seen.add(Column::OrganisationId.is_in(own))
    }
}
