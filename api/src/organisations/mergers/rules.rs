//! Who may merge organisations, and what becomes of somebody who is a member of both.

use entity::{
    membership::{MembershipRole, MembershipState},
    organisation::{Model, OrganisationState},
};

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// Administrators merge organisations.
pub fn may_merge(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators merge organisations.",
    ))
}

/// Two different organisations that both go on can be merged.
pub fn can_merge(source: &Model, into: &Model) -> Result<(), Error> {
    if source.id == into.id {
        let message = "An organisation cannot be merged into itself.";
        return Err(UserError::at("intoId", UserErrorCode::Circular, message).into());
    }
    for (field, organisation) in [("organisationId", source), ("intoId", into)] {
        if organisation.state != OrganisationState::Active {
            let message = "This organisation was merged before: see mergedInto.";
            return Err(UserError::at(field, UserErrorCode::InvalidState, message).into());
        }
    }
    Ok(())
}

/// What somebody is afterwards who is something in both: a request gives way to what is in force, and of two
/// roles in force the higher stays.
#[must_use]
pub fn together(
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

        assert_eq!(together((Active, Member), (Active, Owner)), (Active, Owner));
        assert_eq!(
            together((Active, Member), (Requested, Owner)),
            (Active, Member)
        );
        assert_eq!(
            together((Requested, Owner), (Active, Member)),
            (Active, Member)
        );
        assert_eq!(
            together((Requested, Member), (Requested, Manager)),
            (Requested, Manager)
        );
    }
}
