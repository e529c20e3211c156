//! Idempotency keys: a retry of an act that creates a row returns the same row.

use entity::idempotency;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Database, Error, Id, Resource, Transaction, UserError, UserErrorCode, Viewer,
    database::resource, secret, validation::Validator,
};

/// Name of the input field.
const FIELD: &str = "idempotencyKey";
/// Maximum length of a key, in characters.
const LONGEST: usize = 100;

/// Key that a client sent, with a fingerprint of what it sent with it.
#[derive(Clone, Debug)]
pub struct RetryKey {
    text: String,
    fingerprint: String,
}

impl RetryKey {
    /// Builds the key of a call with these arguments, as the client sent them. The fingerprint does not depend on the order
    /// of members, on members that are null, or on fields that only a later version of the schema has.
    #[must_use]
    pub fn new(text: String, arguments: &serde_json::Value) -> Self {
        let mut canonical = String::new();
        write_canonical(arguments, &mut canonical);
        let fingerprint = secret::hex(&Sha256::digest(canonical));
        Self { text, fingerprint }
    }
}

/// Writes JSON with sorted members, without members that are null and without the key itself.
fn write_canonical(value: &serde_json::Value, text: &mut String) {
    use serde_json::Value;

    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .filter(|(name, value)| {
                    !value.is_null() && ![FIELD, "clientKey"].contains(&name.as_str())
                })
                .collect();
            members.sort_by_key(|(name, _)| name.as_str());
            text.push('{');
            for (name, value) in members {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Idempotency key of one act, with its caller and a fingerprint of its input. Checked before the act and recorded with
/// it.
pub struct Key {
    caller_id: Uuid,
    text: String,
    act: &'static str,
    fingerprint: String,
}

impl Key {
    /// Creates the key of an act; `None` if the viewer is not signed in or sent no key.
    #[must_use]
    pub fn new(viewer: &Viewer, key: Option<RetryKey>, act: &'static str) -> Option<Self> {
        let RetryKey { text, fingerprint } = key?;
        Some(Self {
            caller_id: viewer.person_id()?,
            text,
            act,
            fingerprint,
        })
    }

    /// Runs an act that creates a row, in its own transaction, once per key. A retry returns the row of the first call,
    /// even if both run at the same time.
    pub async fn once<E: Resource>(
        key: Option<Self>,
        database: &Database,
        viewer: &Viewer,
        act: impl AsyncFnOnce(&Transaction) -> Result<E::Model, Error>,
    ) -> Result<E::Model, Error> {
        if let Some(key) = &key {
            let mut checks = Validator::new();
            checks.line(FIELD, &key.text, 1..=LONGEST);
            checks.finish()?;
            if let Some(row) = key.made::<E>(&database.read, viewer).await? {
                return Ok(row);
            }
        }
        let answer = async {
            let transaction = database.begin().await?;
            let row = act(&transaction).await?;
            if let Some(key) = &key {
                key.record(&transaction, viewer, E::id(&row)).await?;
            }
            transaction.commit().await?;
            Ok(row)
        }
        .await;
        match (answer, &key) {
            // The other call with this key has created the row by now.
            (Err(error @ (Error::Conflict | Error::Refused(_))), Some(key)) => {
                key.made::<E>(&database.write, viewer).await?.ok_or(error)
            }
            (answer, _) => answer,
        }
    }

    /// Row created by an earlier call with the same key; `None` if there was none. Refuses a key that was used for
    /// another act or input.
    async fn made<E: Resource>(
        &self,
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
    ) -> Result<Option<E::Model>, Error> {
        let found = idempotency::Entity::find_by_id((self.caller_id, self.text.clone()))
            .one(conn)
            .await?;
        match found {
            None => Ok(None),
            Some(found) if found.act == self.act && found.fingerprint == self.fingerprint => {
                resource::get(conn, viewer, Id::<E>::new(found.subject_id)).await.map(Some)
            }
            Some(_) => Err(UserError::at(
                FIELD,
                UserErrorCode::IdempotencyKeyReused,
                "This key was already used for another act or input. Send a new key for each object that you create.",
            )
            .into()),
        }
    }

    /// Records the created row. A concurrent retry fails here with [`Error::Conflict`].
    async fn record(
        &self,
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
        subject_id: Uuid,
    ) -> Result<(), Error> {
        idempotency::Entity::insert(idempotency::ActiveModel {
            caller_id: Set(self.caller_id),
            key: Set(self.text.clone()),
            act: Set(self.act.into()),
            fingerprint: Set(self.fingerprint.clone()),
            subject_id: Set(subject_id),
            at: Set(viewer.now),
        })
        .exec_without_returning(conn)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_retry_has_the_fingerprint_of_the_first_call_and_another_input_has_not() {
        let print = |arguments| RetryKey::new("key".into(), &arguments).fingerprint;
        let first = print(
            json!({"input": {"title": "Chairs", "tags": ["a", "b"], "idempotencyKey": "key"}}),
        );
        let retry = print(json!({"input": {"tags": ["a", "b"], "new": null, "title": "Chairs"}}));
        assert_eq!(first, retry);
        for other in [
            json!({"input": {"title": "Tables", "tags": ["a", "b"]}}),
            json!({"input": {"title": "Chairs", "tags": ["b", "a"]}}),
            json!({"input": {"title": "Chairs", "tags": ["a", "b"], "remote": false}}),
        ] {
            assert_ne!(first, print(other));
        }
    }
}
