//! Access of resolvers to the data of the request: the application, the viewer and batched loaders.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Data, OutputType, connection::Connection};
use sea_orm::{FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    App,
    kit::{
        Child, Error, Id, Resource, Viewer,
        graphql::{
            loader::{self, ChildrenOf, RowLoader, Rows},
            nested_page::{self, NestedPage, PageLoader},
        },
        idempotency::RetryKey,
        page::{self, PageArgs, Slice, Total},
    },
};

/// Viewer and loaders of one request, or of one subscription event.
#[must_use]
pub fn request_data(app: &App, viewer: Arc<Viewer>) -> Data {
    let mut data = Data::default();
    data.insert(loader::rows(app.database.clone(), Arc::clone(&viewer)));
    data.insert(nested_page::pages(app.database.clone()));
    data.insert(viewer);
    data
}

/// Shorthands for the data of a request, on async-graphql's [`Context`].
pub trait ContextExt {
    /// The application that serves the request.
    fn app(&self) -> &App;
    /// The viewer: the caller and their permissions.
    fn viewer(&self) -> &Arc<Viewer>;
    /// Builds the retry key of the mutation that is executed, from the key that the client sent and the arguments as it
    /// sent them.
    fn retry_key(&self, key: String) -> Result<RetryKey, Error>;
    /// Like [`Self::retry_key`], for an optional key.
    fn optional_retry_key(&self, key: Option<String>) -> Result<Option<RetryKey>, Error> {
        key.map(|key| self.retry_key(key)).transpose()
    }
    /// Loads a row that the viewer may see; `None` if there is none. Batched with the other rows that this step of the
    /// query loads.
    fn load<E: Resource>(
        &self,
        id: Id<E>,
    ) -> impl Future<Output = Result<Option<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
    /// Loads those of the rows that the viewer may see, in one statement.
    fn load_all<E: Resource>(
        &self,
        ids: Vec<Id<E>>,
    ) -> impl Future<Output = Result<HashMap<Id<E>, E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
    /// Loads a page of the rows that belong to a parent, batched with the same page of the other parents in this step
    /// of the query.
    fn page<R: FromQueryResult>(
        &self,
        page: NestedPage,
    ) -> impl Future<Output = Result<Slice<R>, Error>> + Send;
    /// Like [`Self::page`], with undecoded rows.
    fn rows(
        &self,
        page: NestedPage,
    ) -> impl Future<Output = Result<Slice<Arc<QueryResult>>, Error>> + Send;
    /// Loads a page of the parts of a parent in the order of creation, batched like [`Self::page`].
    fn part_page<E: Child, T: OutputType + From<E::Model>>(
        &self,
        whole: Uuid,
        id: E::Column,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connection<String, T, Total>, Error>> + Send
    where
        E::Model: FromQueryResult + Send;
    /// Loads all parts of a parent, batched with those of the other parents in this step of the query.
    fn parts<E: Child>(
        &self,
        whole: Uuid,
    ) -> impl Future<Output = Result<Vec<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn viewer(&self) -> &Arc<Viewer> {
        self.data_unchecked()
    }

    fn retry_key(&self, key: String) -> Result<RetryKey, Error> {
        let arguments = self
            .field()
            .arguments()
            .map_err(|error| Error::internal(error.message))?;
        let arguments = arguments.into_iter().map(|(name, value)| {
            let value = serde_json::to_value(value).unwrap_or_default();
            (name.to_string(), value)
        });
        Ok(RetryKey::new(
            key,
            &serde_json::Value::Object(arguments.collect()),
        ))
    }

    async fn load<E: Resource>(&self, id: Id<E>) -> Result<Option<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        let loader: &RowLoader = self.data_unchecked();
        let _: &Rows = loader.loader();
        loader.load_one(id).await
    }

    async fn load_all<E: Resource>(
        &self,
        ids: Vec<Id<E>>,
    ) -> Result<HashMap<Id<E>, E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        let loader: &RowLoader = self.data_unchecked();
        loader.load_many(ids).await
    }

    async fn page<R: FromQueryResult>(&self, page: NestedPage) -> Result<Slice<R>, Error> {
        self.rows(page).await?.read(|row| page::whole(&row))
    }

    async fn rows(&self, page: NestedPage) -> Result<Slice<Arc<QueryResult>>, Error> {
        let loader: &PageLoader = self.data_unchecked();
        let found = loader.load_one(page).await?;
        found.ok_or(Error::NotFound)
    }

    async fn part_page<E: Child, T: OutputType + From<E::Model>>(
        &self,
        whole: Uuid,
        id: E::Column,
        args: PageArgs,
    ) -> Result<Connection<String, T, Total>, Error>
    where
        E::Model: FromQueryResult + Send,
    {
        let page = NestedPage::parts::<E>(whole, id, args);
        let total = page.total();
        let slice = self.page::<E::Model>(page).await?;
        Ok(slice.connection(total, T::from))
    }

    async fn parts<E: Child>(&self, whole: Uuid) -> Result<Vec<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        let loader: &RowLoader = self.data_unchecked();
        let parts = loader.load_one(ChildrenOf::<E>::new(whole)).await?;
        Ok(parts.unwrap_or_default())
    }
}
