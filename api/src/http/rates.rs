//! How much each caller may ask for in a minute, by GraphQL or without it. What a document asks for is its price; who
//! signed in pays for themselves, and who did not for the address that they come from. Acts that cost us more than they
//! say, such as hashing a password, are counted by themselves.

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

use super::admission::refused;

/// How much a document may ask for by one point.
const PER_POINT: u64 = 100;
/// Seconds in which the points of a caller are there again.
const WINDOW: u32 = 60;
/// Checks after which callers are forgotten who have all of their points.
const TIDY: usize = 10_000;

/// The headers that say what a caller has left.
pub const LEFT: [HeaderName; 2] = [
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("ratelimit"),
];

/// How much callers may ask for.
#[derive(Args, Clone, Debug)]
pub struct Allowance {
    /// Points in a minute for each person who signed in; 0 for no limit. A request costs 1, and 1 more for every 100 things
    /// that it asks for, as complexity counts them.
    #[arg(long, env = "MARKETPLACE_POINTS_PER_PERSON", default_value_t = 12_000)]
    pub points_per_person: u32,

    /// Points in a minute for all who did not sign in and come from one address; 0 for no limit.
    #[arg(long, env = "MARKETPLACE_POINTS_PER_ADDRESS", default_value_t = 24_000)]
    pub points_per_address: u32,

    /// How often in a minute passwords may be tried, accounts made and guests registered from one address; 0 for no limit.
    #[arg(long, env = "MARKETPLACE_SIGN_INS_PER_ADDRESS", default_value_t = 30)]
    pub sign_ins_per_address: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            points_per_person: 12_000,
            points_per_address: 24_000,
            sign_ins_per_address: 30,
        }
    }
}

/// What callers have left.
pub struct Rates {
    people: Option<Purse<Uuid>>,
    addresses: Option<Purse<IpAddr>>,
    sign_ins: Option<Purse<IpAddr>>,
}

/// Whoever pays.
#[derive(Clone, Copy, Debug)]
pub struct Payer {
    /// The person, if they signed in.
    pub person: Option<Uuid>,
    /// Where the request comes from; not known where it comes over no connection.
    pub address: Option<IpAddr>,
}

/// What a caller has left, as the answer says it.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    limit: u32,
    remaining: u32,
}

/// A request that comes too soon.
#[derive(Clone, Copy, Debug)]
pub struct TooSoon {
    /// How long to wait.
    pub wait: Duration,
}

impl Rates {
    /// Everybody has all of it.
    pub fn new(allowance: &Allowance) -> Self {
        Self {
            people: Purse::new(allowance.points_per_person),
            addresses: Purse::new(allowance.points_per_address),
            sign_ins: Purse::new(allowance.sign_ins_per_address),
        }
    }

    /// Takes so many points.
    pub fn pay(&self, payer: Payer, points: u32) -> Result<Option<Left>, TooSoon> {
        match (payer.person, payer.address) {
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

    /// Counts so many tries of a password.
    pub fn sign_in(&self, payer: Payer, tries: u32) -> Result<(), TooSoon> {
        let (Some(purse), Some(address)) = (&self.sign_ins, payer.address) else {
            return Ok(());
        };
        purse.take(&network(address), tries).map(|_| ())
    }
}

/// What a document costs that asks for so much, beside the request itself.
pub fn price(weight: u64) -> u32 {
    u32::try_from(weight / PER_POINT).unwrap_or(u32::MAX)
}

impl TooSoon {
    /// What a client is told.
    pub fn error(self) -> ServerError {
        let seconds = self.seconds();
        let message =
            format!("Too much was asked for in too short a time. Wait {seconds} seconds.");
        let mut error = refused("RATE_LIMITED", message);
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

impl Left {
    /// Says it in the headers that are standard for it.
    pub fn tell(self, answer: &mut Parts) {
        let Self { limit, remaining } = self;
        let spent = u64::from(limit.saturating_sub(remaining)) * u64::from(WINDOW);
        let again = spent.div_ceil(u64::from(limit.max(1)));
        let said = [
            format!("\"points\";q={limit};w={WINDOW}"),
            format!("\"points\";r={remaining};t={again}"),
        ];
        for (name, value) in LEFT.into_iter().zip(said) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers.insert(name, value);
            }
        }
    }
}

/// How long to wait, where an answer says that it was asked too soon.
pub fn retry_after(errors: &[ServerError]) -> Option<(HeaderName, HeaderValue)> {
    let extensions = errors.first()?.extensions.as_ref()?;
    let seconds = HeaderValue::from_str(&extensions.get("retryAfter")?.to_string());
    Some((header::RETRY_AFTER, seconds.ok()?))
}

/// An address as one caller: those of version 6 are given out by the network.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// The points of each caller of one kind.
struct Purse<K: Hash + Eq + Clone> {
    limit: NonZeroU32,
    left: Limiter<K>,
}

impl<K: Hash + Eq + Clone> Purse<K> {
    fn new(limit: u32) -> Option<Self> {
        let limit = NonZeroU32::new(limit)?;
        let left = RateLimiter::dashmap(Quota::per_minute(limit));
        Some(Self {
            limit,
            left: left.with_middleware(),
        })
    }

    fn take(&self, key: &K, points: u32) -> Result<Left, TooSoon> {
        if self.left.len() > TIDY {
            self.left.retain_recent();
        }
        // Nobody is kept waiting for what they could never have.
        let points = NonZeroU32::new(points.min(self.limit.get())).unwrap_or(NonZeroU32::MIN);
        match self.left.check_key_n(key, points) {
            Ok(Ok(state)) => Ok(Left {
                limit: self.limit.get(),
                remaining: state.remaining_burst_capacity(),
            }),
            Ok(Err(not_yet)) => Err(TooSoon {
                wait: not_yet.wait_time_from(DefaultClock::default().now()),
            }),
            Err(_) => Err(TooSoon {
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
        let rates = Rates::new(&Allowance {
            points_per_person: 10,
            points_per_address: 4,
            sign_ins_per_address: 0,
        });
        let of = |person, address: &str| Payer {
            person,
            address: Some(address.parse().unwrap()),
        };
        let (ada, bo) = (Some(Uuid::now_v7()), Some(Uuid::now_v7()));
        assert_eq!(
            rates
                .pay(of(ada, "10.0.0.1"), 6)
                .unwrap()
                .unwrap()
                .remaining,
            4
        );
        let wait = rates.pay(of(ada, "10.0.0.2"), 6).unwrap_err().wait;
        assert!((8..=13).contains(&wait.as_secs()), "{wait:?}");
        assert!(
            rates.pay(of(bo, "10.0.0.1"), 100).is_ok(),
            "the dearest costs all that there is"
        );
        assert!(rates.pay(of(None, "10.0.0.1"), 4).is_ok());
        assert!(rates.pay(of(None, "10.0.0.1"), 1).is_err());
        assert!(rates.pay(of(None, "2001:db8::1"), 4).is_ok());
        assert!(
            rates.pay(of(None, "2001:db8::2"), 1).is_err(),
            "one network is one caller"
        );
        assert!(rates.sign_in(of(None, "10.0.0.1"), 1_000).is_ok());
    }
}
