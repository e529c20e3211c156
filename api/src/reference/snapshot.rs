//! All reference data at one moment, and the questions that are asked of it.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    area, area_successor, priority_area,
    priority_edition::{self, PriorityEditionState},
    reference_state, resource_type,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use crate::kit::Error;

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
    /// Editions, the latest first.
    pub editions: Vec<priority_edition::Model>,
    /// Priority areas of all editions, in the order in which they were written.
    pub priorities: Vec<priority_area::Model>,
    area_at: HashMap<String, usize>,
    type_at: HashMap<String, usize>,
    /// Words and synonyms, folded, and the resource types that they name.
    named: HashMap<String, BTreeSet<usize>>,
}

impl Snapshot {
    /// Reads everything. The version comes first: what changes meanwhile is read again next time.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        let version = Self::version(conn).await?;
        let areas = area::Entity::find()
            .order_by_asc(area::Column::Name)
            .all(conn)
            .await?;
        let types = resource_type::Entity::find()
            .order_by_asc(resource_type::Column::Kind)
            .order_by_asc(resource_type::Column::Label)
            .all(conn)
            .await?;
        let editions = priority_edition::Entity::find()
            .order_by_desc(priority_edition::Column::Code)
            .all(conn)
            .await?;
        let priorities = priority_area::Entity::find()
            .order_by_asc(priority_area::Column::Id)
            .all(conn)
            .await?;
        let mut named: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (at, kind) in types.iter().enumerate() {
            for name in kind.synonyms.0.iter().chain([&kind.label]) {
                named.entry(fold(name)).or_default().insert(at);
            }
        }
        Ok(Self {
            version,
            area_at: areas
                .iter()
                .enumerate()
                .map(|(at, area)| (area.code.clone(), at))
                .collect(),
            type_at: types
                .iter()
                .enumerate()
                .map(|(at, kind)| (kind.code.clone(), at))
                .collect(),
            successions: area_successor::Entity::find().all(conn).await?,
            areas,
            types,
            editions,
            priorities,
            named,
        })
    }

    /// How often reference data has changed.
    pub async fn version(conn: &impl ConnectionTrait) -> Result<i64, Error> {
        let state = reference_state::Entity::find_by_id(1).one(conn).await?;
        Ok(state.map_or(0, |state| state.version))
    }

    /// The area with a code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<&area::Model> {
        self.area_at.get(code).map(|at| &self.areas[*at])
    }

    /// The resource type with a code.
    #[must_use]
    pub fn resource_type(&self, code: &str) -> Option<&resource_type::Model> {
        self.type_at.get(code).map(|at| &self.types[*at])
    }

    /// The edition with a code.
    #[must_use]
    pub fn edition(&self, code: &str) -> Option<&priority_edition::Model> {
        self.editions.iter().find(|edition| edition.code == code)
    }

    /// The edition that is in force on a day.
    #[must_use]
    pub fn edition_on(&self, day: NaiveDate) -> Option<&priority_edition::Model> {
        let adopted = [
            PriorityEditionState::Adopted,
            PriorityEditionState::Superseded,
        ];
        self.editions
            .iter()
            .filter(|edition| {
                adopted.contains(&edition.state)
                    && in_force(edition.valid_from, edition.valid_to, day)
            })
            .max_by_key(|edition| edition.valid_from)
    }

    /// A priority area of an edition.
    #[must_use]
    pub fn priority(&self, edition: &str, code: &str) -> Option<&priority_area::Model> {
        self.priorities
            .iter()
            .find(|area| area.edition == edition && area.code == code)
    }

    /// These areas with everything inside them, and whatever came before or after any of those: a search in
    /// a council's area finds what was posted under its predecessors.
    #[must_use]
    pub fn areas_around(&self, codes: &[String]) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        let mut ahead: Vec<&str> = codes.iter().map(String::as_str).collect();
        while let Some(code) = ahead.pop() {
            if self.area(code).is_none() || !found.insert(code.to_owned()) {
                continue;
            }
            ahead.extend(
                self.areas
                    .iter()
                    .filter(|area| area.parent.as_deref() == Some(code))
                    .map(|area| area.code.as_str()),
            );
            for step in &self.successions {
                if step.successor == code {
                    ahead.push(&step.area);
                }
            }
        }
        // Successors come last and alone: what lies in a successor beside this area is another place.
        let successors: Vec<String> = self
            .successions
            .iter()
            .filter(|step| found.contains(&step.area))
            .map(|step| step.successor.clone())
            .collect();
        found.extend(successors);
        found
    }

    /// These resource types with all narrower ones, and what replaced or preceded them.
    #[must_use]
    pub fn types_within(&self, codes: &[String]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut ahead: Vec<&str> = codes.iter().map(String::as_str).collect();
        while let Some(code) = ahead.pop() {
            let Some(kind) = self.resource_type(code) else {
                continue;
            };
            if !found.insert(code.to_owned()) {
                continue;
            }
            ahead.extend(kind.replaced_by.0.iter().map(String::as_str));
            ahead.extend(
                self.types
                    .iter()
                    .filter(|other| other.parent.as_deref() == Some(code))
                    .map(|other| other.code.as_str()),
            );
            ahead.extend(
                self.types
                    .iter()
                    .filter(|other| other.replaced_by.0.iter().any(|new| new == code))
                    .map(|other| other.code.as_str()),
            );
        }
        found
    }

    /// The resource types that a word or phrase names, with all narrower ones.
    #[must_use]
    pub fn types_named(&self, phrase: &str) -> BTreeSet<String> {
        let Some(named) = self.named.get(&fold(phrase)) else {
            return BTreeSet::new();
        };
        let codes: Vec<String> = named
            .iter()
            .map(|at| self.types[*at].code.clone())
            .collect();
        self.types_within(&codes)
    }
}

/// Whether a dated row is in force on a day. Both ends belong to it.
#[must_use]
pub fn in_force(from: Option<NaiveDate>, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

/// A phrase by which plural and singular, hyphens and capitals are alike.
fn fold(phrase: &str) -> String {
    let lower = phrase.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(singular).collect::<Vec<_>>().join(" ")
}

fn singular(word: &str) -> String {
    let cut = |end: &str, with: &str| {
        word.strip_suffix(end)
            .filter(|rest| rest.len() > 2)
            .map(|rest| format!("{rest}{with}"))
    };
    if word.ends_with("ss") {
        return word.to_owned();
    }
    cut("ies", "y")
        .or_else(|| cut("ches", "ch"))
        .or_else(|| cut("xes", "x"))
        .or_else(|| cut("s", ""))
        .unwrap_or_else(|| word.to_owned())
}
