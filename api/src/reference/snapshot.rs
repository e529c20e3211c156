//! All reference data at one moment, and the questions that are asked of it.

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

use super::lineage::Lineage;
use crate::kit::Error;

/// The rows of all reference data.
#[derive(Default)]
pub struct Tables {
    /// Areas.
    pub areas: Vec<area::Model>,
    /// Which area takes over from which.
    pub successions: Vec<area_successor::Model>,
    /// Resource types.
    pub types: Vec<resource_type::Model>,
    /// Editions of the priorities.
    pub editions: Vec<priority_edition::Model>,
    /// Priority areas of all editions.
    pub priorities: Vec<priority_area::Model>,
}

impl Tables {
    /// Whether there is no row at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.areas.is_empty()
            && self.successions.is_empty()
            && self.types.is_empty()
            && self.editions.is_empty()
            && self.priorities.is_empty()
    }
}

/// All reference data at one moment, by code.
#[derive(Default)]
pub struct Snapshot {
    /// Which change it includes.
    pub version: i64,
    /// Areas in order of their names.
    pub areas: Vec<area::Model>,
    /// Which area takes over from which.
    pub successions: Vec<area_successor::Model>,
    /// Resource types in order of kind and label.
    pub types: Vec<resource_type::Model>,
    /// Editions, the latest first; those without a day come before.
    pub editions: Vec<priority_edition::Model>,
    /// Priority areas of all editions, in the order in which they were written.
    pub priorities: Vec<priority_area::Model>,
    /// How areas lie in and follow each other.
    pub(super) area_lineage: Lineage,
    /// How resource types lie in and replace each other.
    pub(super) type_lineage: Lineage,
    area_at: HashMap<String, usize>,
    type_at: HashMap<String, usize>,
    priority_at: HashMap<String, HashMap<String, usize>>,
    /// Words and synonyms, folded, and the resource types that they name.
    named: HashMap<String, BTreeSet<usize>>,
}

impl Snapshot {
    /// Reads everything. The version comes first: what changes meanwhile is read again next time.
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

    /// These rows, put in order.
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

    /// How often reference data has changed.
    pub async fn version(conn: &impl ConnectionTrait) -> Result<i64, Error> {
        let state = reference_state::Entity::find_by_id(1).one(conn).await?;
        Ok(state.map_or(0, |state| state.version))
    }

    /// The area with a code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<&area::Model> {
        self.area_at(code).map(|at| &self.areas[at])
    }

    /// Where the area with a code stands in `areas`.
    #[must_use]
    pub fn area_at(&self, code: &str) -> Option<usize> {
        self.area_at.get(code).copied()
    }

    /// The resource type with a code.
    #[must_use]
    pub fn resource_type(&self, code: &str) -> Option<&resource_type::Model> {
        self.type_at(code).map(|at| &self.types[at])
    }

    /// Where the resource type with a code stands in `types`.
    #[must_use]
    pub fn type_at(&self, code: &str) -> Option<usize> {
        self.type_at.get(code).copied()
    }

    /// The edition with a code.
    #[must_use]
    pub fn edition(&self, code: &str) -> Option<&priority_edition::Model> {
        self.edition_at(code).map(|at| &self.editions[at])
    }

    /// Where the edition with a code stands in `editions`.
    #[must_use]
    pub fn edition_at(&self, code: &str) -> Option<usize> {
        self.editions
            .iter()
            .position(|edition| edition.code == code)
    }

    /// The edition that is in force on a day.
    #[must_use]
    pub fn edition_on(&self, day: NaiveDate) -> Option<&priority_edition::Model> {
        self.editions
            .iter()
            .filter(|edition| {
                was_adopted(edition.state) && in_force(edition.valid_from, edition.valid_to, day)
            })
            .max_by_key(|edition| edition.valid_from)
    }

    /// A priority area of an edition.
    #[must_use]
    pub fn priority(&self, edition: &str, code: &str) -> Option<&priority_area::Model> {
        self.priority_at(edition, code)
            .map(|at| &self.priorities[at])
    }

    /// Where a priority area of an edition stands in `priorities`.
    #[must_use]
    pub fn priority_at(&self, edition: &str, code: &str) -> Option<usize> {
        self.priority_at.get(edition)?.get(code).copied()
    }

    /// These areas with everything inside them, and whatever came before or after any of those: a search in
    /// a council's area finds what was posted under its predecessors. Unknown codes add nothing.
    #[must_use]
    pub fn areas_around(&self, codes: &[String]) -> BTreeSet<String> {
        let starts = codes.iter().filter_map(|code| self.area_at(code));
        let found = self.area_lineage.around(starts);
        found
            .into_iter()
            .map(|at| self.areas[at].code.clone())
            .collect()
    }

    /// The areas that stand for these on a day: one that has ended gives way to its successors. Unknown codes stay.
    #[must_use]
    pub fn areas_on(&self, codes: &[String], day: NaiveDate) -> Vec<String> {
        let mut kept = BTreeSet::new();
        let mut waiting: Vec<&str> = codes.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        while let Some(code) = waiting.pop() {
            let ended = self
                .area(code)
                .is_some_and(|area| area.valid_to.is_some_and(|last| last < day));
            if !ended {
                kept.insert(code.to_owned());
            } else if seen.insert(code) {
                let steps = self.successions.iter().filter(|step| step.area == code);
                waiting.extend(steps.map(|step| step.successor.as_str()));
            }
        }
        kept.into_iter().collect()
    }

    /// These resource types with all narrower ones, and what replaced or preceded them. Unknown codes add nothing.
    #[must_use]
    pub fn types_within(&self, codes: &[String]) -> BTreeSet<String> {
        let starts = codes.iter().filter_map(|code| self.type_at(code));
        self.type_codes(self.type_lineage.around(starts))
    }

    /// The resource types that a word or phrase names, with all narrower ones.
    #[must_use]
    pub fn types_named(&self, phrase: &str) -> BTreeSet<String> {
        let named = self.named.get(&fold(phrase)).into_iter().flatten().copied();
        self.type_codes(self.type_lineage.around(named))
    }

    fn type_codes(&self, positions: BTreeSet<usize>) -> BTreeSet<String> {
        positions
            .into_iter()
            .map(|at| self.types[at].code.clone())
            .collect()
    }
}

/// Whether a dated row is in force on a day. Both ends belong to it.
#[must_use]
pub fn in_force(from: Option<NaiveDate>, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

/// Whether an edition was ever adopted.
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

/// A phrase by which plural and singular, hyphens and capitals are alike.
fn fold(phrase: &str) -> String {
    let lower = phrase.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(stem).collect::<Vec<_>>().join(" ")
}

/// What the singular and the plural of a word have in common. It need not be a word: both sides are cut alike.
fn stem(word: &str) -> String {
    let cut = |word: &str, end: &str| {
        let rest = word.strip_suffix(end)?;
        (rest.len() > 1).then(|| rest.to_owned())
    };
    if let Some(rest) = cut(word, "ies").or_else(|| cut(word, "ie")) {
        return rest + "y";
    }
    let one = match word {
        _ if word.ends_with("ss") || word.ends_with("us") => word.to_owned(),
        _ => cut(word, "s").unwrap_or_else(|| word.to_owned()),
    };
    cut(&one, "e").unwrap_or(one)
}
