//! Queries for tasks: one for each kind, all with the same columns.

use entity::membership::MembershipRole;
use sea_orm::Condition;
use sea_orm::sea_query::{CaseStatement, Expr, SelectStatement, SimpleExpr};
use uuid::Uuid;

use super::{general_tasks, match_tasks, rules::TaskKind};
use crate::kit::Viewer;

/// Columns of a task query.
pub(super) struct Select {
    /// Kind of task.
    pub kind: TaskKind,
    /// Id of the subject.
    pub subject: SimpleExpr,
    /// Time since which it is open.
    pub since: SimpleExpr,
    /// Time until which it can be done.
    pub due: Option<SimpleExpr>,
    /// Day until which it should have been done.
    pub day: Option<SimpleExpr>,
    /// Organisation for which the viewer acts.
    pub organisation: Option<SimpleExpr>,
}

impl Select {
    pub(super) fn new(kind: TaskKind, subject: SimpleExpr, since: SimpleExpr) -> Self {
        Self {
            kind,
            subject,
            since,
            due: None,
            day: None,
            organisation: None,
        }
    }

    pub(super) fn due(self, due: SimpleExpr) -> Self {
        Self {
            due: Some(due),
            ..self
        }
    }

    pub(super) fn on(self, day: SimpleExpr) -> Self {
        Self {
            day: Some(day),
            ..self
        }
    }

    pub(super) fn of(self, organisation: SimpleExpr) -> Self {
        Self {
            organisation: Some(organisation),
            ..self
        }
    }

    /// Adds the columns to a query that selects the rows.
    pub(super) fn query(self, mut from: SelectStatement) -> SelectStatement {
        let Self {
            kind,
            subject,
            since,
            due,
            day,
            organisation,
        } = self;
        // Literals with explicit types: all parts of a union must have the same column types.
        let or_null = |value: Option<SimpleExpr>, null: &'static str| {
            value.unwrap_or_else(|| Expr::cust(null))
        };
        from.expr_as(Expr::cust((kind as i32).to_string()), "kind")
            .expr_as(subject, "id")
            .expr_as(since, "since")
            .expr_as(or_null(due, "CAST(NULL AS timestamptz)"), "due")
            .expr_as(or_null(day, "CAST(NULL AS date)"), "day")
            .expr_as(
                or_null(organisation, "CAST(NULL AS uuid)"),
                "organisation_id",
            );
        from
    }
}

/// Returns the queries for the tasks of the viewer in person and as a member of organisations.
pub(super) fn all(viewer: &Viewer) -> Vec<SelectStatement> {
    let mut all = vec![general_tasks::conversations(viewer)];
    all.extend(
        viewer
            .person_id()
            .map(|me| general_tasks::places(viewer, me)),
    );
    if !editing(viewer).is_empty() {
        all.extend(match_tasks::all(viewer));
        all.extend(general_tasks::listings(viewer));
    }
    if !of_role(viewer, MembershipRole::Manager).is_empty() {
        all.push(general_tasks::applications(viewer));
    }
    all
}

/// Returns the organisations in which the viewer has at least this role.
pub(super) fn of_role(viewer: &Viewer, role: MembershipRole) -> Vec<Uuid> {
    viewer
        .organisations()
        .filter(|id| viewer.at_least(*id, role))
        .collect()
}

pub(super) fn editing(viewer: &Viewer) -> Vec<Uuid> {
    of_role(viewer, MembershipRole::Editor)
}

/// Expression: `one` if the condition is true, otherwise `other`.
pub(super) fn either(
    holds: impl Into<Condition>,
    one: SimpleExpr,
    other: SimpleExpr,
) -> SimpleExpr {
    CaseStatement::new()
        .case(holds.into(), one)
        .finally(other)
        .into()
}
