//! Answering a question about what was done.

use chrono::{Months, NaiveDate};
use entity::resource_type::ResourceKind;
use uuid::Uuid;

use super::{
    disclosure_control,
    figures::Key,
    filter_codes::{areas, priorities},
    inputs::StatisticsGrouping,
    rules::{self, Raised, Whose},
    search::{self, Asked},
    totals::{self, Group},
};
use crate::{
    App,
    kit::{Error, Viewer},
    listings::search::limits,
};

/// A question, as it was sent.
#[derive(Clone, Debug)]
pub struct Question {
    /// The first and the last day.
    pub period: (NaiveDate, NaiveDate),
    /// By what; nothing adds up everything.
    pub by: Option<StatisticsGrouping>,
    /// Of which organisation.
    pub organisation: Option<Uuid>,
    /// Of which top levels.
    pub kinds: Option<Vec<ResourceKind>>,
    /// In which areas.
    pub areas: Option<Vec<String>>,
    /// For which priority areas.
    pub priorities: Option<Vec<String>>,
}

/// The figures of each group; those that are kept back are marked.
pub async fn figures(app: &App, viewer: &Viewer, question: Question) -> Result<Vec<Group>, Error> {
    let (from, until) = question.period;
    rules::check_period(from, until)?;
    let reference = app.reference.now();
    let asked = Asked {
        from,
        until,
        by: question.by,
        whose: rules::whose(viewer, question.organisation)?,
        kinds: limits::list("filter.resourceKinds", question.kinds)?,
        areas: areas(&reference, question.areas)?,
        priorities: priorities(viewer, &reference, question.priorities)?,
        raised: None,
    };
    add_up(app, &asked).await
}

/// What came of a series.
pub async fn of_series(
    app: &App,
    viewer: &Viewer,
    series: Uuid,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    outcome(app, viewer, Raised::AtAnyOf(series), by).await
}

/// What came of an event, which may be one of a series. The figures of a series are told as well, and those of its other
/// events: of one of them everybody sees what tells of nobody beside all of these, and no groups.
pub async fn of_event(
    app: &App,
    viewer: &Viewer,
    event: Uuid,
    series: Option<Uuid>,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let public = rules::whose(viewer, None)? == Whose::Public;
    let Some(series) = series.filter(|_| public) else {
        return outcome(app, viewer, Raised::At(event), by).await;
    };
    if by.is_some() {
        return Ok(vec![Group::kept_back()]);
    }
    let events = outcome(app, viewer, Raised::AtEachOf(series), None).await?;
    let own = Key::Event(event);
    let found = events.into_iter().find(|group| group.key == own);
    Ok(vec![found.unwrap_or_else(|| Group::new(own))])
}

/// The figures of what was raised somewhere and of what came of it, until today.
async fn outcome(
    app: &App,
    viewer: &Viewer,
    raised: Raised,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let until = viewer.today();
    let years = Months::new(12 * rules::MOST_YEARS);
    let asked = Asked {
        from: until.checked_sub_months(years).unwrap_or(until),
        until,
        by,
        whose: rules::whose(viewer, None)?,
        kinds: None,
        areas: None,
        priorities: None,
        raised: Some(raised),
    };
    add_up(app, &asked).await
}

async fn add_up(app: &App, asked: &Asked) -> Result<Vec<Group>, Error> {
    let mut groups = totals::add_up(&search::rows(&app.database.read, asked).await?);
    if asked.by.is_some() && groups.len() > rules::MOST_GROUPS {
        return Err(Error::BadInput(
            "groupBy",
            format!(
                "there are more than {} groups; choose a shorter period or fewer areas",
                rules::MOST_GROUPS
            ),
        ));
    }
    if asked.by.is_none() && groups.is_empty() {
        groups.push(Group::new(Key::All));
    }
    if asked.whose == Whose::Public {
        disclosure_control::protect(&mut groups);
    }
    Ok(groups)
}
