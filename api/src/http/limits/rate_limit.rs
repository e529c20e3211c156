//! Rate limits per minute, for GraphQL operations and all other documents. A request costs points according to its
//! complexity. They are charged to the signed-in person, or to the address of an anonymous caller. Operations that cost
//! more than their complexity shows, such as hashing a password, have a limit of their own.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use async_graphql::ServerError;
use axum::http::{HeaderName, HeaderValue, header, response::Parts};
use clap::Args;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use uuid::Uuid;

use super::source::around;
use crate::http::graphql::errors::graphql_error;

/// Complexity that costs one point.
const PER_POINT: u64 = 100;
/// Number of times that a wider network may sign in as often as an address.
const AROUND: u32 = 4;
/// Time in which an empty bucket is filled again, in seconds.
const WINDOW: u32 = 60;
/// Number of buckets in memory above which full ones are removed.
const TIDY: usize = 10_000;

/// Response headers with the limit of the caller and the remaining points.
pub const RATE_LIMIT_HEADERS: [HeaderName; 2] = [
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("ratelimit"),
];

/// Rate limits of each kind of caller.
#[derive(Args, Clone, Debug)]
pub struct RateLimitConfig {
    /// Points per minute for each signed-in person; 0 for no limit. A request costs 1 point, and 1 more for each 100 of
    /// its complexity.
    #[arg(long, env = "MARKETPLACE_POINTS_PER_PERSON", default_value_t = 12_000)]
    pub points_per_person: u32,

    /// Points per minute for all anonymous callers at one IP address; 0 for no limit. A /64 network counts as one IPv6
    /// address.
    #[arg(long, env = "MARKETPLACE_POINTS_PER_ADDRESS", default_value_t = 24_000)]
    pub points_per_address: u32,

    /// Sign-ins, sign-ups, password changes and guest registrations per minute from one IP address; 0 for no limit. An
    /// IPv4 /24 or IPv6 /48 network has four times as many.
    #[arg(long, env = "MARKETPLACE_SIGN_INS_PER_ADDRESS", default_value_t = 30)]
    pub sign_ins_per_address: u32,
}

impl Default for RateLimitConfig {
    fn default() -> Self {
        Self {
            points_per_person: 12_000,
            points_per_address: 24_000,
            sign_ins_per_address: 30,
        }
    }
}

/// Remaining points and sign-ins of all callers.
pub struct RateLimits {
    people: Option<Buckets<Uuid>>,
    addresses: Option<Buckets<IpAddr>>,
    sign_ins: Option<Buckets<IpAddr>>,
    /// Sign-ins of wider networks.
    sign_ins_around: Option<Buckets<IpAddr>>,
}

/// Caller to whom points are charged.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitKey {
    /// The signed-in person; `None` if the caller is anonymous.
    pub person: Option<Uuid>,
    /// Client address; `None` if the request did not arrive over a network connection.
    pub address: Option<IpAddr>,
}

/// Limit and remaining points of a caller, for the response headers.
#[derive(Clone, Copy, Debug)]
pub struct Remaining {
    limit: u32,
    remaining: u32,
}

/// Refusal of a request whose caller has too few points left.
#[derive(Clone, Copy, Debug)]
pub struct RateLimited {
    /// Time until the caller has enough points.
    pub wait: Duration,
}

impl RateLimits {
    /// Creates the limits with a full bucket for every caller.
    pub fn new(allowance: &RateLimitConfig) -> Self {
        Self {
            people: Buckets::new(allowance.points_per_person),
            addresses: Buckets::new(allowance.points_per_address),
            sign_ins: Buckets::new(allowance.sign_ins_per_address),
            sign_ins_around: Buckets::new(allowance.sign_ins_per_address.saturating_mul(AROUND)),
        }
    }

    /// Charges points to the signed-in person, or else to the address. Returns the remaining points, `None` if no limit
    /// applies. Fails if too few points are left; then nothing is charged.
    pub fn charge(&self, key: RateLimitKey, points: u32) -> Result<Option<Remaining>, RateLimited> {
        match (key.person, key.address) {
            (Some(person), _) => self
                .people
                .as_ref()
                .map(|purse| purse.take(&person, points)),
            (None, Some(address)) => {
                let purse = self.addresses.as_ref();
                purse.map(|purse| purse.take(&network(address), points))
            }
            (None, None) => None,
        }
        .transpose()
    }

    /// Charges sign-ins to the address, also those of signed-in persons. Fails if too few are left.
    pub fn sign_in(&self, key: RateLimitKey, tries: u32) -> Result<(), RateLimited> {
        let Some(address) = key.address else {
            return Ok(());
        };
        for (purse, key) in [
            (&self.sign_ins, network(address)),
            (&self.sign_ins_around, around(address)),
        ] {
            if let Some(purse) = purse {
                purse.take(&key, tries)?;
            }
        }
        Ok(())
    }
}

