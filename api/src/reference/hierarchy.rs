//! Containment and succession of dated rows. Shared by areas and resource types.

use std::collections::BTreeSet;

/// Graph of dated rows, by position: which row contains which, and which replaced which.
#[derive(Default)]
pub struct Lineage {
    children: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Lineage {
    /// Builds the graph for `rows` rows. `parents` are pairs of a child and its parent; `successions` are pairs of an
    /// old row and the row that replaces it.
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

    /// Direct children of a row.
    #[must_use]
    pub fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// Direct predecessors of a row.
    #[must_use]
    pub fn before(&self, at: usize) -> &[usize] {
        &self.before[at]
    }

    /// Direct successors of a row.
    #[must_use]
    pub fn after(&self, at: usize) -> &[usize] {
        &self.after[at]
    }

    /// Returns these rows and all rows that lie wholly inside them: their descendants, the predecessors that only they
    /// replaced, and the descendants of those.
    #[must_use]
    pub fn inside(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        reach(starts, |at| {
            let whole = |old: &&usize| self.after[**old].len() == 1;
            let before = self.before[at].iter().filter(whole);
            self.children[at].iter().chain(before)
        })
    }

    /// Like [`Self::inside`], and adds rows that overlap only in part: predecessors that were split among several
    /// successors, and successors. Those come without their own children, which lie elsewhere.
    #[must_use]
    pub fn around(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let inside = self.inside(starts);
        let mut found = reach(inside.iter().copied(), |at| &self.before[at]);
        found.extend(reach(inside, |at| &self.after[at]));
        found
    }
}

/// Returns all positions that can be reached from `starts`, including `starts`.
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
