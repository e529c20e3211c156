//! Descriptor of the feature "listings".

use std::time::Duration;

use entity::listing::{self, ListingKind};

use super::{Offer, Request, acts, jobs, merge};
use crate::{
    feature::{
        Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn, Work, Worker,
        load_rows, register,
    },
    kit::{Resource, Viewer},
    schema::Node,
};

/// Nodes, worker, acts and merger of listings.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[NodeType {
        kind: listing::Entity::NAME,
        load: |ctx, ids| {
            Box::pin(load_rows::<listing::Entity>(ctx, ids, |_, row| {
                match row.kind {
                    ListingKind::Offer => Node::new(Offer::from(row)),
                    ListingKind::Request => Node::new(Request::from(row)),
                }
            }))
        },
        register: |registry| [register::<Offer>(registry), register::<Request>(registry)].concat(),
    }],
    workers: &[Worker {
        name: "listings",
        work: Work::Every(Duration::from_mins(1), |app| {
            Box::pin(async move { jobs::run(&app, &Viewer::system()).await })
        }),
    }],
    merge: Some(|merger| Box::pin(merge::merge(merger))),
    organisations: &[OrganisationColumn::new(
        "listing",
        "organisation_id",
        OnMerge::Repoint,
    )],
    people: &[PersonColumn::new("listing", "posted_by", OnErase::Keep)],
    ..Feature::named("listings")
};
