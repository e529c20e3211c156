//! Limits and timeouts of long-lived connections, over a WebSocket or as server-sent events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use super::source::{Shares, Source};

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
    /// Maximum number of open connections from one IPv4 address or IPv6 /64 network whose caller is anonymous or not yet
    /// known. Default 100.
    pub per_address: usize,
    /// Like `per_address`, for a network: IPv4 /24 or IPv6 /48. Default 250.
    pub per_network: usize,
    /// Maximum number of open connections from one such network, of all callers. Default 1,000.
    pub network_in_all: usize,
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
            per_address: 100,
            per_network: 250,
            network_in_all: 1_000,
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
    /// Connections per source.
    by_source: Shares,
    /// Connections per source whose caller is anonymous or not yet known.
    anonymous_by_source: Shares,
}

/// Counts one open connection. Dropping it frees the slot.
#[derive(Debug)]
pub struct ConnectionSlot {
    connections: Arc<ConnectionLimiter>,
    /// `None` while the caller is not yet known, `Some(None)` for an anonymous caller.
    of: Option<Option<Uuid>>,
    source: Source,
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

    /// Takes a slot for a new connection from a source, whose caller is not yet known. Returns `None` if there is no free
    /// slot.
    pub fn take(self: &Arc<Self>, source: Source) -> Option<ConnectionSlot> {
        let config = &self.config;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Callers not yet known have the limits of anonymous ones. Otherwise clients that never identify themselves
        // could take the slots of all others.
        if taken.in_all >= config.in_all || taken.unclaimed >= config.anonymous {
            return None;
        }
        let of_anonymous = (config.per_address, config.per_network);
        if !taken.anonymous_by_source.take(source, 1, of_anonymous) {
            return None;
        }
        let of_all = (config.network_in_all, config.network_in_all);
        if !taken.by_source.take(source, 1, of_all) {
            taken.anonymous_by_source.give_back(source, 1);
            return None;
        }
        taken.in_all += 1;
        taken.unclaimed += 1;
        drop(taken);
        Some(ConnectionSlot {
            connections: Arc::clone(self),
            of: None,
            source,
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
            if person.is_some() {
                taken.anonymous_by_source.give_back(self.source, 1);
            }
        }
        true
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let taken = self.connections.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        taken.by_source.give_back(self.source, 1);
        if self.of.flatten().is_none() {
            taken.anonymous_by_source.give_back(self.source, 1);
        }
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
        let take = || connections.take(Source::default());
        let (mut first, mut second) = (take().unwrap(), take().unwrap());
        assert!(take().is_none(), "the silent are anonymous");
        assert!(first.claim(ada) && !second.claim(ada) && second.claim(None));
        let (mut third, mut fourth) = (take().unwrap(), take().unwrap());
        assert!(take().is_none());
        assert!(third.claim(None) && !fourth.claim(None));
        drop(first);
        assert!(fourth.claim(ada));
        drop((second, third, fourth));
        let taken = connections.taken.lock().unwrap();
        assert!(taken.in_all == 0 && taken.unclaimed == 0 && taken.by.is_empty());
    }

    #[test]
    fn one_source_leaves_slots_to_others() {
        let connections = ConnectionLimiter::new(ConnectionConfig {
            per_address: 2,
            per_network: 3,
            network_in_all: 5,
            ..ConnectionConfig::default()
        });
        let take = |address: &str| connections.take(Source::of(address.parse().ok()));
        let mut held: Vec<_> = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
            .map(|address| take(address).unwrap())
            .into();
        assert!(take("192.0.2.1").is_none() && take("192.0.2.3").is_none());
        assert!(take("192.0.3.1").is_some() && take("2001:db8::1").is_some());
        // Persons have a limit of their own, and their network has one for all.
        for slot in &mut held {
            assert!(slot.claim(Some(Uuid::now_v7())));
        }
        held.extend([take("192.0.2.1").unwrap(), take("192.0.2.1").unwrap()]);
        assert!(take("192.0.2.2").is_none() && take("192.0.3.1").is_some());
        assert!(held[3].claim(None));
        drop(held);
        let taken = connections.taken.lock().unwrap();
        assert!(taken.by_source.is_empty() && taken.anonymous_by_source.is_empty());
    }
}
