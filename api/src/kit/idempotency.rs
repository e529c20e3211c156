//! Idempotency keys: a retry of an act that creates a row returns the same row.

use entity::idempotency;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Database, Error, Id, Resource, Transaction, UserError, UserErrorCode, Viewer,
    database::resource, secret, validation::Checks,
};

/// Name of the input field.
const FIELD: &str = "idempotencyKey";
/// Maximum length of a key, in characters.
const LONGEST: usize = 100;

/// Idempotency key of one act, with its caller and a fingerprint of its input. Checked before the act and recorded with
/// it.
pub struct Key {
    caller_id: Uuid,
    text: String,
    act: &'static str,
    fingerprint: String,
}

impl Key {
    /// Creates the key of an act; `None` if the viewer is not signed in or sent no key. `input` must be the same in a
    /// retry.
    #[must_use]
    pub fn new(
        viewer: &Viewer,
        key: Option<String>,
        act: &'static str,
        input: &impl std::fmt::Debug,
    ) -> Option<Self> {
        Some(Self {
            caller_id: viewer.person_id()?,
            text: key?,
            act,
            fingerprint: secret::hex(&Sha256::digest(format!("{input:?}"))),
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
            let mut checks = Checks::new();
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
                "This key was used for something else. Use a new one for each thing that you create.",
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
