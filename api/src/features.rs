//! The list of all features. Only this file names every feature; everything else is built from their descriptors.

use crate::{
    accounts, activities, calendars, conversations, events,
    feature::Feature,
    feeds, intakes,
    kit::activity::{Catalogue, Entry},
    listings, mail, matches, notifications, organisations, reference, statistics, tasks, transfer,
};

/// All features, from left to right: the acts of one call only those of the features before it.
pub const FEATURES: &[&Feature] = &[
    &mail::FEATURE,
    &accounts::FEATURE,
    &activities::FEATURE,
    &reference::FEATURE,
    &organisations::FEATURE,
    &listings::FEATURE,
    &matches::FEATURE,
    &conversations::FEATURE,
    &events::FEATURE,
    &statistics::FEATURE,
    &notifications::FEATURE,
    &feeds::FEATURE,
    &calendars::FEATURE,
    &intakes::FEATURE,
    &transfer::FEATURE,
    &tasks::FEATURE,
];

/// The entries of all acts.
pub fn acts() -> impl Iterator<Item = &'static Entry> {
    FEATURES.iter().flat_map(|feature| feature.acts).copied()
}

/// The catalogue of all acts.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue::new(acts())
}
