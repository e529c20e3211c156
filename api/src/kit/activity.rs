//! Activity log: records each act in the transaction of the change itself.

use entity::activity::{self, ActorKind};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{Error, Id, Resource, Viewer, crash};

/// An act and its subject. It holds ids and names of fields, never personal data.
pub struct Act<'a, E: Resource> {
    /// Name of the act: a verb of the domain in the past tense, such as `listing.published`.
    pub act: &'static str,
    /// Row that the act changed.
    pub subject: Id<E>,
    /// Organisation that the act concerns. Its members may read the record.
    pub organisation: Option<Uuid>,
    /// Names of the changed fields, as in the GraphQL schema.
    pub fields: &'a [&'static str],
}

/// Records an act of the viewer.
pub async fn record<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
) -> Result<(), Error> {
    write(conn, viewer, act, Concerns::default()).await
}

/// Like [`record`], for an act that also concerns another organisation.
pub async fn record_between<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
    other_organisation: Option<Uuid>,
) -> Result<(), Error> {
    let concerns = Concerns {
        other_organisation,
        person: None,
    };
    write(conn, viewer, act, concerns).await
}

/// Like [`record`], for an act that was done to a person.
pub async fn record_to<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
    person: Uuid,
) -> Result<(), Error> {
    let concerns = Concerns {
        other_organisation: None,
        person: Some(person),
    };
    write(conn, viewer, act, concerns).await
}

/// Those that an act concerns beside its organisation.
#[derive(Default)]
struct Concerns {
    other_organisation: Option<Uuid>,
    person: Option<Uuid>,
}

async fn write<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: Act<'_, E>,
    concerns: Concerns,
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
        other_organisation_id: Set(concerns.other_organisation),
        person_id: Set(concerns.person),
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
    crash::point("act.recorded");
    Ok(())
}
