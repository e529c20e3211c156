//! What resolvers ask of the request: the program, who asks, and rows by id.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Data, OutputType, connection::Connection};
use sea_orm::{FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    App,
    kit::{
        Error, Id, Part, Resource, Viewer,
        loader::{self, PartsOf, RowLoader, Rows},
        page::{self, PageArgs, Slice, Total},
        pages::{self, PageLoader, PageOf},
    },
};

/// What the resolvers of one request see with, or those of one event of a subscription: who asks, and what was
/// read for them already.
#[must_use]
pub fn eyes(app: &App, viewer: Arc<Viewer>) -> Data {
    let mut data = Data::default();
    data.insert(loader::rows(app.database.clone(), Arc::clone(&viewer)));
    data.insert(pages::pages(app.database.clone()));
    data.insert(viewer);
    data
}

/// Shorthands on async-graphql's context.
pub trait Ask {
    /// The program that serves the request.
    fn app(&self) -> &App;
    /// Who asks.
    fn viewer(&self) -> &Arc<Viewer>;
    /// A row that the viewer may see, batched with all others that this step of the query asks for.
    fn load<E: Resource>(
        &self,
        id: Id<E>,
    ) -> impl Future<Output = Result<Option<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
    /// The rows of these that the viewer may see, in one statement.
    fn load_all<E: Resource>(
        &self,
        ids: Vec<Id<E>>,
    ) -> impl Future<Output = Result<HashMap<Id<E>, E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
    /// A page of what belongs to a thing, batched with the same page of all others that this step of the query asks for.
    fn page<R: FromQueryResult>(
        &self,
        page: PageOf,
    ) -> impl Future<Output = Result<Slice<R>, Error>> + Send;
    /// A page of what belongs to a thing, its rows as they came.
    fn rows(
        &self,
        page: PageOf,
    ) -> impl Future<Output = Result<Slice<Arc<QueryResult>>, Error>> + Send;
    /// A page of the parts of a thing, in the order in which they came, batched likewise.
    fn part_page<E: Part, T: OutputType + From<E::Model>>(
        &self,
        whole: Uuid,
        id: E::Column,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connection<String, T, Total>, Error>> + Send
    where
        E::Model: FromQueryResult + Send;
    /// The parts of a thing, batched with those of all others that this step of the query asks for.
    fn parts<E: Part>(
        &self,
        whole: Uuid,
    ) -> impl Future<Output = Result<Vec<E::Model>, Error>> + Send
    where
        E::Model: Clone + Send + Sync;
}

impl Ask for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn viewer(&self) -> &Arc<Viewer> {
        self.data_unchecked()
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

    async fn page<R: FromQueryResult>(&self, page: PageOf) -> Result<Slice<R>, Error> {
        self.rows(page).await?.read(|row| page::whole(&row))
    }

    async fn rows(&self, page: PageOf) -> Result<Slice<Arc<QueryResult>>, Error> {
        let loader: &PageLoader = self.data_unchecked();
        let found = loader.load_one(page).await?;
        found.ok_or(Error::NotFound)
    }

    async fn part_page<E: Part, T: OutputType + From<E::Model>>(
        &self,
        whole: Uuid,
        id: E::Column,
        args: PageArgs,
    ) -> Result<Connection<String, T, Total>, Error>
    where
        E::Model: FromQueryResult + Send,
    {
        let page = PageOf::parts::<E>(whole, id, args);
        let total = page.total();
        let slice = self.page::<E::Model>(page).await?;
        Ok(slice.connection(total, T::from))
    }

    async fn parts<E: Part>(&self, whole: Uuid) -> Result<Vec<E::Model>, Error>
    where
        E::Model: Clone + Send + Sync,
    {
        let loader: &RowLoader = self.data_unchecked();
        let parts = loader.load_one(PartsOf::<E>::new(whole)).await?;
        Ok(parts.unwrap_or_default())
    }
}
