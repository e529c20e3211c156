//! Reference data at one version, with look-ups by code, by hierarchy and by word.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use chrono::NaiveDate;
use entity::{
    area, area_successor, priority_area,
    priority_edition::{self, PriorityEditionState},
    reference_state, resource_type,
};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::{hierarchy::Lineage, normalise::fold};
use crate::kit::Error;

/// The rows of all reference data.
#[derive(Default)]
pub struct Tables {
    /// Areas.
    pub areas: Vec<area::Model>,
    /// Successions: an area and the area that replaces it.
    pub successions: Vec<area_successor::Model>,
    /// Resource types.
    pub types: Vec<resource_type::Model>,
    /// Editions of the priorities.
    pub editions: Vec<priority_edition::Model>,
    /// Priority areas of all editions.
    pub priorities: Vec<priority_area::Model>,
}

impl Tables {
    /// Returns true if no table has a row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.areas.is_empty()
            && self.successions.is_empty()
            && self.types.is_empty()
            && self.editions.is_empty()
            && self.priorities.is_empty()
    }
}

/// Reference data at one version, indexed by code.
#[derive(Default)]
pub struct Snapshot {
    /// Version of the data in the database.
    pub version: i64,
    /// Areas in order of their names.
    pub areas: Vec<area::Model>,
    /// Successions: an area and the area that replaces it.
    pub successions: Vec<area_successor::Model>,
    /// Resource types in order of kind and label.
    pub types: Vec<resource_type::Model>,
    /// Editions, latest first. Those without a first day come before the others.
    pub editions: Vec<priority_edition::Model>,
    /// Priority areas of all editions, in order of creation.
    pub priorities: Vec<priority_area::Model>,
    /// Containment and succession of areas.
    pub area_lineage: Lineage,
    /// Containment and replacement of resource types.
    pub type_lineage: Lineage,
    area_at: HashMap<String, usize>,
    type_at: HashMap<String, usize>,
    priority_at: HashMap<String, HashMap<String, usize>>,
    /// Labels, codes and synonyms in normalised form, with the positions of the resource types that they name.
    named: HashMap<String, BTreeSet<usize>>,
}

