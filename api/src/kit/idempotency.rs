//! Keys that make a creating act harmless to repeat: a retry gets the same answer.

use entity::idempotency;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Database, Error, Id, Resource, Transaction, UserError, UserErrorCode, Viewer, input::Checks,
    resource, secret,
};

/// What clients call it.
const FIELD: &str = "idempotencyKey";
/// The longest key, in characters.
const LONGEST: usize = 100;

/// What a caller's key was given for. Made once per act, asked before it and recorded with it.
pub struct Key {
    caller_id: Uuid,
    text: String,
    act: &'static str,
    fingerprint: String,
}

impl Key {
    /// The key of an act by this viewer, if one was sent. `input` is what must be the same in a retry.
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

    /// Does an act that makes something, in a transaction of its own, once for each key: a retry gets what the first has
    /// made, also where both come at the same moment.
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
            // Whoever was first has made it by now.
            (Err(error @ (Error::Conflict | Error::Refused(_))), Some(key)) => {
                key.made::<E>(&database.write, viewer).await?.ok_or(error)
            }
            (answer, _) => answer,
        }
    }

    /// What the act made when it was done before, if it was.
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

    /// Records what the act made. A retry that comes at the same moment fails here, with a conflict.
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
