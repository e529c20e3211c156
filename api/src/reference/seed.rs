//! Reference data that ships with the program: readable files in `data/reference`, compiled in. The head of each file
//! lists its permitted keys; any other key is an error.

use chrono::NaiveDate;
use entity::{
    area::{self, AreaKind},
    area_successor, priority_area,
    priority_edition::{self, PriorityEditionState},
    resource_type::{self, LendingMode, LendingModes, ResourceKind, Unit, Units},
};
use serde::{Deserialize, de::Error as _};
use uuid::Uuid;

use super::snapshot::Tables;
use crate::kit::{Error, OrInternal};

const AREAS: &str = include_str!("../../data/reference/areas.toml");
const RESOURCE_TYPES: &str = include_str!("../../data/reference/resource_types.toml");
const PRIORITIES: &str = include_str!("../../data/reference/priorities.toml");

/// Returns the shipped data as rows with new ids.
pub fn tables() -> Result<Tables, Error> {
    let AreaFile { area } = toml::from_str(AREAS).internal()?;
    let TypeFile { resource_type } = toml::from_str(RESOURCE_TYPES).internal()?;
    let PriorityFile { edition } = toml::from_str(PRIORITIES).internal()?;
    let mut tables = Tables {
        types: resource_type.into_iter().map(Into::into).collect(),
        ..Tables::default()
    };
    for area in area {
        area.unpack(&mut tables);
    }
    for edition in edition {
        edition.unpack(&mut tables);
    }
    Ok(tables)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaFile {
    area: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    code: String,
    name: String,
    kind: AreaKind,
    gss: Option<String>,
    parent: Option<String>,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    valid_to: Option<NaiveDate>,
    #[serde(default)]
    successors: Vec<Successor>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Successor {
    area: String,
    #[serde(deserialize_with = "first_day")]
    from: NaiveDate,
}

impl Area {
    fn unpack(self, tables: &mut Tables) {
        let Self {
            code,
            name,
            kind,
            gss,
            parent,
            valid_from,
            valid_to,
            successors,
            latitude,
            longitude,
        } = self;
        let steps = successors.into_iter().map(|step| area_successor::Model {
            area: code.clone(),
            successor: step.area,
            from_date: step.from,
        });
        tables.successions.extend(steps);
        tables.areas.push(area::Model {
            id: Uuid::now_v7(),
            code,
            name,
            kind,
            gss,
            parent,
            latitude,
            longitude,
            valid_from,
            valid_to,
        });
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeFile {
    resource_type: Vec<ResourceType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceType {
    code: String,
    kind: ResourceKind,
    label: String,
    parent: Option<String>,
    #[serde(default)]
    synonyms: Vec<String>,
    default_unit: Unit,
    allowed_units: Vec<Unit>,
    allowed_modes: Vec<LendingMode>,
    #[serde(default)]
    safeguarding_default: bool,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    valid_to: Option<NaiveDate>,
    #[serde(default)]
    replaced_by: Vec<String>,
}

impl From<ResourceType> for resource_type::Model {
    fn from(kind: ResourceType) -> Self {
        Self {
            id: Uuid::now_v7(),
            code: kind.code,
            kind: kind.kind,
            label: kind.label,
            parent: kind.parent,
            synonyms: kind.synonyms.into(),
            default_unit: kind.default_unit,
            allowed_units: Units(kind.allowed_units),
            allowed_modes: LendingModes(kind.allowed_modes),
            safeguarding_default: kind.safeguarding_default,
            valid_from: kind.valid_from,
            valid_to: kind.valid_to,
            replaced_by: kind.replaced_by.into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriorityFile {
    edition: Vec<Edition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edition {
    code: String,
    title: String,
    state: PriorityEditionState,
    #[serde(deserialize_with = "first_day")]
    valid_from: NaiveDate,
    #[serde(default, deserialize_with = "day")]
    valid_to: Option<NaiveDate>,
    follows: Option<String>,
    area: Vec<PriorityArea>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriorityArea {
    code: String,
    title: String,
    description: String,
    parent: Option<String>,
    predecessor: Option<String>,
}

impl Edition {
    fn unpack(self, tables: &mut Tables) {
        let Self {
            code,
            title,
            state,
            valid_from,
            valid_to,
            follows,
            area,
        } = self;
        let areas = area.into_iter().map(|area| priority_area::Model {
            id: Uuid::now_v7(),
            edition: code.clone(),
            code: area.code,
            title: area.title,
            description: area.description,
            parent: area.parent,
            predecessor: area.predecessor,
        });
        tables.priorities.extend(areas);
        tables.editions.push(priority_edition::Model {
            id: Uuid::now_v7(),
            code,
            title,
            state,
            valid_from: Some(valid_from),
            valid_to,
            follows,
            version: 1,
        });
    }
}

fn day<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<NaiveDate>, D::Error> {
    first_day(input).map(Some)
}

fn first_day<'de, D: serde::Deserializer<'de>>(input: D) -> Result<NaiveDate, D::Error> {
    let time = toml::value::Datetime::deserialize(input)?;
    time.to_string()
        .parse()
        .map_err(|_| D::Error::custom("expected a day in the form 2027-04-01"))
}
