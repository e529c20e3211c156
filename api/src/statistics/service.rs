//! Answering a question about what was done.

use chrono::NaiveDate;
use entity::resource_type::ResourceKind;
use uuid::Uuid;

use super::{
    codes::{areas, bounded, priorities},
    figures::Key,
    inputs::StatisticsGrouping,
    rules::{self, Whose},
    search::{self, Asked},
    secrecy,
    sums::{self, Group},
};
use crate::{
    App,
    kit::{Error, Viewer},
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
        kinds: bounded("filter.resourceKinds", question.kinds)?,
        areas: areas(&reference, question.areas)?,
        priorities: priorities(viewer, &reference, question.priorities)?,
    };
    let mut groups = sums::add_up(&search::rows(&app.database.read, &asked).await?);
    if question.by.is_none() && groups.is_empty() {
        groups.push(Group::new(Key::All));
    }
    if asked.whose == Whose::Public {
        secrecy::protect(&mut groups);
    }
    Ok(groups)
}
