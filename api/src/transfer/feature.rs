//! Descriptor of the feature.

use crate::feature::Feature;

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    ..Feature::named("transfer")
};
