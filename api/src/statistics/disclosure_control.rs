//! Statistical disclosure control: suppresses figures from which the activity of a single organisation could be
//! derived.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::totals::Group;

/// Minimum number of organisations in a group whose figures are public.
pub const FEWEST: usize = 3;

/// Suppresses groups in which fewer than [`FEWEST`] organisations act. If the suppressed groups together have fewer
/// than that, their figures could be derived from the total, so the next smallest groups are suppressed too.
pub fn protect(groups: &mut [Group]) {
    let mut by_size: Vec<&mut Group> = groups.iter_mut().collect();
    by_size.sort_by_key(|group| group.organisations.len());
    let mut behind: BTreeSet<Uuid> = BTreeSet::new();
    for group in by_size {
        let few = (1..FEWEST).contains(&group.organisations.len());
        let told_by_the_rest = (1..FEWEST).contains(&behind.len());
        if few || told_by_the_rest {
            behind.extend(&group.organisations);
            group.suppressed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::figures::Key;

    fn group(organisations: &[u128]) -> Group {
        let mut group = Group::new(Key::All);
        group
            .organisations
            .extend(organisations.iter().map(|id| Uuid::from_u128(*id)));
        group
    }

    #[test]
    fn nobody_can_be_told_from_a_group_nor_from_what_the_others_leave_over() {
        let told = |sizes: &[&[u128]]| {
            let mut groups: Vec<Group> = sizes.iter().map(|ids| group(ids)).collect();
            protect(&mut groups);
            groups
                .iter()
                .map(|group| !group.suppressed)
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&[&[]]), [true], "nothing tells of nobody");
        assert_eq!(told(&[&[1, 2, 3]]), [true]);
        assert_eq!(told(&[&[1, 2]]), [false]);
        assert_eq!(
            told(&[&[1], &[1, 2, 3], &[1, 2, 3, 4]]),
            [false, false, true]
        );
        assert_eq!(told(&[&[1, 2], &[3], &[1, 2, 3]]), [false, false, true]);
    }
}
