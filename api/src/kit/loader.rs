//! Edges that no look-ahead has read already: the rows that one step of a query asks for, in one statement.

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

use super::{Database, Error, Id, Part, Resource, Viewer, database::RequestScope};

/// How often the batch waits for others to join it. Lists of more than 30 items are resolved two at a
/// time, so a batch that did not wait would be many; a timer would cost a millisecond instead.
const YIELDS: usize = 32;

/// Reads rows by their ids, as this viewer sees them. One per request.
pub struct Rows {
    database: Database,
    viewer: Arc<Viewer>,
}

/// The loader that edges use: batched, and cached for the request.
pub type RowLoader = DataLoader<Rows, HashMapCache>;

/// A new loader for one request.
#[must_use]
pub fn rows(database: Database, viewer: Arc<Viewer>) -> RowLoader {
    DataLoader::with_cache(Rows { database, viewer }, spawn, HashMapCache::default())
        .delay(Duration::ZERO)
}

/// Runs a batch a little later, when others have joined it.
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

/// All parts of one kind that a thing has.
pub struct PartsOf<E>(Uuid, PhantomData<fn() -> E>);

impl<E> PartsOf<E> {
    /// The parts of the thing with this id.
    #[must_use]
    pub const fn new(whole: Uuid) -> Self {
        Self(whole, PhantomData)
    }
}

impl<E> Clone for PartsOf<E> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}
impl<E> PartialEq for PartsOf<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for PartsOf<E> {}
impl<E> Hash for PartsOf<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Part> Loader<PartsOf<E>> for Rows
where
    E::Model: Clone + Send + Sync,
{
    type Value = Vec<E::Model>;
    type Error = Error;

    async fn load(
        &self,
        wholes: &[PartsOf<E>],
    ) -> Result<HashMap<PartsOf<E>, Vec<E::Model>>, Error> {
        let rows = E::find()
            .filter(E::WHOLE.is_in(wholes.iter().map(|whole| whole.0)))
            .all(&self.database.read)
            .await?;
        let mut parts: HashMap<_, Vec<E::Model>> = HashMap::new();
        for row in rows {
            parts
                .entry(PartsOf::new(E::whole(&row)))
                .or_default()
                .push(row);
        }
        Ok(parts)
    }
}
