//! Figures added up: by group, by unit, each figure apart.

use std::collections::{BTreeMap, BTreeSet};

use entity::resource_type::Unit;
use uuid::Uuid;

use super::figures::{Figure, Figures, Key};
use crate::reference::quantity;

/// What was read: so many of one figure, in one group and unit, by the same organisations.
#[derive(Clone, Debug)]
pub struct Row {
    /// The group.
    pub key: Key,
    /// The figure.
    pub figure: Figure,
    /// The unit.
    pub unit: Unit,
    /// Whose they are: one organisation, or the two of a match.
    pub organisations: [Uuid; 2],
    /// How many listings, matches or deliveries.
    pub count: i64,
    /// How much, in base units of the unit; null where none of them is counted.
    pub total: Option<i64>,
}

/// What belongs together.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it has in common.
    pub key: Key,
    /// Who stands behind it.
    pub organisations: BTreeSet<Uuid>,
    /// How many listings, matches and deliveries.
    pub counts: Figures,
    /// How much of each unit, in its base units.
    pub measures: Vec<(Unit, Figures)>,
    /// Whether its figures are kept back.
    pub suppressed: bool,
}

impl Group {
    /// A group with nothing in it.
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self {
            key,
            organisations: BTreeSet::new(),
            counts: Figures::NONE,
            measures: Vec::new(),
            suppressed: false,
        }
    }

    /// Everything, of which nothing is told.
    #[must_use]
    pub const fn kept_back() -> Self {
        let mut all = Self::new(Key::All);
        all.suppressed = true;
        all
    }

    fn add(&mut self, row: &Row) {
        self.organisations.extend(row.organisations);
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

/// Adds up what was read, in order of the keys.
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
    // What names none comes last.
    groups.sort_by_key(|group| matches!(group.key, Key::Area(None) | Key::Priority(None)));
    for group in &mut groups {
        group
            .measures
            .sort_by_key(|(unit, _)| quantity::label(*unit));
    }
    groups
}
