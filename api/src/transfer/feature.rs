//! Descriptor of the transfer feature.

use crate::feature::Feature;

/// Descriptor of the transfer feature.
pub const FEATURE: Feature = Feature {
    ..Feature::named("transfer")
};
