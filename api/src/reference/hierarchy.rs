//! What lies in what, and what took over from what: the same questions for areas and for resource types.

use std::collections::BTreeSet;

/// Dated rows by their positions, and the ways between them.
#[derive(Default)]
pub struct Lineage {
    children: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Lineage {
    /// The ways between so many rows: pairs of a row and what holds it, pairs of a row and what took over from it.
    #[must_use]
    pub fn new(
        rows: usize,
        parents: impl IntoIterator<Item = (usize, usize)>,
        successions: impl IntoIterator<Item = (usize, usize)>,
    ) -> Self {
        let mut lineage = Self {
            children: vec![Vec::new(); rows],
            before: vec![Vec::new(); rows],
            after: vec![Vec::new(); rows],
        };
        for (child, parent) in parents {
            lineage.children[parent].push(child);
        }
        for (old, new) in successions {
            lineage.after[old].push(new);
            lineage.before[new].push(old);
        }
        lineage
    }

    /// What lies directly in a row.
    #[must_use]
    pub fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// What a row took over from.
    #[must_use]
    pub fn before(&self, at: usize) -> &[usize] {
        &self.before[at]
    }

    /// What took over from a row.
    #[must_use]
    pub fn after(&self, at: usize) -> &[usize] {
        &self.after[at]
    }

    /// These rows and all that lies wholly in them: what they hold, and what they alone took over from,
    /// with what that holds.
    #[must_use]
    pub fn inside(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        reach(starts, |at| {
            let whole = |old: &&usize| self.after[**old].len() == 1;
            let before = self.before[at].iter().filter(whole);
            self.children[at].iter().chain(before)
        })
    }

    /// The same, and what lies partly in them: predecessors that were split among several, and successors.
    /// Those come alone: what else they hold is another place.
    #[must_use]
    pub fn around(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let inside = self.inside(starts);
        let mut found = reach(inside.iter().copied(), |at| &self.before[at]);
        found.extend(reach(inside, |at| &self.after[at]));
        found
    }
}

/// All that can be reached from these positions, themselves included.
fn reach<'a, I: IntoIterator<Item = &'a usize>>(
    starts: impl IntoIterator<Item = usize>,
    next: impl Fn(usize) -> I,
) -> BTreeSet<usize> {
    let mut ahead: Vec<usize> = starts.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(at) = ahead.pop() {
        if found.insert(at) {
            ahead.extend(next(at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_way_ends_and_what_is_inside_is_around(
            parents in proptest::collection::vec((0..12_usize, 0..12_usize), 0..20),
            successions in proptest::collection::vec((0..12_usize, 0..12_usize), 0..20),
            start in 0..12_usize,
        ) {
            let lineage = Lineage::new(12, parents, successions);
            let inside = lineage.inside([start]);
            prop_assert!(inside.contains(&start));
            prop_assert!(lineage.around([start]).is_superset(&inside));
            prop_assert_eq!(lineage.inside(inside.iter().copied()), inside);
        }
    }
}
