//! Access tokens: short-lived JWTs signed with Ed25519. Who holds the public key can check them: see the JWKS.

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

/// Who issues the tokens.
const ISSUER: &str = "social-value-marketplace";

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The person.
    pub sub: Uuid,
    /// The session, so that ending it ends the token.
    pub sid: Uuid,
    /// Seconds since 1970 at which it ends.
    pub exp: i64,
    /// Seconds since 1970 at which it was made.
    pub iat: i64,
    /// Who made it.
    pub iss: String,
}

/// An id, and the purpose for which it was sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    iss: String,
    sub: Uuid,
}

/// Signs and checks access tokens.
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
    /// Signs with the private key in a PKCS #8 PEM text.
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

    /// A token for a session, and when it ends.
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

    /// What a token says; `None` where it is not ours, was changed or has ended.
    #[must_use]
    pub fn check(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode(token, &self.checking, &self.validation)
            .ok()
            .map(|data| data.claims)
    }

    /// A text that only we can make, which stands for this id for one purpose, and for ever. It is no access token.
    pub fn seal(&self, purpose: &str, id: Uuid) -> Result<String, Error> {
        let sealed = Sealed {
            iss: format!("{ISSUER}/{purpose}"),
            sub: id,
        };
        jsonwebtoken::encode(&self.header, &sealed, &self.signing).internal()
    }

    /// The id for which a sealed text stands; `None` where it was sealed for another purpose, or not by us.
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

/// The key in a file, made first where the file is missing and `make` allows it. Of programs that start at
/// once one makes it, and none reads half of it.
///
/// # Errors
/// The file cannot be read or made.
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

/// A new private key as a PKCS #8 PEM text.
///
/// # Errors
/// The system has no randomness to give.
pub fn new_key() -> Result<String, aws_lc_rs::error::Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let der = pair.to_pkcs8v1()?;
    Ok(format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    ))
}
