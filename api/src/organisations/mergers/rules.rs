//! Rules of mergers: permission, and the membership of a person who belongs to both organisations.

use entity::{
    membership::{MembershipRole, MembershipState},
    organisation::{Model, OrganisationState},
};

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// Checks that the viewer is an administrator.
pub fn may_merge(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators can merge organisations.",
    ))
}

/// Checks that the two organisations are different and active.
pub fn can_merge(source: &Model, into: &Model) -> Result<(), Error> {
    if source.id == into.id {
        let message = "An organisation cannot be merged into itself. Choose another organisation.";
        return Err(UserError::at("intoId", UserErrorCode::Circular, message).into());
    }
    for (field, organisation) in [("organisationId", source), ("intoId", into)] {
        if organisation.state != OrganisationState::Active {
            let message = "This organisation was already merged into another: see mergedInto.";
            return Err(UserError::at(field, UserErrorCode::InvalidState, message).into());
        }
    }
    Ok(())
}

/// Returns the membership of a person who belongs to both organisations. A membership in force replaces a request; of
/// two roles in force the higher one stays.
#[must_use]
pub fn merged_membership(
    one: (MembershipState, MembershipRole),
    other: (MembershipState, MembershipRole),
) -> (MembershipState, MembershipRole) {
    match (one.0, other.0) {
        (MembershipState::Active, MembershipState::Requested) => one,
        (MembershipState::Requested, MembershipState::Active) => other,
        (state, _) => (state, one.1.max(other.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_never_becomes_a_role() {
        use MembershipRole::{Manager, Member, Owner};
        use MembershipState::{Active, Requested};

        assert_eq!(
            merged_membership((Active, Member), (Active, Owner)),
            (Active, Owner)
        );
        assert_eq!(
            merged_membership((Active, Member), (Requested, Owner)),
            (Active, Member)
        );
        assert_eq!(
            merged_membership((Requested, Owner), (Active, Member)),
            (Active, Member)
        );
        assert_eq!(
            merged_membership((Requested, Member), (Requested, Manager)),
            (Requested, Manager)
        );
    }
}
