//! Descriptor of the feature.

use std::time::Duration;

use entity::person;

use super::{Person, acts, email_verification};
use crate::{
    feature::{Feature, NodeType, OnErase, PersonColumn, Work, Worker, load_rows, register},
    kit::{Resource, Viewer},
    schema::Node,
};

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[NodeType {
        kind: person::Entity::NAME,
        load: |ctx, ids| {
            Box::pin(load_rows::<person::Entity>(ctx, ids, |viewer, row| {
                Node::new(Person::seen_by(viewer, row))
            }))
        },
        register: register::<Person>,
    }],
    workers: &[Worker {
        name: "address links",
        work: Work::Every(Duration::from_secs(5), |app| {
            Box::pin(async move { email_verification::mail(&app, &Viewer::system()).await })
        }),
    }],
    people: &[PersonColumn::new("session", "person_id", OnErase::Delete)],
    ..Feature::named("accounts")
};
