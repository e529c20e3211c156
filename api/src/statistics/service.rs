//! Computes statistics for a viewer.

use chrono::{Months, NaiveDate};
use entity::resource_type::ResourceKind;
use uuid::Uuid;

use super::{
    contributions::{Selection, month_of},
    figures::Key,
    filter_codes::{areas, priorities},
    inputs::StatisticsGrouping,
    public_figures,
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
    /// First days of the first and of the last month of the period.
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

/// Returns the figures of each group. For the public, figures that would reveal the activity of few organisations are
/// suppressed.
pub async fn figures(app: &App, viewer: &Viewer, question: Question) -> Result<Vec<Group>, Error> {
    let (from, until) = question.period;
    rules::check_period(from, until)?;
    let reference = app.reference.now();
    let asked = StatisticsQuestion {
        from,
        until: rules::end_of_month(until),
        by: question.by,
        whose: rules::whose(viewer, question.organisation)?,
        kinds: limits::list("filter.resourceKinds", question.kinds)?,
        areas: areas(&reference, question.areas)?,
        priorities: priorities(viewer, &reference, question.priorities)?,
        raised: None,
    };
    add_up(app, asked).await
}

/// Returns the figures of listings raised at an event or series, and of their matches, for the last ten years until
/// the end of this month.
pub async fn outcome(
    app: &App,
    viewer: &Viewer,
    raised: Raised,
    by: Option<StatisticsGrouping>,
) -> Result<Vec<Group>, Error> {
    let month = month_of(viewer.today());
    let months = Months::new(12 * rules::MAX_YEARS - 1);
    let asked = StatisticsQuestion {
        from: month.checked_sub_months(months).unwrap_or(month),
        until: rules::end_of_month(month),
        by,
        whose: rules::whose(viewer, None)?,
        kinds: None,
        areas: None,
        priorities: None,
        raised: Some(raised),
    };
    add_up(app, asked).await
}

async fn add_up(app: &App, asked: StatisticsQuestion) -> Result<Vec<Group>, Error> {
    let by = asked.by;
    let groups = if asked.whose == Whose::Public {
        let selection = Selection {
            months: Some((asked.from, asked.until)),
            kinds: asked.kinds,
            areas: asked.areas,
            priorities: asked.priorities,
            raised: asked.raised,
            key: None,
        };
        public_figures::groups(app, selection, by).await?
    } else {
        let mut groups = totals::add_up(&search::rows(&app.database.read, &asked).await?);
        if by.is_none() && groups.is_empty() {
            groups.push(Group::new(Key::All));
        }
        groups
    };
    if by.is_some() && groups.len() > rules::MAX_GROUPS {
        return Err(Error::BadInput(
            "groupBy",
            format!(
                "there are more than {} groups; choose a shorter period or filter by fewer areas",
                rules::MAX_GROUPS
            ),
        ));
    }
    Ok(groups)
}
