//! Registration of the accounts feature.

use std::time::Duration;

use entity::person;

use super::{Person, acts, email_verification, routes};
use crate::{
    feature::{Feature, NodeType, OnErase, PersonColumn, Work, Worker, load_rows, register},
    kit::{Resource, Viewer},
    schema::Node,
};

/// Node type, acts, worker and personal data of accounts.
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
    routes: Some(routes::routes),
    ..Feature::named("accounts")
};