impl Snapshot {
    /// Reads all tables. The version is read first, so that a change that is committed meanwhile causes another
    /// reload.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        let version = Self::version(conn).await?;
        let tables = Tables {
            areas: area::Entity::find().all(conn).await?,
            successions: area_successor::Entity::find().all(conn).await?,
            types: resource_type::Entity::find().all(conn).await?,
            editions: priority_edition::Entity::find().all(conn).await?,
            priorities: priority_area::Entity::find().all(conn).await?,
        };
        Ok(Self::of(version, tables))
    }

    /// Sorts and indexes rows.
    #[must_use]
    pub fn of(version: i64, tables: Tables) -> Self {
        let Tables {
            mut areas,
            mut successions,
            mut types,
            mut editions,
            mut priorities,
        } = tables;
        areas.sort_by_cached_key(|area| (area.name.to_lowercase(), area.code.clone()));
        successions.sort_by(|a, b| (&a.area, &a.successor).cmp(&(&b.area, &b.successor)));
        types.sort_by_cached_key(|kind| (kind.kind, kind.label.to_lowercase(), kind.code.clone()));
        editions.sort_by_cached_key(|edition| {
            let from = edition.valid_from.unwrap_or(NaiveDate::MAX);
            Reverse((from, edition.code.clone()))
        });
        priorities.sort_by_key(|area| area.id);

        let area_at = positions(areas.iter().map(|area| &area.code));
        let type_at = positions(types.iter().map(|kind| &kind.code));
        let mut priority_at: HashMap<String, HashMap<String, usize>> = HashMap::new();
        for (at, area) in priorities.iter().enumerate() {
            let edition = priority_at.entry(area.edition.clone()).or_default();
            edition.insert(area.code.clone(), at);
        }
        Self {
            version,
            area_lineage: lineage_of_areas(&areas, &successions, &area_at),
            type_lineage: lineage_of_types(&types, &type_at),
            named: names(&types),
            areas,
            successions,
            types,
            editions,
            priorities,
            area_at,
            type_at,
            priority_at,
        }
    }

    /// Returns the version in the database: the number of changes so far.
    pub async fn version(conn: &impl ConnectionTrait) -> Result<i64, Error> {
        let state = reference_state::Entity::find_by_id(1).one(conn).await?;
        Ok(state.map_or(0, |state| state.version))
    }

    /// Returns the area with this code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<&area::Model> {
        self.area_at(code).map(|at| &self.areas[at])
    }

    /// Returns the position of the area in `areas`.
    #[must_use]
    pub fn area_at(&self, code: &str) -> Option<usize> {
        self.area_at.get(code).copied()
    }

    /// Returns the resource type with this code.
    #[must_use]
    pub fn resource_type(&self, code: &str) -> Option<&resource_type::Model> {
        self.type_at(code).map(|at| &self.types[at])
    }

    /// Returns the position of the resource type in `types`.
    #[must_use]
    pub fn type_at(&self, code: &str) -> Option<usize> {
        self.type_at.get(code).copied()
    }

    /// Returns the edition with this code.
    #[must_use]
    pub fn edition(&self, code: &str) -> Option<&priority_edition::Model> {
        self.edition_at(code).map(|at| &self.editions[at])
    }

    /// Returns the position of the edition in `editions`.
    #[must_use]
    pub fn edition_at(&self, code: &str) -> Option<usize> {
        self.editions
            .iter()
            .position(|edition| edition.code == code)
    }

    /// Returns the edition that is in force on a day.
    #[must_use]
    pub fn edition_on(&self, day: NaiveDate) -> Option<&priority_edition::Model> {
        self.editions
            .iter()
            .filter(|edition| {
                was_adopted(edition.state) && in_force(edition.valid_from, edition.valid_to, day)
            })
            .max_by_key(|edition| edition.valid_from)
    }

    /// Returns the priority area with this code in an edition.
    #[must_use]
    pub fn priority(&self, edition: &str, code: &str) -> Option<&priority_area::Model> {
        self.priority_at(edition, code)
            .map(|at| &self.priorities[at])
    }

    /// Returns the position of a priority area in `priorities`.
    #[must_use]
    pub fn priority_at(&self, edition: &str, code: &str) -> Option<usize> {
        self.priority_at.get(edition)?.get(code).copied()
    }

    /// Returns the codes of these areas, of all areas inside them, and of the predecessors and successors of any of
    /// those. A search in the area of a council thus finds listings that were posted under its predecessors. Ignores
    /// unknown codes.
    #[must_use]
    pub fn areas_around(&self, codes: &[String]) -> BTreeSet<String> {
        let starts = codes.iter().filter_map(|code| self.area_at(code));
        let found = self.area_lineage.around(starts);
        found
            .into_iter()
            .map(|at| self.areas[at].code.clone())
            .collect()
    }

    /// Returns the positions of the areas inside an area, or inside a predecessor that only it replaced. Excludes the
    /// area itself.
    #[must_use]
    pub fn areas_inside(&self, code: &str) -> BTreeSet<usize> {
        let start = self.area_at(code);
        let mut inside = self.area_lineage.inside(start);
        inside.retain(|at| Some(*at) != start);
        inside
    }

    /// Returns these priority areas, given as `code` or `edition/code`, with their outcomes and with their
    /// predecessors and successors in other editions: each as edition and code. Ignores unknown codes.
    #[must_use]
    pub fn priorities_around(&self, codes: &[String]) -> BTreeSet<(&str, &str)> {
        let asked = |area: &&priority_area::Model| {
            codes.iter().any(|code| match code.split_once('/') {
                Some((edition, code)) => area.edition == edition && area.code == code,
                None => area.code == *code,
            })
        };
        let mut found = BTreeSet::new();
        let mut waiting: Vec<&priority_area::Model> =
            self.priorities.iter().filter(asked).collect();
        while let Some(area) = waiting.pop() {
            if found.insert((area.edition.as_str(), area.code.as_str())) {
                waiting.extend(
                    self.priorities
                        .iter()
                        .filter(|other| self.leads_to(area, other)),
                );
            }
        }
        found
    }

    /// Returns true if a search for `area` includes `other`: an outcome of it, or its predecessor or successor in
    /// another edition.
    fn leads_to(&self, area: &priority_area::Model, other: &priority_area::Model) -> bool {
        let follows = |later: &priority_area::Model, earlier: &priority_area::Model| {
            later.predecessor.as_ref() == Some(&earlier.code)
                && self
                    .edition(&later.edition)
                    .and_then(|edition| edition.follows.as_ref())
                    == Some(&earlier.edition)
        };
        let outcome = other.edition == area.edition && other.parent.as_ref() == Some(&area.code);
        outcome || follows(area, other) || follows(other, area)
    }

    /// Returns the codes of these resource types, of all narrower types, and of the types that they replaced or that
    /// replaced them. Ignores unknown codes.
    #[must_use]
    pub fn types_within(&self, codes: &[String]) -> BTreeSet<String> {
        let starts = codes.iter().filter_map(|code| self.type_at(code));
        self.type_codes(self.type_lineage.around(starts))
    }

    /// Returns the codes of the resource types that a word or phrase names, of all narrower types, and of the next
    /// wider type of each: organisations also file laptops under IT hardware.
    #[must_use]
    pub fn types_named(&self, phrase: &str) -> BTreeSet<String> {
        let named = self.named.get(&fold(phrase)).into_iter().flatten();
        let mut codes = self.type_codes(self.type_lineage.around(named.clone().copied()));
        codes.extend(named.filter_map(|at| self.types[*at].parent.clone()));
        codes
    }

    fn type_codes(&self, positions: BTreeSet<usize>) -> BTreeSet<String> {
        positions
            .into_iter()
            .map(|at| self.types[at].code.clone())
            .collect()
    }
}

