//! Password hashing with argon2id, on blocking threads, with a concurrency limit.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use zxcvbn::{Score, zxcvbn};

use crate::kit::{Error, OrInternal, UserError, UserErrorCode, database::RequestScope};

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

    /// Returns the hash of a new password. Refuses a password whose beginning is easy to guess; `known` are words that an
    /// attacker would try first.
    pub async fn hash(&self, password: String, known: Vec<String>) -> Result<String, Error> {
        let password = normalised(&password);
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
            let fits = |form: &String| Argon2::default().verify_password(form.as_bytes(), &hash);
            Ok(forms(&password).iter().any(|form| fits(form).is_ok()) && known)
        })
        .await
    }

    /// Computes on a blocking thread. Networks take turns: each waits with one computation at a time.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turns = async {
            let network = RequestScope::slow_turn().await;
            let turn = Arc::clone(&self.turns).acquire_owned().await;
            turn.map(|turn| (network, turn))
        };
        let turn = timeout(PATIENCE, turns).await.map_err(|_| {
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

/// Returns the form of a password that is measured and hashed: NFKC, because keyboards code one character differently.
#[must_use]
pub fn normalised(password: &str) -> String {
    text::nfkc(password)
}

/// Returns the forms of a password that a hash may have: the normal form, and the form as sent, which was hashed before
/// passwords were normalised. Each is cut, because no password is longer.
fn forms(sent: &str) -> Vec<String> {
    let cut = |text: &str| text.chars().take(LONGEST + 1).collect();
    let mut forms: Vec<String> = vec![cut(&normalised(sent)), cut(sent)];
    forms.dedup();
    forms
}

fn hash_now(password: &str) -> Result<String, Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())
        .internal()?
        .to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_password_has_one_form_however_it_is_coded() {
        let (composed, decomposed) = ("b\u{fc}cher im r\u{e9}gal", "bu\u{308}cher im re\u{301}gal");
        assert_eq!(normalised(composed), normalised(decomposed));
        assert_eq!(forms(composed), [composed]);
        assert_eq!(forms(decomposed), [composed, decomposed]);
        let longest = "e\u{301}".repeat(LONGEST);
        assert_eq!(forms(&longest)[0].chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_form_is_longer_than_a_password(sent in any::<String>()) {
            prop_assert!(forms(&sent).iter().all(|form| form.chars().count() <= LONGEST + 1));
        }
    }
}
