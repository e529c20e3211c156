//! Acts that are at hand: who may read of one, and what it is about.

use entity::activity;
use uuid::Uuid;

use crate::kit::Viewer;

/// Whether the viewer may read of an act: what `visible_to` says in SQL, for an act that was read already.
#[must_use]
pub fn visible(viewer: &Viewer, act: &activity::Model) -> bool {
    let concerns = |organisation| viewer.role_in(organisation).is_some();
    let Some(me) = viewer.person() else {
        return viewer.is_staff();
    };
    viewer.is_staff()
        || [act.actor_id, act.person_id].contains(&Some(me.id))
        || act.organisation_id.is_some_and(concerns)
        || act.other_organisation_id.is_some_and(concerns)
}

/// Whether an act was done to this thing, given by its kind and id, and concerns this organisation; what is not named
/// does not matter.
#[must_use]
pub fn about(
    act: &activity::Model,
    subject: Option<&(String, Uuid)>,
    organisation: Option<Uuid>,
) -> bool {
    let is_of = [act.organisation_id, act.other_organisation_id];
    subject.is_none_or(|(kind, id)| act.subject_kind == *kind && act.subject_id == *id)
        && organisation.is_none_or(|organisation| is_of.contains(&Some(organisation)))
}