/// Returns true if a dated row is in force on a day. The first and the last day are included.
#[must_use]
pub fn in_force(from: Option<NaiveDate>, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

/// Returns true if the edition is, or was, adopted.
#[must_use]
pub const fn was_adopted(state: PriorityEditionState) -> bool {
    matches!(
        state,
        PriorityEditionState::Adopted | PriorityEditionState::Superseded
    )
}

fn positions<'a>(codes: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    codes
        .enumerate()
        .map(|(at, code)| (code.clone(), at))
        .collect()
}

fn lineage_of_areas(
    areas: &[area::Model],
    successions: &[area_successor::Model],
    at: &HashMap<String, usize>,
) -> Lineage {
    let find = |code: &String| at.get(code).copied();
    let parents = areas
        .iter()
        .enumerate()
        .filter_map(|(child, area)| Some((child, find(area.parent.as_ref()?)?)));
    let successions = successions
        .iter()
        .filter_map(|step| Some((find(&step.area)?, find(&step.successor)?)));
    Lineage::new(areas.len(), parents, successions)
}

fn lineage_of_types(types: &[resource_type::Model], at: &HashMap<String, usize>) -> Lineage {
    let find = |code: &String| at.get(code).copied();
    let parents = types
        .iter()
        .enumerate()
        .filter_map(|(child, kind)| Some((child, find(kind.parent.as_ref()?)?)));
    let replacements = types.iter().enumerate().flat_map(|(old, kind)| {
        let new = kind.replaced_by.0.iter().filter_map(find);
        new.map(move |new| (old, new))
    });
    Lineage::new(types.len(), parents, replacements)
}

fn names(types: &[resource_type::Model]) -> HashMap<String, BTreeSet<usize>> {
    let mut named: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for (at, kind) in types.iter().enumerate() {
        for name in kind.synonyms.0.iter().chain([&kind.label, &kind.code]) {
            named.entry(fold(name)).or_default().insert(at);
        }
    }
    named.remove("");
    named
}

