//! Finding organisations.

use entity::{
    organisation::{
        Column, Entity, Model, OrganisationKind, OrganisationState, Sector, VerificationStatus,
    },
    organisation_area, organisation_identifier,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    kit::{
        Error, Resource, Viewer,
        database::dialect::contains,
        graphql::nested_page::PageOf,
        page::{self, KeyKind, Order, PageArgs, Slice},
    },
};

/// The longest text that is looked for.
const LONGEST: usize = 200;
/// The most members of a list in a filter.
const MOST: usize = 100;

/// Which organisations to list. What is empty leaves nothing out.
#[derive(Debug, Default)]
pub struct Filter {
    /// Part of a name or town, or a whole number of a register.
    pub text: Option<String>,
    /// Of one of these kinds.
    pub kinds: Vec<OrganisationKind>,
    /// Of one of these sectors.
    pub sectors: Vec<Sector>,
    /// Codes of areas; what lies inside, and predecessors and successors, count too.
    pub areas: Vec<String>,
    /// With one of these.
    pub verification: Vec<VerificationStatus>,
    /// In one of these.
    pub states: Vec<OrganisationState>,
}

/// A page of the organisations that fit, and the query that counts them.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    filter: Filter,
    order: &Order,
    args: &PageArgs,
) -> Result<(Slice<Model>, SelectStatement), Error> {
    let condition = Entity::visible_to(viewer).add(condition(app, filter)?);
    let query = Entity::find().filter(condition).into_query();
    Ok((
        page::slice(&app.database.read, query.clone(), order, args, page::whole).await?,
        query,
    ))
}

/// A page of the organisations that are a part of another.
#[must_use]
pub fn children(viewer: &Viewer, parent: Uuid, args: PageArgs) -> PageOf {
    let condition = Entity::visible_to(viewer).add(Column::State.eq(OrganisationState::Active));
    let query = Entity::find().filter(condition).into_query();
    PageOf::new(parent, Expr::col(Column::ParentId), query, by_name(), args)
}

/// By name, from A to Z.
#[must_use]
pub fn by_name() -> Order {
    Order {
        tag: "organisations:name".into(),
        by: Expr::col(Column::SortName),
        kind: KeyKind::Text,
        id: Expr::col(Column::Id),
        descending: false,
    }
}

/// The newest first.
#[must_use]
pub fn newest() -> Order {
    Order {
        tag: "organisations:newest".into(),
        by: Expr::col(Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(Column::Id),
        descending: true,
    }
}

fn condition(app: &App, filter: Filter) -> Result<Condition, Error> {
    let Filter {
        text,
        kinds,
        sectors,
        areas,
        verification,
        states,
    } = filter;
    let mut condition = Condition::all();
    if let Some(text) = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
    {
        if text.chars().count() > LONGEST {
            let expected = format!("at most {LONGEST} characters");
            return Err(Error::BadInput("filter.text", expected));
        }
        condition = condition.add(named(&text));
    }
    if few("filter.kinds", &kinds)? {
        condition = condition.add(Column::Kind.is_in(kinds));
    }
    if few("filter.sectors", &sectors)? {
        let within =
            OrganisationKind::iter().filter(|kind| sectors.contains(&rules::sector(*kind)));
        condition = condition.add(Column::Kind.is_in(within));
    }
    if few("filter.areas", &areas)? {
        let around = app.reference.now().areas_around(&areas);
        let inside = Query::select()
            .column(organisation_area::Column::OrganisationId)
            .from(organisation_area::Entity)
            .and_where(organisation_area::Column::Area.is_in(around))
            .to_owned();
        condition = condition.add(Column::Id.in_subquery(inside));
    }
    if few("filter.verification", &verification)? {
        condition = condition.add(Column::Verification.is_in(verification));
    }
    if few("filter.states", &states)? {
        condition = condition.add(Column::State.is_in(states));
    }
    Ok(condition)
}

/// Part of a name or town, or the whole of a number.
fn named(text: &str) -> Condition {
    let number: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\0')
        .collect::<String>()
        .to_uppercase();
    let registered = Query::select()
        .column(organisation_identifier::Column::OrganisationId)
        .from(organisation_identifier::Entity)
        .and_where(organisation_identifier::Column::Value.eq(number))
        .to_owned();
    Condition::any()
        .add(contains(Column::SortName, text))
        .add(contains(Column::Town, text))
        .add(Column::Id.in_subquery(registered))
}

/// Whether a list of a filter says anything; too long a list is refused.
fn few<T>(field: &'static str, list: &[T]) -> Result<bool, Error> {
    if list.len() > MOST {
        return Err(Error::BadInput(
            field,
            format!("at most {MOST} in one list"),
        ));
    }
    Ok(!list.is_empty())
}
