//! Descriptor of the tasks feature.

use crate::feature::Feature;

/// Descriptor of the tasks feature.
pub const FEATURE: Feature = Feature {
    ..Feature::named("tasks")
};
