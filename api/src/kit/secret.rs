//! Tokens that are shown once and stored only as hashes.

use std::fmt::Write as _;

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Error, OrInternal};

/// Generates a token: 256 random bits in 43 URL-safe characters.
pub fn token() -> Result<String, Error> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).internal()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Hash of a token, for storage. A plain hash is enough, because the token cannot be guessed.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// Encodes bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
