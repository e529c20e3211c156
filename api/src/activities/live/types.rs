//! What a subscription yields, and the eyes that its resolvers see with.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use entity::activity;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use super::{
    Caller, Change, Moment,
    changes::{Told, follow},
    refresh::look,
};
use crate::{
    App, context,
    kit::{Error, Id, Resource, Viewer, database::resource},
};

/// What is shown of one act. Everything below it is read anew, as the caller may see it at that moment; in the
/// schema it is the thing itself.
pub struct Event<T> {
    thing: T,
    app: App,
    viewer: Arc<Viewer>,
}

impl Change {
    /// Reads a row anew and shows what is made of it; nothing where the one who is told may not see it now.
    pub async fn shown<E: Resource, T>(
        &self,
        id: Id<E>,
        make: impl FnOnce(E::Model) -> T,
    ) -> Option<Result<Event<T>, Error>> {
        self.shown_if(id, |_| true, make).await
    }

    /// The same, but only of such rows.
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

    /// Shows a thing to whoever is told of the change.
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
        // The engine keeps one set of data for as long as a subscription lasts; this one stands before it.
        let eyes = context::eyes(&self.app, Arc::clone(&self.viewer));
        let mut ctx = ctx.clone();
        ctx.execute_data = Some(&eyes);
        self.thing.resolve(&ctx, field).await
    }
}

/// The acts from now on that are wanted and that the caller may read of: in the order of commits, none twice and
/// none left out.
pub async fn changes(
    ctx: &Context<'_>,
    wanted: impl Fn(&activity::Model) -> bool + Send + Sync + 'static,
) -> Result<BoxStream<'static, Change>, Error> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    Ok(
        follow(Arc::clone(caller), Told::Concerned, Box::new(wanted))
            .await?
            .boxed(),
    )
}

/// The acts from now on that are wanted, whoever they concern: for subscriptions that show nothing of the act itself, and of
/// its subject only what the one who is told may see.
pub async fn happenings(
    ctx: &Context<'_>,
    wanted: impl Fn(&activity::Model) -> bool + Send + Sync + 'static,
) -> Result<BoxStream<'static, Change>, Error> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    Ok(follow(Arc::clone(caller), Told::Anybody, Box::new(wanted))
        .await?
        .boxed())
}

/// The moments at which to look again at what the caller is shown: the first at once.
pub fn moments(ctx: &Context<'_>) -> impl Stream<Item = Moment> + Send + use<> {
    let caller: &Arc<Caller> = ctx.data_unchecked();
    look(Arc::clone(caller))
}
