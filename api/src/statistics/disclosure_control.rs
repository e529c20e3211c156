//! What is kept back, so that nobody can be told from a number.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::totals::Group;

/// How many organisations at least stand behind a figure that everybody may see.
pub const FEWEST: usize = 3;

/// Keeps back the figures of groups in which fewer than three organisations act. Where what is kept back could be
/// worked out from the total, because too few stand behind all of it, the next smallest groups are kept back too.
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
