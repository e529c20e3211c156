//! Descriptor of a feature: what the rest of the program builds from it.
//!
//! The router, the workers, `node` and `_entities`, mergers and the catalogue of acts are built from the descriptors,
//! which [`crate::features`] lists. Each feature has its own in a file `feature.rs`.

use std::time::Duration;

use async_graphql::{Context, ObjectType, OutputType, registry::Registry};
use axum::Router;
use entity::organisation;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::{
    App,
    context::ContextExt,
    kit::{Error, Id, Resource, Transaction, Viewer, activity::Entry},
    schema::Node,
};

/// Descriptor of a feature. What a feature does not have stays as in [`Feature::named`].
pub struct Feature {
    /// Name of its folder.
    pub name: &'static str,
    /// Acts that it records.
    pub acts: &'static [&'static Entry],
    /// Types of rows with global ids, which `node` and `_entities` find.
    pub nodes: &'static [NodeType],
    /// Addresses that it serves beside GraphQL.
    pub routes: Option<fn() -> Router<App>>,
    /// Background work.
    pub workers: &'static [Worker],
    /// Moves rows of an organisation that is merged into another, where [`OnMerge::Repoint`] is not enough.
    pub merge: Option<Merge>,
    /// Columns that refer to an organisation.
    pub organisations: &'static [OrganisationColumn],
    /// Columns that refer to a person.
    pub people: &'static [PersonColumn],
    /// Data that is deleted after a period.
    pub retention: &'static [Retention],
}

impl Feature {
    /// A feature that has nothing yet.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            acts: &[],
            nodes: &[],
            routes: None,
            workers: &[],
            merge: None,
            organisations: &[],
            people: &[],
            retention: &[],
        }
    }
}

/// Loads rows by id, in the order of the ids; `None` for those that the viewer may not see.
pub type Load =
    for<'a> fn(&'a Context<'a>, &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Option<Node>>, Error>>;

/// Type of rows that have global ids.
pub struct NodeType {
    /// Kind of row in global ids: [`Resource::NAME`].
    pub kind: &'static str,
    /// Loads those of the rows that the viewer may see, in the order of the ids.
    pub load: Load,
    /// Registers the GraphQL types and returns their names.
    pub register: fn(&mut Registry) -> Vec<String>,
}

impl NodeType {
    /// Type `T` of the rows of an entity.
    #[must_use]
    pub const fn of<E: Resource, T>() -> Self
    where
        E::Model: Clone + Send + Sync,
        T: ObjectType + From<E::Model> + 'static,
    {
        Self {
            kind: E::NAME,
            load: |ctx, ids| Box::pin(load_rows::<E>(ctx, ids, |_, row| Node::new(T::from(row)))),
            register: register::<T>,
        }
    }
}

/// Registers an object type as a [`Node`].
pub fn register<T: ObjectType>(registry: &mut Registry) -> Vec<String> {
    <T as OutputType>::create_type_info(registry);
    let name = <T as OutputType>::type_name();
    registry.add_implements(&name, Node::NAME);
    vec![name.into_owned()]
}

/// Loads rows by id in one statement, and makes a node of each that the viewer may see.
pub async fn load_rows<E: Resource>(
    ctx: &Context<'_>,
    ids: &[Uuid],
    node: impl Fn(&Viewer, E::Model) -> Node,
) -> Result<Vec<Option<Node>>, Error>
where
    E::Model: Clone + Send + Sync,
{
    let ids: Vec<Id<E>> = ids.iter().copied().map(Id::new).collect();
    let found = ctx.load_all(ids.clone()).await?;
    let viewer = ctx.viewer();
    Ok(ids
        .iter()
        .map(|id| found.get(id).cloned().map(|row| node(viewer, row)))
        .collect())
}

/// Background work of a feature. Any number of servers may do it at once.
pub struct Worker {
    /// Name in the log.
    pub name: &'static str,
    /// Work, and when it is done.
    pub work: Work,
}

/// Kind of background work.
pub enum Work {
    /// Runs at an interval and returns the number of rows that it changed. A failed run is repeated at the next interval.
    Every(
        Duration,
        fn(App) -> BoxFuture<'static, Result<usize, Error>>,
    ),
    /// Runs for as long as the server does.
    Always(fn(App) -> BoxFuture<'static, ()>),
}

/// Moves rows of a merged organisation within the transaction of the merger, in which both organisations are locked.
pub type Merge = for<'a> fn(Merger<'a>) -> BoxFuture<'a, Result<(), Error>>;

/// Merger of an organisation into another.
#[derive(Clone, Copy)]
pub struct Merger<'a> {
    /// Transaction of the merger.
    pub transaction: &'a Transaction,
    /// Administrator who merges.
    pub viewer: &'a Viewer,
    /// Organisation that is merged.
    pub source: &'a organisation::Model,
    /// Organisation that succeeds it.
    pub into: &'a organisation::Model,
}

/// Column that refers to an organisation.
pub struct OrganisationColumn {
    /// Table and column.
    pub column: (&'static str, &'static str),
    /// Decision for rows of the merged organisation.
    pub on_merge: OnMerge,
}

impl OrganisationColumn {
    /// A column with its decision.
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, on_merge: OnMerge) -> Self {
        Self {
            column: (table, column),
            on_merge,
        }
    }
}

/// Decision of a merger on a column that refers to the merged organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMerge {
    /// Sets it to the successor.
    Repoint,
    /// Leaves it to [`Feature::merge`], for this reason.
    Moved(&'static str),
    /// Keeps it, for this reason.
    Keep(&'static str),
}

/// Column that refers to a person, with its decision for erasures.
pub struct PersonColumn {
    /// Table and column.
    pub column: (&'static str, &'static str),
    /// Decision for rows of the person.
    pub on_erase: OnErase,
}

impl PersonColumn {
    /// A column with its decision.
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, on_erase: OnErase) -> Self {
        Self {
            column: (table, column),
            on_erase,
        }
    }
}

/// Decision of an erasure on a column that refers to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnErase {
    /// Deletes the row: it is about the person alone.
    Delete,
    /// Keeps the row with the id, whose person has no name any more: it is a record of what an organisation did.
    Keep,
}

/// Data that is deleted after a period.
pub struct Retention {
    /// Data, in words.
    pub data: &'static str,
    /// Period, and from when it counts, in words.
    pub period: &'static str,
    /// Name of the worker that deletes it.
    pub worker: &'static str,
}
