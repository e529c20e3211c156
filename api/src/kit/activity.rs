//! Writing the record of a change, in the transaction of the change itself.

use entity::activity::{self, ActorKind};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{Error, Id, Resource, Viewer, crash};

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
    write(conn, viewer, act, Concerns::default()).await
}

/// Records an act of the viewer that concerns another organisation too.
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

/// Records an act of the viewer that was done to a person.
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

/// Whom an act concerns, beside the organisation.
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
