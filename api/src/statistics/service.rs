//! Computes statistics for a viewer.

use chrono::{Months, NaiveDate};
use entity::resource_type::ResourceKind;
use uuid::Uuid;

use super::{
    disclosure_control,
    figures::Key,
    filter_codes::{areas, priorities},
    inputs::StatisticsGrouping,
    rules::{self, Raised, Whose},
    search::{self, StatisticsQuestion},
    totals::{self, Group},
};
use crate::{
    App,
    kit::{Error, Viewer},
    listings::search::limits,
};

/// Arguments of the statistics query, as they were sent.
#[derive(Clone, Debug)]
pub struct Question {
    /// First and last day of the period.
    pub period: (NaiveDate, NaiveDate),
    /// Criterion of the groups; `None` adds up everything.
    pub by: Option<StatisticsGrouping>,
    /// Organisation whose figures are requested.
    pub organisation: Option<Uuid>,
    /// Top-level kinds of resources.
    pub kinds: Option<Vec<ResourceKind>>,
    /// Codes of areas.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas.
    pub priorities: Option<Vec<String>>,
}

/// Returns the figures of each group. Suppressed groups are marked.
pub async fn figures(app: &App, viewer: &Viewer, question: Question) -> Result<Vec<Group>, Error> {
    let (from, until) = question.period;
    rules::check_period(from, until)?;
    let reference = app.reference.now();
    let asked = StatisticsQuestion {
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

/// Returns the figures of listings that were raised at a series, and of their matches.
pub async fn of_series(
    app: &App,
    viewer: &Viewer,
    series: Uuid,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    outcome(app, viewer, Raised::AtAnyOf(series), by).await
}

/// Returns the figures of listings that were raised at an event, and of their matches. The figures of its series and
/// of the other events in it are public too. For the public, an event of a series is therefore protected together with
/// its siblings, and groups inside it are suppressed.
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

/// Returns the figures of listings raised at an event or series, and of their matches, for the last ten years until
/// today.
async fn outcome(
    app: &App,
    viewer: &Viewer,
    raised: Raised,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let until = viewer.today();
    let years = Months::new(12 * rules::MAX_YEARS);
    let asked = StatisticsQuestion {
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

async fn add_up(app: &App, asked: &StatisticsQuestion) -> Result<Vec<Group>, Error> {
    let mut groups = totals::add_up(&search::rows(&app.database.read, asked).await?);
    if asked.by.is_some() && groups.len() > rules::MAX_GROUPS {
        return Err(Error::BadInput(
            "groupBy",
            format!(
                "there are more than {} groups; choose a shorter period or filter by fewer areas",
                rules::MAX_GROUPS
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