/// Points that a complexity costs, in addition to the 1 point of each request.
pub fn price(weight: u64) -> u32 {
    u32::try_from(weight / PER_POINT).unwrap_or(u32::MAX)
}

impl RateLimited {
    /// GraphQL error with the code `RATE_LIMITED`, and the seconds to wait in `retryAfter`.
    pub fn error(self) -> ServerError {
        let seconds = self.seconds();
        let message =
            format!("Too much was asked for in too short a time. Wait {seconds} seconds.");
        let mut error = graphql_error("RATE_LIMITED", message);
        if let Some(extensions) = &mut error.extensions {
            extensions.set("retryAfter", seconds);
        }
        error
    }

    fn seconds(self) -> u64 {
        self.wait
            .as_millis()
            .div_ceil(1_000)
            .try_into()
            .unwrap_or(u64::MAX)
            .max(1)
    }
}

impl Remaining {
    /// Adds the headers `RateLimit-Policy` and `RateLimit` to a response.
    pub fn tell(self, answer: &mut Parts) {
        let Self { limit, remaining } = self;
        let spent = u64::from(limit.saturating_sub(remaining)) * u64::from(WINDOW);
        let again = spent.div_ceil(u64::from(limit.max(1)));
        let said = [
            format!("\"points\";q={limit};w={WINDOW}"),
            format!("\"points\";r={remaining};t={again}"),
        ];
        for (name, value) in RATE_LIMIT_HEADERS.into_iter().zip(said) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers.insert(name, value);
            }
        }
    }
}

/// `Retry-After` header with the `retryAfter` of the first error; `None` if it has none.
pub fn retry_after(errors: &[ServerError]) -> Option<(HeaderName, HeaderValue)> {
    let extensions = errors.first()?.extensions.as_ref()?;
    let seconds = HeaderValue::from_str(&extensions.get("retryAfter")?.to_string());
    Some((header::RETRY_AFTER, seconds.ok()?))
}

/// Address by which a caller is counted. IPv6 addresses are reduced to their /64 network, because providers assign
/// whole networks to one customer.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Buckets with the remaining points of all callers of one kind.
struct Buckets<K: Hash + Eq + Clone> {
    limit: NonZeroU32,
    left: Limiter<K>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(limit: u32) -> Option<Self> {
        let limit = NonZeroU32::new(limit)?;
        let left = RateLimiter::dashmap(Quota::per_minute(limit));
        Some(Self {
            limit,
            left: left.with_middleware(),
        })
    }

    fn take(&self, key: &K, points: u32) -> Result<Remaining, RateLimited> {
        if self.left.len() > TIDY {
            self.left.retain_recent();
        }
        // A request that costs more than the limit takes a full bucket. Otherwise it could never be made.
        let points = NonZeroU32::new(points.min(self.limit.get())).unwrap_or(NonZeroU32::MIN);
        match self.left.check_key_n(key, points) {
            Ok(Ok(state)) => Ok(Remaining {
                limit: self.limit.get(),
                remaining: state.remaining_burst_capacity(),
            }),
            Ok(Err(not_yet)) => Err(RateLimited {
                wait: not_yet.wait_time_from(DefaultClock::default().now()),
            }),
            Err(_) => Err(RateLimited {
                wait: Duration::from_secs(WINDOW.into()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_run_out_for_those_who_spent_them() {
        let rates = RateLimits::new(&RateLimitConfig {
            points_per_person: 10,
            points_per_address: 4,
            sign_ins_per_address: 0,
        });
        let of = |person, address: &str| RateLimitKey {
            person,
            address: Some(address.parse().unwrap()),
        };
        let (ada, bo) = (Some(Uuid::now_v7()), Some(Uuid::now_v7()));
        assert_eq!(
            rates
                .charge(of(ada, "10.0.0.1"), 6)
                .unwrap()
                .unwrap()
                .remaining,
            4
        );
        let wait = rates.charge(of(ada, "10.0.0.2"), 6).unwrap_err().wait;
        assert!((8..=13).contains(&wait.as_secs()), "{wait:?}");
        assert!(
            rates.charge(of(bo, "10.0.0.1"), 100).is_ok(),
            "the dearest costs all that there is"
        );
        assert!(rates.charge(of(None, "10.0.0.1"), 4).is_ok());
        assert!(rates.charge(of(None, "10.0.0.1"), 1).is_err());
        assert!(rates.charge(of(None, "2001:db8::1"), 4).is_ok());
        assert!(
            rates.charge(of(None, "2001:db8::2"), 1).is_err(),
            "one network is one caller"
        );
        assert!(rates.sign_in(of(None, "10.0.0.1"), 1_000).is_ok());
    }
}
