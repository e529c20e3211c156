//! Decoding of the result rows of the statistics statements.

use chrono::NaiveDate;
use entity::resource_type::{ResourceKind, Unit};
use sea_orm::{ActiveEnum, QueryResult};

use super::{
    figures::{Figure, Key},
    inputs::StatisticsGrouping,
    search::StatisticsQuestion,
    totals::Row,
};
use crate::kit::{Error, OrInternal};

/// Decodes one result row.
pub(super) fn row(row: &QueryResult, asked: &StatisticsQuestion) -> Result<Row, Error> {
    let (figure, unit) = counted(row)?;
    Ok(Row {
        key: key(row, asked)?,
        figure,
        unit,
        count: row.try_get("", "n")?,
        total: row.try_get("", "total")?,
    })
}

/// Decodes the figure and the unit of a row.
pub(super) fn counted(row: &QueryResult) -> Result<(Figure, Unit), Error> {
    let figure: String = row.try_get("", "figure")?;
    let figure = match figure.as_str() {
        "OFFER" => Figure::Offered,
        "REQUEST" => Figure::Requested,
        "AGREED" => Figure::Agreed,
        "CLAIMED" => Figure::Claimed,
        _ => Figure::Confirmed,
    };
    Ok((
        figure,
        Unit::try_from_value(&row.try_get("", "counted_in")?)?,
    ))
}

fn key(row: &QueryResult, asked: &StatisticsQuestion) -> Result<Key, Error> {
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
