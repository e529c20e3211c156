//! Limit on the memory of request bodies. A body counts from its first byte until its request is answered, by the bytes
//! that have arrived rather than by those that its client announces.
//!
//! One address and one network may take a part of the memory, and the last quarter is kept for small bodies, so that
//! clients who send large bodies, or never finish them, do not keep others waiting.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::source::{Shares, Source};

/// Maximum memory of one body that may use the part kept for small bodies, in bytes.
const SMALL: usize = 16 * 1024;
/// Divisor of all memory for the part that one address may use.
const PER_ADDRESS: usize = 4;
/// Divisor of all memory for the part that one network may use.
const PER_NETWORK: usize = 2;
/// Divisor of all memory for the part that only small bodies may use.
const KEPT: usize = 4;
/// Maximum number of unfinished bodies of one address, and of one network.
const UNFINISHED: (usize, usize) = (100, 300);

/// Counts the memory of request bodies and enforces its limits.
pub struct BodyLimit {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    bytes: usize,
    bytes_by: Shares,
    unfinished_by: Shares,
}

/// Memory of one body. Dropping it frees the memory for others.
pub struct BodyPermit {
    limit: Arc<BodyLimit>,
    source: Source,
    bytes: usize,
    unfinished: bool,
}

/// Reason why a body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRefused {
    /// The address or network of the caller has too many bodies under way, or too large ones.
    Caller,
    /// All callers together have.
    Server,
}

impl BodyLimit {
    /// Creates a limit of this many bytes without bodies.
    pub fn new(most: usize) -> Arc<Self> {
        let taken = Mutex::default();
        Arc::new(Self { most, taken })
    }

    /// Begins to count a body from this address. Fails if too many bodies from there are unfinished.
    pub fn begin(self: &Arc<Self>, address: Option<IpAddr>) -> Result<BodyPermit, BodyRefused> {
        let source = Source::of(address);
        if !self.taken().unfinished_by.take(source, 1, UNFINISHED) {
            return Err(BodyRefused::Caller);
        }
        Ok(BodyPermit {
            limit: Arc::clone(self),
            source,
            bytes: 0,
            unfinished: true,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BodyPermit {
    /// Counts the body as this large; it never shrinks. Fails if that exceeds a limit.
    pub fn grow(&mut self, bytes: usize) -> Result<(), BodyRefused> {
        let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more > 0) else {
            return Ok(());
        };
        let all = self.limit.most;
        let most = if bytes <= SMALL {
            all
        } else {
            all - all / KEPT
        };
        let mut taken = self.limit.taken();
        if taken.bytes.saturating_add(more) > most {
            return Err(BodyRefused::Server);
        }
        let shares = (all / PER_ADDRESS, all / PER_NETWORK);
        if !taken.bytes_by.take(self.source, more, shares) {
            return Err(BodyRefused::Caller);
        }
        taken.bytes += more;
        drop(taken);
        self.bytes = bytes;
        Ok(())
    }

    /// Notes that the body has arrived.
    pub fn finish(&mut self) {
        if std::mem::take(&mut self.unfinished) {
            let mut taken = self.limit.taken();
            taken.unfinished_by.give_back(self.source, 1);
        }
    }
}

impl Drop for BodyPermit {
    fn drop(&mut self) {
        self.finish();
        let mut taken = self.limit.taken();
        taken.bytes -= self.bytes;
        taken.bytes_by.give_back(self.source, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 100_000;

    fn address(last: u8, network: u8) -> IpAddr {
        IpAddr::from([192, 0, network, last])
    }

    #[test]
    fn memory_is_shared_and_kept_for_small_bodies() {
        let limit = BodyLimit::new(8 * LARGE);
        let grown = |address, bytes| {
            let mut permit = limit.begin(address).unwrap();
            permit.grow(bytes).map(|()| permit)
        };
        let mut held = Vec::new();
        for (from, expected) in [
            (Some(address(1, 1)), Ok(())),
            (Some(address(1, 1)), Ok(())),
            (Some(address(1, 1)), Err(BodyRefused::Caller)),
            (Some(address(2, 1)), Ok(())),
            (Some(address(2, 1)), Ok(())),
            (Some(address(3, 1)), Err(BodyRefused::Caller)),
            (Some(address(1, 2)), Ok(())),
            (Some(address(1, 3)), Ok(())),
            (Some(address(1, 4)), Err(BodyRefused::Server)),
            (None, Err(BodyRefused::Server)),
        ] {
            let found = grown(from, LARGE);
            assert_eq!(
                found.as_ref().map(|_| ()).map_err(|refused| *refused),
                expected,
                "{from:?}"
            );
            held.extend(found);
        }
        for other in 0..12 {
            held.push(grown(Some(address(1, 5 + other)), SMALL).ok().unwrap());
        }
        assert_eq!(
            grown(Some(address(1, 99)), SMALL).err(),
            Some(BodyRefused::Server)
        );
        drop(held);
        let taken = limit.taken();
        assert!(taken.bytes == 0 && taken.bytes_by.is_empty() && taken.unfinished_by.is_empty());
    }

    #[test]
    fn unfinished_bodies_are_counted_by_their_source() {
        let limit = BodyLimit::new(LARGE);
        let mut held: Vec<_> = (0..UNFINISHED.0)
            .map(|_| limit.begin(Some(address(1, 1))).ok().unwrap())
            .collect();
        assert_eq!(
            limit.begin(Some(address(1, 1))).err(),
            Some(BodyRefused::Caller)
        );
        held[0].finish();
        held[0].finish();
        let again = limit.begin(Some(address(1, 1)));
        assert!(again.is_ok() && limit.begin(Some(address(2, 1))).is_ok());
    }
}
