//! Limit on the size of a response, enforced while it is built.
//!
//! The complexity of a document bounds the size of its response, provided that every list is priced by its real length.
//! This is the second line of defence: it counts the actual values, and stops the operation if there are too many.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_graphql::{
    ServerResult, Value,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
    },
};
use tokio::{sync::Notify, task::coop};

use super::later_mutations::LaterMutations;

/// Maximum length of a name in a document, in bytes.
pub const MAX_NAME: usize = 100;
/// Bytes of an error in JSON beside its message and path.
const ERROR: usize = 150;
/// Bytes of a value in JSON beside its name and text: punctuation, or a number.
const PUNCTUATION: usize = 8;

/// Counts the values and bytes of one response, or of one event of a subscription.
#[derive(Debug)]
pub struct ResponseLimit {
    max_values: usize,
    max_bytes: usize,
    values: AtomicUsize,
    bytes: AtomicUsize,
    exceeded: Notify,
}

impl ResponseLimit {
    /// Creates a limit of `max_values` values (fields and list items) and `max_bytes` bytes.
    #[must_use]
    pub fn new(max_values: usize, max_bytes: usize) -> Self {
        Self {
            max_values,
            max_bytes,
            values: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            exceeded: Notify::new(),
        }
    }

    /// Counts values, and the bytes of their names and texts; returns false if the limit is exceeded.
    pub fn add(&self, values: usize, bytes: usize) -> bool {
        let bytes = bytes + values * PUNCTUATION;
        let values = self.values.fetch_add(values, Ordering::Relaxed) + values;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let fits = values <= self.max_values && bytes <= self.max_bytes;
        if !fits {
            self.exceeded.notify_one();
        }
        fits
    }

    /// Waits until the limit is exceeded.
    pub async fn exceeded(&self) {
        self.exceeded.notified().await;
    }

    /// Values and bytes so far.
    pub(super) fn so_far(&self) -> (usize, usize) {
        (
            self.values.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
        )
    }

    /// Goes back to an earlier count, because what was counted since is resolved again.
    pub(super) fn go_back(&self, (values, bytes): (usize, usize)) {
        self.values.store(values, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    fn restart(&self) {
        self.values.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
    }
}

/// Engine extension that counts every field and list item against the [`ResponseLimit`] of the request, and checks the
/// permissions before [`LaterMutations`]. One extension, because each costs every field an allocation.
#[derive(Clone, Copy, Debug)]
pub struct LimitResponses;

impl ExtensionFactory for LimitResponses {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for LimitResponses {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> async_graphql::Response {
        // Called for each event of a subscription.
        if let Some(limit) = ctx.data_opt::<Arc<ResponseLimit>>() {
            limit.restart();
        }
        next.run(ctx, operation).await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.parent_type == "Mutation" {
            LaterMutations::check(ctx, &info).await?;
        }
        let Some(limit) = ctx.data_opt::<Arc<ResponseLimit>>() else {
            return next.run(ctx, info).await;
        };
        // Counted before the field is resolved, because its selection may be many times as large. The executor ends the
        // operation, so nothing continues after this. The parent of a list item is a list.
        let key = match info.alias {
            _ if info.parent_type.starts_with('[') => 0,
            Some(alias) => alias.len(),
            None => info.name.len(),
        };
        if !limit.add(1, key) {
            return pending().await;
        }
        let depth = info.path_node.parents().count();
        // Lets a large response yield to other requests, and to its own timeout.
        coop::consume_budget().await;
        let result = next.run(ctx, info).await;
        let more = match &result {
            Ok(Some(Value::String(text))) => text.len(),
            // Its path names every field above it.
            Err(error) => error.message.len() + ERROR + depth * MAX_NAME,
            Ok(_) => 0,
        };
        if more > 0 && !limit.add(0, more) {
            return pending().await;
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_response_has_so_many_values_and_bytes() {
        let limit = ResponseLimit::new(3, 1_000);
        assert!(limit.add(3, 0));
        assert!(!limit.add(1, 0));
        limit.exceeded().await;
        limit.restart();
        assert!(limit.add(1, 900));
        assert!(!limit.add(0, 100));
        limit.exceeded().await;
    }
}
