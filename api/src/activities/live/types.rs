//! Events that subscriptions yield, resolved with the subscriber's current rights.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use entity::activity;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use super::{
    Caller, Change, Moment,
    changes::{Audience, follow},
    refresh::look,
};
use crate::{
    App, context,
    kit::{Error, Id, Resource, Viewer, database::resource},
};

/// Event of a subscription. Its fields are read when the event is sent, with the rights that the caller has at that
/// moment. In the schema it has the type of the wrapped value.
pub struct Event<T> {
    thing: T,
    app: App,
    viewer: Arc<Viewer>,
}

impl Change {
    /// Reads a row and wraps it as an event; `None` if the subscriber may not see it now.
    pub async fn shown<E: Resource, T>(
        &self,
        id: Id<E>,
        make: impl FnOnce(E::Model) -> T,
    ) -> Option<Result<Event<T>, Error>> {
        self.shown_if(id, |_| true, make).await
    }

    /// Like `shown`, but only for rows that match `such`.
    pub async fn shown_if<E: Resource, T>(
        &self,
        id: Id<E>,
        such: impl FnOnce(&E::Model) -> bool,
        make: impl FnOnce(E::Model) -> T,
    ) -> Option<Result<Event<T>, Error>> {
        let found = resource::find(&self.app.database.read, &self.viewer, id).await;
        let shown = found.map(|row| row.filter(such).map(|row| self.show(make(row))));
        shown.transpose()
    }

    /// Wraps a value as an event for the subscriber.
    pub fn show<T>(&self, thing: T) -> Event<T> {
        Event::new(thing, self.app.clone(), Arc::clone(&self.viewer))
    }
}

impl<T> Event<T> {
    pub(super) const fn new(thing: T, app: App, viewer: Arc<Viewer>) -> Self {
        Self { thing, app, viewer }
    }
}

impl<T: OutputType> OutputType for Event<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.thing.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        // The engine shares one set of request data for the whole subscription. This one overrides it for the event.
        let eyes = context::request_data(&self.app, Arc::clone(&self.viewer));
        let mut ctx = ctx.clone();
        ctx.execute_data = Some(&eyes);
        self.thing.resolve(&ctx, field).await
    }
}

/// Returns the stream of acts from now on that match `wanted` and that the caller may see, in the order of commits,
/// without duplicates or gaps.
pub async fn changes(
    ctx: &Context<'_>,
    wanted: impl Fn(&activity::Model) -> bool + Send + Sync + 'static,
) -> Result<BoxStream<'static, Change>, Error> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    Ok(
        follow(Arc::clone(caller), Audience::Concerned, Box::new(wanted))
            .await?
            .boxed(),
    )
}

/// Returns the stream of acts from now on that match `wanted`, without a check that the caller may see them. For
/// subscriptions that show nothing of the act itself, and of its subject only what the subscriber may see.
pub async fn unfiltered_changes(
    ctx: &Context<'_>,
    wanted: impl Fn(&activity::Model) -> bool + Send + Sync + 'static,
) -> Result<BoxStream<'static, Change>, Error> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    Ok(
        follow(Arc::clone(caller), Audience::Anybody, Box::new(wanted))
            .await?
            .boxed(),
    )
}

/// Returns the stream of refreshes for the caller, the first at once.
pub fn moments(ctx: &Context<'_>) -> impl Stream<Item = Moment> + Send + use<> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    look(Arc::clone(caller))
}
