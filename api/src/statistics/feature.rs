//! Descriptor of the statistics feature.

use crate::feature::Feature;

/// Descriptor of the statistics feature.
pub const FEATURE: Feature = Feature {
    ..Feature::named("statistics")
};
