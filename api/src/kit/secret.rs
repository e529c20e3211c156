//! Tokens that are shown once and kept only as hashes.

use std::fmt::Write as _;

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Error, OrInternal};

/// A new token: 256 random bits in 43 characters that are safe in an address.
pub fn token() -> Result<String, Error> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).internal()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a token. A plain hash is enough, for the token cannot be guessed.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
