//! Rules of members: permissions to manage them and to give roles.

use entity::membership::{MembershipRole, MembershipState, Model};
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// Returns the highest role that the viewer can manage: their own for managers and owners, owner for administrators.
pub fn may_manage(viewer: &Viewer, organisation: Uuid) -> Result<MembershipRole, Error> {
    if viewer.is_admin() {
        return Ok(MembershipRole::Owner);
    }
    viewer.signed_in()?;
    viewer
        .role_in(organisation)
        .filter(|role| *role >= MembershipRole::Manager)
        .ok_or(Error::Forbidden(
            "Only managers and owners of the organisation, and administrators, can manage its members.",
        ))
}

/// Checks that the viewer may give a role or change a member who has it. It must not be above the viewer's own.
pub fn may_manage_role(
    viewer: &Viewer,
    organisation: Uuid,
    role: MembershipRole,
) -> Result<(), Error> {
    if may_manage(viewer, organisation)? >= role {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only owners and administrators can give or remove the owner role.",
    ))
}

/// Checks that a person with these memberships is an active member of an organisation.
#[must_use]
pub fn belongs(places: &[Model], organisation: Uuid) -> bool {
    let active = |place: &&Model| place.state == MembershipState::Active;
    let mut own = places.iter().filter(active);
    own.any(|place| place.organisation_id == organisation)
}

/// Checks that the membership is in the state that the act needs.
pub fn is_in(row: &Model, state: MembershipState) -> Result<(), Error> {
    if row.state == state {
        return Ok(());
    }
    let message = match row.state {
        MembershipState::Requested => {
            "This person has only asked to join. Approve or decline the request first."
        }
        MembershipState::Active => "This person is already a member.",
    };
    Err(UserError::at("membershipId", UserErrorCode::InvalidState, message).into())
}

/// Returns the error for an act that would leave an organisation without an owner.
#[must_use]
pub fn last_owner() -> Error {
    UserError::new(
        UserErrorCode::LastOwner,
        "An organisation needs at least one owner. Make another member an owner first.",
    )
    .into()
}

/// Checks that a person with the role `held` may still give a role. Their invitations for other roles are revoked.
#[must_use]
pub fn may_still_give(held: Option<MembershipRole>, role: MembershipRole) -> bool {
    held.is_some_and(|held| held >= MembershipRole::Manager && held >= role)
}

#[cfg(test)]
mod tests {
    use entity::membership::MembershipRole::{Editor, Manager, Member, Observer, Owner};

    use super::*;
    use crate::kit::{
        clock,
        viewer::{SignedIn, Who},
    };

    fn with(role: MembershipRole, organisation: Uuid) -> Viewer {
        let who = SignedIn {
            id: Uuid::now_v7(),
            session_id: Uuid::now_v7(),
            roles: Vec::new(),
            memberships: vec![(organisation, role)],
        };
        Viewer {
            now: clock::now(),
            who: Who::Person(who),
        }
    }

    #[test]
    fn roles_are_given_up_to_the_own_one_from_manager_on() {
        let here = Uuid::now_v7();
        for held in [Observer, Member, Editor, Manager, Owner] {
            for given in [Observer, Member, Editor, Manager, Owner] {
                let allowed = may_manage_role(&with(held, here), here, given).is_ok();
                assert_eq!(
                    allowed,
                    held >= Manager && given <= held,
                    "{held:?} {given:?}"
                );
                assert_eq!(allowed, may_still_give(Some(held), given));
                let elsewhere = Uuid::now_v7();
                assert!(may_manage_role(&with(held, here), elsewhere, given).is_err());
            }
        }
        assert!(!may_still_give(None, Observer));
        assert!(may_manage_role(&Viewer::system(), here, Owner).is_ok());
        assert!(matches!(
            may_manage(&Viewer::anonymous(), here),
            Err(Error::Unauthenticated)
        ));
    }
}
