//! Limit on the size of a response, enforced while it is built.
//!
//! The cost of a document says how large its response can become, provided that every list is priced by its real
//! length. This is the second line: it counts what is really there, and stops the work where that is too much.

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
    /// A response of at most so many values (fields and list items) and bytes.
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

    /// Counts values, and the bytes of their names and texts; false where the response becomes too large.
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

    /// Waits until the response becomes too large.
    pub async fn exceeded(&self) {
        self.exceeded.notified().await;
    }

    fn restart(&self) {
        self.values.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
    }
}

/// Engine extension that counts every field and list item against the [`ResponseLimit`] in the request's data.
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
        let Some(limit) = ctx.data_opt::<Arc<ResponseLimit>>() else {
            return next.run(ctx, info).await;
        };
        // Counted before it is resolved: what it selects may be many times as much. Whoever executes the operation
        // ends it, so that nothing goes on.
        if !limit.add(1, info.name.len()) {
            return pending().await;
        }
        // A large response lets other requests have their turn, and its own time-out.
        coop::consume_budget().await;
        let value = next.run(ctx, info).await?;
        if let Some(Value::String(text)) = &value
            && !limit.add(0, text.len())
        {
            return pending().await;
        }
        Ok(value)
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
