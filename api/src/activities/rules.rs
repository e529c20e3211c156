//! Checks on acts in memory: visibility and subject.

use entity::activity;
use uuid::Uuid;

use crate::kit::Viewer;

/// Returns true if the viewer may see an act. Equivalent of `visible_to` for an act that is already loaded.
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

/// Returns true if an act has this subject, given as kind and id, and concerns this organisation. `None` matches all.
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
