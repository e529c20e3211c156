//! Keys that make a creating act harmless to repeat: a retry gets the same answer.

use entity::idempotency;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Error, Id, Resource, UserError, UserErrorCode, Viewer, resource, secret};

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

    /// What the act made when it was done before, if it was.
    pub async fn made<E: Resource>(
        key: Option<&Self>,
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
    ) -> Result<Option<E::Model>, Error> {
        let Some(key) = key else { return Ok(None) };
        let found = idempotency::Entity::find_by_id((key.caller_id, key.text.clone()))
            .one(conn)
            .await?;
        match found {
            None => Ok(None),
            Some(found) if found.act == key.act && found.fingerprint == key.fingerprint => {
                resource::get(conn, viewer, Id::<E>::new(found.subject_id)).await.map(Some)
            }
            Some(_) => Err(UserError::at(
                "idempotencyKey",
                UserErrorCode::IdempotencyKeyReused,
                "This key was used for something else. Use a new one for each thing that you create.",
            )
            .into()),
        }
    }

    /// The answer of the act, or of the same act that was done at the same moment: whoever was first has made it by now.
    pub async fn settle<E: Resource>(
        answer: Result<E::Model, Error>,
        key: Option<&Self>,
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
    ) -> Result<E::Model, Error> {
        match answer {
            Err(error @ (Error::Conflict | Error::Refused(_))) => {
                Self::made::<E>(key, conn, viewer).await?.ok_or(error)
            }
            answer => answer,
        }
    }

    /// Records what the act made. A retry that comes at the same moment fails here, with a conflict: see [`Key::settle`].
    pub async fn record(
        key: Option<&Self>,
        conn: &impl ConnectionTrait,
        viewer: &Viewer,
        subject_id: Uuid,
    ) -> Result<(), Error> {
        let Some(key) = key else { return Ok(()) };
        idempotency::Entity::insert(idempotency::ActiveModel {
            caller_id: Set(key.caller_id),
            key: Set(key.text.clone()),
            act: Set(key.act.into()),
            fingerprint: Set(key.fingerprint.clone()),
            subject_id: Set(subject_id),
            at: Set(viewer.now),
        })
        .exec_without_returning(conn)
        .await?;
        Ok(())
    }
}
