//! Passwords: how strong, how kept. argon2id, on blocking threads, a bounded number at once.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use zxcvbn::{Score, zxcvbn};

use crate::kit::{Error, OrInternal, UserError, UserErrorCode};

/// Fewest characters of a password.
pub const SHORTEST: usize = 10;
/// Most characters of a password: hashing time must not depend on what a stranger sends.
pub const LONGEST: usize = 128;
/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// The place where passwords are hashed and compared.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// A hash of nothing that anybody knows: signing in with an unknown address takes as long as with a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// Room for as many at once as there are processors.
    pub fn new() -> Result<Self, Error> {
        let turns = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let secret = crate::kit::secret::token()?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(turns)),
            nobody: hash_now(&secret)?.into(),
        })
    }

    /// The hash of a new password, unless it is easy to guess; `known` are words that an attacker would try first.
    pub async fn hash(&self, password: String, known: Vec<String>) -> Result<String, Error> {
        self.in_turn(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            if zxcvbn(&password, &known).score() < Score::Three {
                return Err(UserError::at(
                    "password",
                    UserErrorCode::WeakPassword,
                    "This password is easy to guess. Three or four unrelated words make a good one.",
                )
                .into());
            }
            hash_now(&password)
        })
        .await
    }

    /// Whether a password is the one that was hashed. `None` takes as long and is never right.
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
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await.map_err(|_| {
            UserError::new(
                UserErrorCode::LimitReached,
                "Too many people are signing in at this moment. Please try again in a few seconds.",
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
