//! The terms on which connections are held open: how many, how long, how large.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

/// What whoever holds a connection open may count on, and what is asked of them.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The most connections that are held open at once, whoever holds them.
    pub in_all: usize,
    /// The most that one person holds.
    pub per_person: usize,
    /// The most that are held by nobody in particular.
    pub strangers: usize,
    /// The most operations that run over one socket.
    pub running: usize,
    /// How long a socket may take to say who it is.
    pub begin: Duration,
    /// How often a sign of life is sent.
    pub beat: Duration,
    /// How long a client may give none, or take to read what it is sent.
    pub silence: Duration,
    /// How long a socket may be open with nothing running.
    pub idle: Duration,
    /// How often it is looked whether a session still lasts, where nothing happens.
    pub look: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            in_all: 2_000,
            per_person: 20,
            strangers: 500,
            running: 50,
            begin: Duration::from_secs(10),
            beat: Duration::from_secs(12),
            silence: Duration::from_secs(40),
            idle: Duration::from_mins(10),
            look: Duration::from_secs(20),
        }
    }
}

/// The connections that are held open.
#[derive(Debug)]
pub struct Seats {
    terms: Terms,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Those of whom nobody has said whose they are.
    unclaimed: usize,
    /// By whom; `None` is nobody in particular.
    by: HashMap<Option<Uuid>, usize>,
}

/// One connection that is held open; free again when it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    of: Option<Option<Uuid>>,
}

impl Seats {
    /// All of them free.
    #[must_use]
    pub fn new(terms: Terms) -> Arc<Self> {
        Arc::new(Self {
            terms,
            taken: Mutex::default(),
        })
    }

    /// A place for one more connection, if there is one.
    pub fn take(self: &Arc<Self>) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has not said who they are is no more than a stranger, or the silent would keep out the others.
        if taken.in_all >= self.terms.in_all || taken.unclaimed >= self.terms.strangers {
            return None;
        }
        taken.in_all += 1;
        taken.unclaimed += 1;
        drop(taken);
        Some(Seat {
            seats: Arc::clone(self),
            of: None,
        })
    }
}

impl Seat {
    /// Says whose it is; whether they may have one more.
    pub fn claim(&mut self, person: Option<Uuid>) -> bool {
        let most = match person {
            Some(_) => self.seats.terms.per_person,
            None => self.seats.terms.strangers,
        };
        let taken = self.seats.taken.lock();
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

impl Drop for Seat {
    fn drop(&mut self) {
        let taken = self.seats.taken.lock();
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
        let seats = Seats::new(Terms {
            in_all: 4,
            per_person: 1,
            strangers: 2,
            ..Terms::default()
        });
        let ada = Some(Uuid::now_v7());
        let (mut first, mut second) = (seats.take().unwrap(), seats.take().unwrap());
        assert!(seats.take().is_none(), "the silent are strangers");
        assert!(first.claim(ada) && !second.claim(ada) && second.claim(None));
        let (mut third, mut fourth) = (seats.take().unwrap(), seats.take().unwrap());
        assert!(seats.take().is_none());
        assert!(third.claim(None) && !fourth.claim(None));
        drop(first);
        assert!(fourth.claim(ada));
        drop((second, third, fourth));
        let taken = seats.taken.lock().unwrap();
        assert!(taken.in_all == 0 && taken.unclaimed == 0 && taken.by.is_empty());
    }
}
