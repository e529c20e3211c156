//! Limits and timeouts of long-lived connections, over a WebSocket or as server-sent events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

/// Limits and timeouts of WebSocket and server-sent event connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionConfig {
    /// Maximum number of open connections, of all callers together. Default 2,000.
    pub in_all: usize,
    /// Maximum number of open connections of one signed-in person. Default 20.
    pub per_person: usize,
    /// Maximum number of open connections of anonymous callers and, counted separately, of callers not yet known.
    /// Default 500.
    pub anonymous: usize,
    /// Maximum number of operations that run over one WebSocket. Default 50.
    pub running: usize,
    /// Time within which a WebSocket client must send `connection_init`. Default 10 seconds.
    pub identify_timeout: Duration,
    /// Interval at which the server sends a heartbeat. Default 12 seconds.
    pub heartbeat: Duration,
    /// Time after which the server closes a connection whose client sends nothing (WebSocket) or does not read.
    /// Default 40 seconds.
    pub client_timeout: Duration,
    /// Time after which the server closes a WebSocket without a running operation. Default 10 minutes.
    pub idle: Duration,
    /// Longest interval between two checks that the session of the caller is still valid. Default 20 seconds.
    pub session_check: Duration,
}

impl Default for ConnectionConfig {
    fn default() -> Self {
        Self {
            in_all: 2_000,
            per_person: 20,
            anonymous: 500,
            running: 50,
            identify_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(12),
            client_timeout: Duration::from_secs(40),
            idle: Duration::from_mins(10),
            session_check: Duration::from_secs(20),
        }
    }
}

/// Counts open connections and enforces their limits.
#[derive(Debug)]
pub struct ConnectionLimiter {
    config: ConnectionConfig,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Connections whose caller is not yet known.
    unclaimed: usize,
    /// Connections per person; `None` stands for all anonymous callers.
    by: HashMap<Option<Uuid>, usize>,
}

/// Counts one open connection. Dropping it frees the slot.
#[derive(Debug)]
pub struct ConnectionSlot {
    connections: Arc<ConnectionLimiter>,
    /// `None` while the caller is not yet known, `Some(None)` for an anonymous caller.
    of: Option<Option<Uuid>>,
}

impl ConnectionLimiter {
    /// Creates a limiter without open connections.
    #[must_use]
    pub fn new(config: ConnectionConfig) -> Arc<Self> {
        Arc::new(Self {
            config,
            taken: Mutex::default(),
        })
    }

    /// Takes a slot for a new connection, whose caller is not yet known. Returns `None` if there is no free slot.
    pub fn take(self: &Arc<Self>) -> Option<ConnectionSlot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Callers not yet known have the limit of anonymous ones. Otherwise clients that never identify themselves
        // could take the slots of all others.
        if taken.in_all >= self.config.in_all || taken.unclaimed >= self.config.anonymous {
            return None;
        }
        taken.in_all += 1;
        taken.unclaimed += 1;
        drop(taken);
        Some(ConnectionSlot {
            connections: Arc::clone(self),
            of: None,
        })
    }
}

impl ConnectionSlot {
    /// Counts the connection for a person, or for anonymous callers if `person` is `None`. Returns false if they
    /// already have the maximum number of connections.
    pub fn claim(&mut self, person: Option<Uuid>) -> bool {
        let most = match person {
            Some(_) => self.connections.config.per_person,
            None => self.connections.config.anonymous,
        };
        let taken = self.connections.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        let held = taken.by.entry(person).or_default();
        if *held >= most {
            return false;
        }
        *held += 1;
        if self.of.replace(person).is_none() {
            taken.unclaimed -= 1;
        }
        true
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let taken = self.connections.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        if self.of.is_none() {
            taken.unclaimed -= 1;
        }
        if let Some(of) = self.of
            && let Some(held) = taken.by.get_mut(&of)
        {
            *held -= 1;
            if *held == 0 {
                taken.by.remove(&of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_in_all_and_by_person_and_are_free_again() {
        let connections = ConnectionLimiter::new(ConnectionConfig {
            in_all: 4,
            per_person: 1,
            anonymous: 2,
            ..ConnectionConfig::default()
        });
        let ada = Some(Uuid::now_v7());
        let (mut first, mut second) = (connections.take().unwrap(), connections.take().unwrap());
        assert!(connections.take().is_none(), "the silent are anonymous");
        assert!(first.claim(ada) && !second.claim(ada) && second.claim(None));
        let (mut third, mut fourth) = (connections.take().unwrap(), connections.take().unwrap());
        assert!(connections.take().is_none());
        assert!(third.claim(None) && !fourth.claim(None));
        drop(first);
        assert!(fourth.claim(ada));
        drop((second, third, fourth));
        let taken = connections.taken.lock().unwrap();
        assert!(taken.in_all == 0 && taken.unclaimed == 0 && taken.by.is_empty());
    }
}
