//! Batched loading of rows for edges that no look-ahead has read: one statement for each step of a query.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
    time::Duration,
};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::super::{Database, Error, Id, Resource, Viewer, database::RequestScope};
use crate::kit::Child;

/// Number of times that a batch yields so that other loads can join it. The engine resolves lists of more than 30 items
/// two at a time, so without waiting there would be many batches; a timer would cost a millisecond instead.
const YIELDS: usize = 32;

/// Reads rows by their ids, as far as the viewer may see them. One per request.
pub struct Rows {
    database: Database,
    viewer: Arc<Viewer>,
}

/// Loader of rows for edges: batched, and cached for the request.
pub type RowLoader = DataLoader<Rows, HashMapCache>;

/// Creates the loader of one request.
#[must_use]
pub fn rows(database: Database, viewer: Arc<Viewer>) -> RowLoader {
    DataLoader::with_cache(Rows { database, viewer }, spawn, HashMapCache::default())
        .delay(Duration::ZERO)
}

/// Runs a batch a little later, once other loads have joined it.
pub(super) fn spawn(batch: futures_util::future::BoxFuture<'static, ()>) {
    RequestScope::spawn(async move {
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
        batch.await;
    });
}

impl<E: Resource> Loader<Id<E>> for Rows
where
    E::Model: Clone + Send + Sync,
{
    type Value = E::Model;
    type Error = Error;

    async fn load(&self, ids: &[Id<E>]) -> Result<HashMap<Id<E>, E::Model>, Error> {
        let rows = E::find()
            .filter(E::ID.is_in(ids.iter().map(|id| id.0)))
            .filter(E::visible_to(&self.viewer))
            .all(&self.database.read)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (Id::new(E::id(&row)), row))
            .collect())
    }
}

/// Loader key of all parts of one kind that a parent has.
pub struct ChildrenOf<E>(Uuid, PhantomData<fn() -> E>);

impl<E> ChildrenOf<E> {
    /// Key of the parts of the parent with this id.
    #[must_use]
    pub const fn new(whole: Uuid) -> Self {
        Self(whole, PhantomData)
    }
}

impl<E> Clone for ChildrenOf<E> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}
impl<E> PartialEq for ChildrenOf<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for ChildrenOf<E> {}
impl<E> Hash for ChildrenOf<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Child> Loader<ChildrenOf<E>> for Rows
where
    E::Model: Clone + Send + Sync,
{
    type Value = Vec<E::Model>;
    type Error = Error;

    async fn load(
        &self,
        wholes: &[ChildrenOf<E>],
    ) -> Result<HashMap<ChildrenOf<E>, Vec<E::Model>>, Error> {
        let rows = E::find()
            .filter(E::PARENT.is_in(wholes.iter().map(|whole| whole.0)))
            .all(&self.database.read)
            .await?;
        let mut parts: HashMap<_, Vec<E::Model>> = HashMap::new();
        for row in rows {
            parts
                .entry(ChildrenOf::new(E::parent(&row)))
                .or_default()
                .push(row);
        }
        Ok(parts)
    }
}
