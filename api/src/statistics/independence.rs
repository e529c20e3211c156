//! Linear independence of sums, modulo a prime.
//!
//! A contribution is a point whose coordinates are fixed but arbitrary; a sum of contributions is the sum of their points.
//! With more coordinates than independent sums, sums depend on each other only if their contributions do, except with a
//! probability of about one in two thousand million.

/// Prime modulus of the coordinates.
const PRIME: u64 = (1 << 31) - 1;

/// Independent vectors in echelon form.
pub struct Basis {
    /// Number of coordinates that make vectors independent. Vectors may have further ones.
    dimensions: usize,
    rows: Vec<(usize, Vec<u64>)>,
}

impl Basis {
    /// Creates an empty basis.
    #[must_use]
    pub const fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            rows: Vec::new(),
        }
    }

    /// Returns the number of vectors.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }

    /// Subtracts multiples of the vectors. Returns true if the rest is independent of them.
    pub fn reduce(&self, vector: &mut [u64]) -> bool {
        for (pivot, row) in &self.rows {
            let factor = vector[*pivot];
            if factor != 0 {
                for (value, own) in vector.iter_mut().zip(row) {
                    *value = (*value + (PRIME - factor) * own) % PRIME;
                }
            }
        }
        vector[..self.dimensions].iter().any(|value| *value != 0)
    }

    /// Adds a vector that [`Self::reduce`] found to be independent.
    pub fn push(&mut self, mut vector: Vec<u64>) {
        let own = &vector[..self.dimensions];
        let Some(pivot) = own.iter().position(|value| *value != 0) else {
            return;
        };
        let inverse = power(vector[pivot], PRIME - 2);
        for value in &mut vector {
            *value = *value * inverse % PRIME;
        }
        self.rows.push((pivot, vector));
    }
}

/// Adds one vector to another.
pub fn add(to: &mut [u64], more: &[u64]) {
    for (value, more) in to.iter_mut().zip(more) {
        *value = (*value + more) % PRIME;
    }
}

/// Adds the point of a contribution to a vector.
pub fn add_point(to: &mut [u64], contribution: usize) {
    for (dimension, value) in to.iter_mut().enumerate() {
        *value = (*value + coordinate(contribution as u64, dimension as u64)) % PRIME;
    }
}

/// Coordinate of a point: `SplitMix64` of both numbers.
const fn coordinate(contribution: u64, dimension: u64) -> u64 {
    let mut mixed = contribution
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(dimension.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) % PRIME
}

const fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut product = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product = product * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    product
}
