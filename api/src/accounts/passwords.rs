//! Password hashing with argon2id, on blocking threads, with a concurrency limit.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use zxcvbn::{Score, zxcvbn};

use crate::kit::{Error, OrInternal, UserError, UserErrorCode};

/// Minimum length of a password, in characters.
pub const SHORTEST: usize = 10;
/// Maximum length of a password, in characters. Limits the hashing time that an anonymous caller can cause.
pub const LONGEST: usize = 128;
/// Number of characters whose strength is judged. The time grows steeply with the number: 128 characters with digits and
/// signs in place of letters take 3 seconds, 32 take a tenth of one.
const JUDGED: usize = 32;
/// Time that a sign-in waits for a hashing permit before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and verifies passwords, with at most one computation per processor at a time.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Hash of a random secret. Verifying against it makes a sign-in with an unknown address take as long as one with a
    /// known address.
    nobody: Arc<str>,
}

impl Passwords {
    /// Creates the hasher with one permit per available processor, or two if their number is unknown.
    pub fn new() -> Result<Self, Error> {
        let turns = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let secret = crate::kit::secret::token()?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(turns)),
            nobody: hash_now(&secret)?.into(),
        })
    }

    /// Returns the hash of a new password. Refuses a password whose beginning is easy to guess; `known` are words that an attacker
    /// would try first.
    pub async fn hash(&self, password: String, known: Vec<String>) -> Result<String, Error> {
        self.in_turn(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let judged: String = password.chars().take(JUDGED).collect();
            if zxcvbn(&judged, &known).score() < Score::Three {
                return Err(UserError::at(
                    "password",
                    UserErrorCode::WeakPassword,
                    "This password is easy to guess. Use a longer one, for example three or four unrelated words.",
                )
                .into());
            }
            hash_now(&password)
        })
        .await
    }

    /// Checks a password against a hash. `None` takes as long as a hash does, and returns false.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let (known, hash) =
            hash.map_or_else(|| (false, self.nobody.to_string()), |hash| (true, hash));
        self.in_turn(move || {
            let hash = PasswordHash::new(&hash).internal()?;
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
                && known)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| {
                UserError::new(
                    UserErrorCode::LimitReached,
                    "Too many people are signing in right now. Wait a few seconds and try again.",
                )
            })?;
        let turn = turn.internal()?;
        spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .internal()?
    }
}

fn hash_now(password: &str) -> Result<String, Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())
        .internal()?
        .to_string())
}
