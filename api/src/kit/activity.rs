//! Writing the record of a change, in the transaction of the change itself.

use entity::activity::{self, ActorKind};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{Error, Id, Resource, Viewer};

/// What was done to what. Holds ids and names of fields, never a person's data.
pub struct Act<'a, E: Resource> {
    /// The domain's verb in the past tense, such as `listing.published`.
    pub act: &'static str,
    /// What it was done to.
    pub subject: Id<E>,
    /// The organisation that it concerns: its members may read of it.
    pub organisation: Option<Uuid>,
    /// Names of the fields that changed, as GraphQL spells them.
    pub fields: &'a [&'static str],
}

/// Records an act of the viewer.
pub async fn record<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
) -> Result<(), Error> {
    record_between(conn, viewer, act, None).await
}

/// Records an act of the viewer that concerns another organisation too.
pub async fn record_between<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
    other_organisation: Option<Uuid>,
) -> Result<(), Error> {
    let Act {
        act,
        subject,
        organisation,
        fields,
    } = act;
    activity::Entity::insert(activity::ActiveModel {
        id: Set(Uuid::now_v7()),
        at: Set(viewer.now),
        actor_kind: Set(if viewer.is_system() {
            ActorKind::System
        } else {
            ActorKind::Person
        }),
        actor_id: Set(viewer.person_id()),
        organisation_id: Set(organisation),
        other_organisation_id: Set(other_organisation),
        act: Set(act.into()),
        subject_kind: Set(E::NAME.into()),
        subject_id: Set(subject.0),
        fields: Set(fields
            .iter()
            .map(|field| (*field).to_owned())
            .collect::<Vec<_>>()
            .into()),
        seq: Set(None),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}