#[cfg(test)]
impl Snapshot {
    /// Snapshot of the data that ships with the program.
    pub(crate) fn shipped() -> Self {
        Self::of(1, super::seed::tables().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(codes: &[&str]) -> BTreeSet<String> {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        Snapshot::shipped().areas_around(&codes)
    }

    #[test]
    fn a_district_has_its_towns_and_its_successor_but_not_its_new_neighbours() {
        let found = around(&["elmbridge"]);
        for code in ["elmbridge", "esher", "walton-on-thames", "east-surrey"] {
            assert!(found.contains(code), "{code}");
        }
        for code in ["tandridge", "oxted", "surrey", "west-surrey"] {
            assert!(!found.contains(code), "{code}");
        }
    }

    #[test]
    fn a_successor_has_what_it_took_over_whole_and_the_name_of_what_was_split() {
        let found = around(&["east-surrey"]);
        for code in ["elmbridge", "tandridge", "esher", "surrey"] {
            assert!(found.contains(code), "{code}");
        }
        for code in ["guildford", "woking", "west-surrey", "surrey-hills"] {
            assert!(!found.contains(code), "{code}");
        }
    }

    #[test]
    fn the_county_has_everything_in_it_and_both_successors() {
        let found = around(&["surrey"]);
        for code in ["elmbridge", "guildford", "esher", "surrey-hills"] {
            assert!(found.contains(code), "{code}");
        }
        assert!(found.contains("east-surrey") && found.contains("west-surrey"));
        assert!(!found.contains("kent"));
    }

    #[test]
    fn thousands_of_codes_find_no_more_than_there_is() {
        let known = Snapshot::shipped();
        let codes: Vec<String> = (0..10_000)
            .map(|at| {
                known
                    .areas
                    .get(at)
                    .map_or(format!("nowhere-{at}"), |area| area.code.clone())
            })
            .collect();
        assert_eq!(known.areas_around(&codes).len(), known.areas.len());
        assert!(around(&["nowhere"]).is_empty());
    }

    #[test]
    fn words_name_types_and_all_narrower_ones() {
        let known = Snapshot::shipped();
        let laptops = known.types_named("laptop");
        assert!(laptops.contains("laptops"));
        assert_eq!(known.types_named("Laptops"), laptops);
        assert!(known.types_named("it hardware").is_superset(&laptops));
        assert!(
            known
                .types_within(&["it-hardware".into()])
                .is_superset(&laptops)
        );
        assert!(known.types_named("flying carpet").is_empty());
        assert!(known.types_named(" ").is_empty());
    }

    #[test]
    fn one_edition_is_in_force_and_a_draft_never_is() {
        let known = Snapshot::shipped();
        let day = |year| NaiveDate::from_ymd_opt(year, 6, 1).unwrap();
        let on = |year| {
            known
                .edition_on(day(year))
                .map(|edition| edition.code.as_str())
        };
        assert_eq!(
            (on(2020), on(2026), on(2028)),
            (None, Some("2021-2026"), Some("2021-2026"))
        );
    }

    #[test]
    fn every_code_that_ships_stands_for_something() {
        let known = Snapshot::shipped();
        for area in &known.areas {
            assert!(
                area.parent.iter().all(|code| known.area(code).is_some()),
                "{}",
                area.code
            );
        }
        for step in &known.successions {
            assert!(known.area(&step.successor).is_some(), "{}", step.successor);
        }
        for kind in &known.types {
            let wider = kind
                .parent
                .as_ref()
                .map(|code| known.resource_type(code).unwrap());
            assert!(
                wider.is_none_or(|wider| wider.kind == kind.kind),
                "{}",
                kind.code
            );
            assert!(
                kind.allowed_units.0.contains(&kind.default_unit),
                "{}",
                kind.code
            );
        }
        for area in &known.priorities {
            let before = known
                .edition(&area.edition)
                .unwrap()
                .follows
                .clone()
                .unwrap_or_default();
            let parent = area.parent.iter();
            assert!(
                parent
                    .clone()
                    .all(|code| known.priority(&area.edition, code).is_some())
            );
            let mut old = area.predecessor.iter();
            assert!(
                old.all(|code| known.priority(&before, code).is_some()),
                "{}",
                area.code
            );
        }
    }
}
