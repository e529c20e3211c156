//! Decoding of the result rows of the statistics statements.

use chrono::NaiveDate;
use entity::resource_type::{ResourceKind, Unit};
use sea_orm::{ActiveEnum, QueryResult};

use super::{
    figures::{Figure, Key},
    inputs::StatisticsGrouping,
    rules::Raised,
    search::StatisticsQuestion,
    totals::Row,
};
use crate::kit::{Error, OrInternal};

/// Decodes one result row.
pub(super) fn row(row: &QueryResult, asked: &StatisticsQuestion) -> Result<Row, Error> {
    let figure: String = row.try_get("", "figure")?;
    Ok(Row {
        key: key(row, asked)?,
        figure: match figure.as_str() {
            "OFFER" => Figure::Offered,
            "REQUEST" => Figure::Requested,
            "AGREED" => Figure::Agreed,
            "CLAIMED" => Figure::Claimed,
            _ => Figure::Confirmed,
        },
        unit: Unit::try_from_value(&row.try_get("", "counted_in")?)?,
        organisations: [row.try_get("", "one")?, row.try_get("", "other")?],
        count: row.try_get("", "n")?,
        total: row.try_get("", "total")?,
    })
}

fn key(row: &QueryResult, asked: &StatisticsQuestion) -> Result<Key, Error> {
    if let (None, Some(Raised::AtEachOf(_))) = (asked.by, asked.raised) {
        return Ok(Key::Event(row.try_get("", "key")?));
    }
    let key: Option<String> = row.try_get("", "key")?;
    Ok(match (asked.by, key) {
        (Some(StatisticsGrouping::ResourceKind), Some(kind)) => {
            Key::Kind(ResourceKind::try_from_value(&kind)?)
        }
        (Some(StatisticsGrouping::Month), Some(day)) => {
            Key::Month(day.parse::<NaiveDate>().internal()?)
        }
        (Some(StatisticsGrouping::Area), code) => Key::Area(code),
        (Some(StatisticsGrouping::PriorityArea), code) => Key::Priority(
            code.and_then(|code| code.split_once('/').map(|(a, b)| (a.into(), b.into()))),
        ),
        _ => Key::All,
    })
}
