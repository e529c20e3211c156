//! Permissions of the viewer, checked again before each mutation of a document but the first.
//!
//! The first mutation, or somebody else while it ran, may have ended the session or taken a role. What the later ones
//! write is checked where it is recorded ([`permissions`]); this also covers what they read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    PathSegment, ServerResult,
    extensions::{ExtensionContext, ResolveInfo},
};

use crate::kit::{Database, Viewer, permissions};

/// Progress of a document with mutations.
#[derive(Debug, Default)]
pub struct LaterMutations {
    begun: AtomicBool,
}

impl LaterMutations {
    /// Checks the permissions before a field of the root type `Mutation`, unless it is the first.
    pub async fn check(ctx: &ExtensionContext<'_>, info: &ResolveInfo<'_>) -> ServerResult<()> {
        let begun = ctx.data_opt::<Self>();
        if !begun.is_some_and(|this| this.begun.swap(true, Ordering::Relaxed)) {
            return Ok(());
        }
        let (database, viewer) = (ctx.data_unchecked(), ctx.data_unchecked());
        let (database, viewer): (&Database, &Arc<Viewer>) = (database, viewer);
        let checked = permissions::check(&database.write, viewer).await;
        checked.map_err(|error| {
            let error = async_graphql::Error::from(error);
            let mut error = error.into_server_error(info.field.name.pos);
            let key = info.alias.unwrap_or(info.name);
            error.path.push(PathSegment::Field(key.to_owned()));
            error
        })
    }
}
