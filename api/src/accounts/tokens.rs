//! Access tokens: short-lived JWTs signed with Ed25519. Anyone with the public key, published as a JWKS, can verify
//! them.

use std::{fs, io::Write as _, path::Path};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Error, OrInternal, secret};

/// Issuer (`iss`) of the tokens.
const ISSUER: &str = "social-value-marketplace";

/// Claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Id of the person.
    pub sub: Uuid,
    /// Id of the session. Ending the session invalidates the token.
    pub sid: Uuid,
    /// Expiry, in seconds since 1970 UTC.
    pub exp: i64,
    /// Time of issue, in seconds since 1970 UTC.
    pub iat: i64,
    /// Issuer.
    pub iss: String,
}

/// Claims of a sealed id. The purpose is part of the issuer.
#[derive(Serialize, Deserialize)]
struct Sealed {
    iss: String,
    sub: Uuid,
}

/// Signs and verifies access tokens and sealed ids.
#[derive(Clone)]
pub struct Tokens {
    header: Header,
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
    minutes: i64,
    jwks: Value,
}

impl Tokens {
    /// Creates the signer from a private key in PKCS #8 PEM. `minutes` is the lifetime of an access token.
    pub fn new(pem: &str, minutes: i64) -> Result<Self, Error> {
        let body: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let pair =
            Ed25519KeyPair::from_pkcs8(&STANDARD.decode(body.trim()).internal()?).internal()?;
        let public = pair.public_key().as_ref();
        let kid = secret::hex(public)[..16].to_owned();
        let x = URL_SAFE_NO_PAD.encode(public);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid.clone());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 0;
        Ok(Self {
            header,
            signing: EncodingKey::from_ed_pem(pem.as_bytes()).internal()?,
            checking: DecodingKey::from_ed_components(&x).internal()?,
            validation,
            minutes,
            jwks: json!({"keys": [
                {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}
            ]}),
        })
    }

    /// Returns a signed access token for a session, and its expiry.
    pub fn issue(
        &self,
        person: Uuid,
        session: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), Error> {
        let ends = now + Duration::minutes(self.minutes);
        let claims = Claims {
            sub: person,
            sid: session,
            exp: ends.timestamp(),
            iat: now.timestamp(),
            iss: ISSUER.into(),
        };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.signing).internal()?;
        Ok((token, ends))
    }

    /// Returns the claims of a token; `None` if this server did not sign it, or if it was altered or has expired.
    #[must_use]
    pub fn check(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode(token, &self.checking, &self.validation)
            .ok()
            .map(|data| data.claims)
    }

    /// Signs an id for one purpose. The result never expires by itself and is not accepted as an access token.
    pub fn seal(&self, purpose: &str, id: Uuid) -> Result<String, Error> {
        let sealed = Sealed {
            iss: format!("{ISSUER}/{purpose}"),
            sub: id,
        };
        jsonwebtoken::encode(&self.header, &sealed, &self.signing).internal()
    }

    /// Returns the id in a sealed text; `None` if it was sealed for another purpose or not signed by this server.
    #[must_use]
    pub fn open(&self, purpose: &str, text: &str) -> Option<Uuid> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[format!("{ISSUER}/{purpose}")]);
        validation.set_required_spec_claims(&["iss", "sub"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Sealed>(text, &self.checking, &validation)
            .ok()
            .map(|data| data.claims.sub)
    }

    /// The public key as a JSON Web Key Set (RFC 7517, RFC 8037).
    #[must_use]
    pub const fn jwks(&self) -> &Value {
        &self.jwks
    }
}

/// Reads the private key from a file. If the file is missing and `make` is true, creates it first; of several processes
/// that start together one creates the key, and none reads a partly written file.
///
/// # Errors
/// The file cannot be read or created.
pub fn key_file(path: &Path, make: bool) -> std::io::Result<String> {
    if make && !path.exists() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = path.with_extension(Uuid::now_v7().simple().to_string());
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&draft)?
            .write_all(new_key().map_err(std::io::Error::other)?.as_bytes())?;
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        if let Err(error) = linked
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(error);
        }
    }
    fs::read_to_string(path)
}

/// Generates a private key as PKCS #8 PEM.
///
/// # Errors
/// The system's random number generator fails.
pub fn new_key() -> Result<String, aws_lc_rs::error::Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let der = pair.to_pkcs8v1()?;
    Ok(format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    ))
}
