//! Statistical disclosure control: decides which figures may be public, so that nobody can derive the activity of fewer
//! than three organisations from all public figures together.
//!
//! A figure is a sum of contributions: listings, matches or deliveries. Subtracting public figures from each other gives
//! further sums, so all of them are checked together: [`Release`] keeps the public figures as vectors over the
//! contributions, and publishes another only if no combination of them, by addition and subtraction, consists of
//! contributions in each of which one of the same two organisations takes part. A match has two organisations, and each
//! knows all of it, so the matches of one organisation with many others count as the activity of one organisation.
//! Every request is answered from the same public figures: a figure that is not one of them, nor follows from them, is
//! suppressed.
//!
//! The check is exact for up to [`PARTIES`] organisations. More are dealt into that many parties, which suppresses
//! more, never less.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{figures::SuppressionReason, independence::Basis};

/// Number of parties that are told apart.
const PARTIES: usize = 8;
/// Maximum number of independent figures that are published; all others follow from these or are suppressed.
const MAX_FIGURES: usize = 128;
/// Dimensions of a vector beyond the number of figures, so that a false dependency is improbable.
const MARGIN: usize = 8;
/// Dimensions that tell whether a combination contains contributions of the two parties.
const WITHIN: usize = 3;

/// The organisations of one contribution: one organisation twice, or the two sides of a match.
pub type Contributors = [Uuid; 2];

/// Public figures about one list of contributions.
pub struct Release {
    contributors: Vec<Contributors>,
    parties: Vec<u8>,
    dimensions: usize,
    published: Basis,
    views: Vec<View>,
}

/// The public figures as two parties see them who know everything that one of them takes part in.
struct View {
    pair: u8,
    basis: Basis,
}

impl Release {
    /// Starts without public figures.
    #[must_use]
    pub fn new(contributors: Vec<Contributors>) -> Self {
        let all: BTreeSet<Uuid> = contributors.iter().flatten().copied().collect();
        let dealt = all.into_iter().enumerate();
        let party: BTreeMap<Uuid, u8> = dealt.map(|(at, id)| (id, 1 << (at % PARTIES))).collect();
        let parties = contributors.iter().map(|[a, b]| party[a] | party[b]);
        let dimensions = contributors.len().min(MAX_FIGURES) + MARGIN;
        let pairs = (0..PARTIES).flat_map(|a| (a + 1..PARTIES).map(move |b| 1 << a | 1 << b));
        Self {
            parties: parties.collect(),
            dimensions,
            published: Basis::new(dimensions),
            views: pairs
                .map(|pair| View {
                    pair,
                    basis: Basis::new(dimensions),
                })
                .collect(),
            contributors,
        }
    }

    /// Reports whether no further figure can become public.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.published.count() == MAX_FIGURES
    }

    /// Makes the sum of these contributions public, if that is safe.
    pub fn publish(&mut self, figure: &[usize]) {
        if self.is_full() || few(&figure.iter().map(|at| self.contributors[*at])) {
            return;
        }
        let sums = self.sums(figure);
        let mut seen = Vec::with_capacity(self.views.len());
        for view in &self.views {
            let mut vector = vec![0; self.dimensions + WITHIN];
            for (parties, sum) in &sums {
                let known = parties & view.pair != 0;
                let range = if known {
                    self.dimensions..self.dimensions + WITHIN
                } else {
                    0..self.dimensions
                };
                super::independence::add(&mut vector[range.clone()], &sum[range]);
            }
            let free = view.basis.reduce(&mut vector);
            if !free && vector.iter().any(|value| *value != 0) {
                return;
            }
            seen.push(free.then_some(vector));
        }
        for (view, vector) in self.views.iter_mut().zip(seen) {
            if let Some(vector) = vector {
                view.basis.push(vector);
            }
        }
        let mut whole = self.whole(&sums);
        if self.published.reduce(&mut whole) {
            self.published.push(whole);
        }
    }

    /// Returns the reason for which the sum of these contributions is suppressed; `None` if it is public. The empty sum
    /// is public.
    #[must_use]
    pub fn suppressed(&self, figure: &[usize]) -> Option<SuppressionReason> {
        if figure.is_empty() {
            return None;
        }
        if few(&figure.iter().map(|at| self.contributors[*at])) {
            return Some(SuppressionReason::FewOrganisations);
        }
        let mut whole = self.whole(&self.sums(figure));
        let beyond = self.published.reduce(&mut whole);
        beyond.then_some(SuppressionReason::RevealsAnotherFigure)
    }

    /// Adds the vectors of contributions, separately for each set of parties.
    fn sums(&self, figure: &[usize]) -> BTreeMap<u8, Vec<u64>> {
        let mut sums = BTreeMap::new();
        for at in figure {
            let sum = sums.entry(self.parties[*at]);
            let sum = sum.or_insert_with(|| vec![0; self.dimensions + WITHIN]);
            super::independence::add_point(sum, *at);
        }
        sums
    }

    fn whole(&self, sums: &BTreeMap<u8, Vec<u64>>) -> Vec<u64> {
        let mut whole = vec![0; self.dimensions];
        for sum in sums.values() {
            super::independence::add(&mut whole, &sum[..self.dimensions]);
        }
        whole
    }
}

/// Reports whether two organisations together take part in all of these contributions. It is false for none.
fn few(all: &(impl Iterator<Item = Contributors> + Clone)) -> bool {
    let without = |known: &[Uuid]| {
        let mut all = all.clone();
        all.find(|sides| !sides.iter().any(|side| known.contains(side)))
    };
    let Some(first) = without(&[]) else {
        return false;
    };
    first.into_iter().any(|one| match without(&[one]) {
        None => true,
        Some(second) => second.iter().any(|other| without(&[one, *other]).is_none()),
    })
}

#[cfg(test)]
#[path = "disclosure_control_tests.rs"]
mod tests;
