//! Adds figures up by group and unit, each figure separately.

use std::collections::BTreeMap;

use entity::resource_type::Unit;

use super::figures::{Figure, Figures, Key};
use crate::reference::quantity;

/// One result row: the count and total of one figure, in one group and unit.
#[derive(Clone, Debug)]
pub struct Row {
    /// Key of the group.
    pub key: Key,
    /// Kind of figure.
    pub figure: Figure,
    /// Unit of `total`.
    pub unit: Unit,
    /// Number of listings, matches or deliveries.
    pub count: i64,
    /// Total quantity in base units of the unit; null if none of the rows has a quantity.
    pub total: Option<i64>,
}

/// Figures of one group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Key that its rows share.
    pub key: Key,
    /// Numbers of listings, matches and deliveries.
    pub counts: Figures,
    /// Quantities in each unit, in its base units.
    pub measures: Vec<(Unit, Figures)>,
}

impl Group {
    /// Creates an empty group.
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self {
            key,
            counts: Figures::NONE,
            measures: Vec::new(),
        }
    }

    fn add(&mut self, row: &Row) {
        self.counts.add(row.figure, row.count);
        let Some(total) = row.total else { return };
        let unit = quantity::counted_in(row.unit);
        let at = self.measures.iter().position(|(known, _)| *known == unit);
        let at = at.unwrap_or_else(|| {
            self.measures.push((unit, Figures::default()));
            self.measures.len() - 1
        });
        self.measures[at].1.add(row.figure, total);
    }
}

/// Adds rows up to groups, in order of their keys.
#[must_use]
pub fn add_up(rows: &[Row]) -> Vec<Group> {
    let mut groups: BTreeMap<&Key, Group> = BTreeMap::new();
    for row in rows {
        let group = groups.entry(&row.key);
        group
            .or_insert_with(|| Group::new(row.key.clone()))
            .add(row);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    // Groups without an area or a priority area come last.
    groups.sort_by_key(|group| matches!(group.key, Key::Area(None) | Key::Priority(None)));
    for group in &mut groups {
        group
            .measures
            .sort_by_key(|(unit, _)| quantity::label(*unit));
    }
    groups
}
