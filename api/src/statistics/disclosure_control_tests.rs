//! Property tests of disclosure control, against an attacker who solves by exact arithmetic.

use proptest::prelude::*;
use rust_decimal::prelude::Zero;

use super::*;

fn org(number: u8) -> Uuid {
    Uuid::from_u128(u128::from(number) + 1)
}

/// Fractions in lowest terms, for an attacker who does not err.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fraction(i128, i128);

impl Fraction {
    fn new(above: i128, below: i128) -> Self {
        let (mut a, mut b) = (above.abs(), below.abs());
        while !b.is_zero() {
            (a, b) = (b, a % b);
        }
        let sign = below.signum();
        Self(sign * above / a.max(1), sign * below / a.max(1))
    }
}

/// Eliminates the first `outside` columns. Returns true if a combination of rows is zero there and not elsewhere.
fn leaks(mut rows: Vec<Vec<Fraction>>, outside: usize) -> bool {
    for column in 0..outside {
        let Some(at) = rows.iter().position(|row| row[column].0 != 0) else {
            continue;
        };
        let pivot = rows.swap_remove(at);
        for row in &mut rows {
            let (own, by) = (row[column], pivot[column]);
            for (value, other) in row.iter_mut().zip(&pivot) {
                let minus = Fraction::new(other.0 * own.0 * by.1, other.1 * own.1 * by.0);
                *value = Fraction::new(value.0 * minus.1 - minus.0 * value.1, value.1 * minus.1);
            }
        }
    }
    rows.iter().any(|row| row.iter().any(|value| value.0 != 0))
}

/// Reports whether any two organisations are all that stands behind something that follows from these figures.
fn attack(contributors: &[Contributors], figures: &[Vec<usize>]) -> bool {
    let all: BTreeSet<Uuid> = contributors.iter().flatten().copied().collect();
    let pairs = all.iter().flat_map(|a| all.iter().map(move |b| [a, b]));
    pairs.into_iter().any(|pair| {
        let known = |at: &usize| contributors[*at].iter().any(|id| pair.contains(&id));
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..contributors.len()).partition(known);
        let row = |figure: &Vec<usize>| {
            let columns = outside.iter().chain(&inside);
            columns
                .map(|at| Fraction::new(i128::from(figure.contains(at)), 1))
                .collect()
        };
        leaks(figures.iter().map(row).collect(), outside.len())
    })
}

fn worlds() -> impl Strategy<Value = (Vec<Contributors>, Vec<Vec<usize>>)> {
    let one = (0..9_u8, 0..9_u8, any::<bool>()).prop_map(|(a, b, alone)| {
        if alone {
            [org(a), org(a)]
        } else {
            [org(a), org(b)]
        }
    });
    proptest::collection::vec(one, 1..14).prop_flat_map(|contributors| {
        let figure = proptest::sample::subsequence(
            (0..contributors.len()).collect::<Vec<_>>(),
            0..=contributors.len(),
        );
        (Just(contributors), proptest::collection::vec(figure, 1..9))
    })
}

proptest! {
    #[test]
    fn no_combination_of_public_figures_is_about_two_organisations((contributors, figures) in worlds()) {
        let mut release = Release::new(contributors.clone());
        let all: Vec<usize> = (0..contributors.len()).collect();
        release.publish(&all);
        for figure in &figures {
            release.publish(figure);
        }
        // Also those that nobody published but that follow from others.
        let mut shown: Vec<Vec<usize>> = figures.into_iter().chain([all]).collect();
        let rest = |figure: &Vec<usize>| (0..contributors.len()).filter(|at| !figure.contains(at)).collect();
        shown.extend(shown.iter().map(rest).collect::<Vec<Vec<usize>>>());
        shown.retain(|figure| release.suppressed(figure).is_none());
        prop_assert!(!attack(&contributors, &shown), "{contributors:?} {shown:?}");
    }
}

#[test]
fn each_way_to_few_organisations_is_closed() {
    let alone = |number| [org(number), org(number)];
    let release = |contributors: &[Contributors], figures: &[&[usize]]| {
        let mut release = Release::new(contributors.to_vec());
        for figure in figures {
            release.publish(figure);
        }
        let shown = figures.iter().map(|figure| release.suppressed(figure));
        shown.collect::<Vec<_>>()
    };
    let few = Some(SuppressionReason::FewOrganisations);
    let reveals = Some(SuppressionReason::RevealsAnotherFigure);
    let four = [alone(0), alone(1), alone(2), alone(3)];
    assert_eq!(release(&four, &[&[]]), [None], "nothing tells of nobody");
    assert_eq!(release(&four, &[&[0, 1]]), [few]);
    assert_eq!(release(&four, &[&[0, 1, 2]]), [None]);
    assert_eq!(
        release(&four, &[&[0, 1, 2, 3], &[0, 1, 2]]),
        [None, reveals],
        "the rest is about one"
    );
    let six: Vec<Contributors> = (0..6).map(alone).collect();
    assert_eq!(
        release(
            &six,
            &[&[0, 1, 2, 3, 4, 5], &[0, 1, 2], &[3, 4, 5], &[1, 2, 3]]
        ),
        [None, None, None, reveals],
        "the second minus the fourth would be one minus another"
    );
    let star = [[org(0), org(1)], [org(0), org(2)], [org(0), org(3)]];
    assert_eq!(
        release(&star, &[&[0, 1, 2]]),
        [few],
        "all of it is what one organisation did"
    );
    let apart = [[org(0), org(1)], [org(2), org(3)], [org(4), org(5)]];
    assert_eq!(release(&apart, &[&[0], &[0, 1, 2]]), [few, None]);
    assert_eq!(release(&apart, &[&[0, 1, 2], &[0, 1]]), [None, few]);
}
