//! Organisations whose members are recipients of a notification.
//!
//! The entry of an act in the catalogue (`acts.rs` of each feature) defines the notifications it causes. To add a
//! notification, add its kind to `entity::notification`; the compiler then asks for its entry in `kinds.rs`.

use std::collections::BTreeSet;

use entity::{activity, notification::Recipient};
use uuid::Uuid;

/// Returns the organisations whose members are recipients, given the organisations of the actor.
#[must_use]
pub fn sides(recipient: Recipient, act: &activity::Model, actors: &BTreeSet<Uuid>) -> Vec<Uuid> {
    match recipient {
        Recipient::Members(_) => act.organisation_id.into_iter().collect(),
        Recipient::OtherSide(_) => {
            let both = [act.organisation_id, act.other_organisation_id];
            let both: Vec<Uuid> = both.into_iter().flatten().collect();
            let others: Vec<Uuid> = both
                .iter()
                .copied()
                .filter(|id| !actors.contains(id))
                .collect();
            // An actor who belongs to both acted for the first.
            if others.is_empty() {
                act.other_organisation_id.into_iter().collect()
            } else {
                others
            }
        }
        Recipient::Poster
        | Recipient::Concerned
        | Recipient::Readers
        | Recipient::Staff(_)
        | Recipient::Approvers
        | Recipient::Registered
        | Recipient::Confirmed => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use entity::membership::MembershipRole::Editor;

    use super::*;
    use crate::kit::clock;

    fn between(one: Uuid, two: Uuid) -> activity::Model {
        activity::Model {
            id: Uuid::now_v7(),
            at: clock::now(),
            actor_kind: activity::ActorKind::Person,
            actor_id: None,
            organisation_id: Some(one),
            other_organisation_id: Some(two),
            person_id: None,
            act: "match.proposed".into(),
            subject_kind: "match".into(),
            subject_id: Uuid::now_v7(),
            fields: Vec::new().into(),
            seq: None,
        }
    }

    #[test]
    fn the_side_that_did_not_act_is_told_and_both_where_neither_did() {
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        let act = between(one, two);
        let told = |actors: &[Uuid]| {
            let actors = actors.iter().copied().collect();
            sides(Recipient::OtherSide(Editor), &act, &actors)
        };
        assert_eq!(told(&[one]), [two]);
        assert_eq!(told(&[two]), [one]);
        assert_eq!(told(&[]), [one, two]);
        assert_eq!(told(&[one, two]), [two]);
    }
}
