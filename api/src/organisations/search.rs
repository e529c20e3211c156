//! Search for organisations.

use entity::{
    organisation::{
        Column, Entity, Model, OrganisationKind, OrganisationState, Sector, VerificationStatus,
    },
    organisation_area, organisation_identifier,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    registers::rules::{self as registers, Identifier},
    rules,
};
use crate::{
    App,
    kit::{
        Error, Resource, Viewer,
        database::dialect::contains_words,
        graphql::nested_page::NestedPage,
        page::{self, KeyKind, Order, PageArgs, Slice},
    },
};

/// Maximum length of the text to search for, in characters.
const LONGEST: usize = 200;
/// Maximum number of values in one list of a filter.
const MAX: usize = 100;

/// Filter for organisations. An empty field does not filter.
#[derive(Debug, Default)]
pub struct Filter {
    /// Parts of a name or town, all of which must occur, or a complete register number.
    pub text: Option<String>,
    /// Organisations of one of these kinds.
    pub kinds: Vec<OrganisationKind>,
    /// Organisations of one of these sectors.
    pub sectors: Vec<Sector>,
    /// Codes of areas. Areas inside them, predecessors and successors count too.
    pub areas: Vec<String>,
    /// Organisations with one of these results of verification.
    pub verification: Vec<VerificationStatus>,
    /// Organisations in one of these states.
    pub states: Vec<OrganisationState>,
}

/// Returns a page of the organisations that pass the filter, and the query that counts them.
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

/// Returns the query for a page of the child organisations of an organisation.
#[must_use]
pub fn children(viewer: &Viewer, parent: Uuid, args: PageArgs) -> NestedPage {
    let condition = Entity::visible_to(viewer).add(Column::State.eq(OrganisationState::Active));
    let query = Entity::find().filter(condition).into_query();
    NestedPage::new(parent, Expr::col(Column::ParentId), query, by_name(), args)
}

/// Order by name, from A to Z.
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

/// Order by creation, newest first.
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

/// Condition for parts of names or towns, all of which must occur, or a complete register number in any spelling.
fn named(text: &str) -> Condition {
    use organisation_identifier::{Column as Number, Entity as Numbers};

    let known = registers::spellings(text)
        .map(|Identifier { scheme, value }| Number::Scheme.eq(scheme).and(Number::Value.eq(value)));
    let registered = Query::select()
        .column(Number::OrganisationId)
        .from(Numbers)
        .cond_where(known.fold(Condition::any().add(Expr::val(false)), Condition::add))
        .to_owned();
    Condition::any()
        .add(contains_words(Column::SearchText, text))
        .add(Column::Id.in_subquery(registered))
}

/// Returns true if a list of a filter has values. The error is a list that is too long.
fn few<T>(field: &'static str, list: &[T]) -> Result<bool, Error> {
    if list.len() > MAX {
        return Err(Error::BadInput(field, format!("send at most {MAX} values")));
    }
    Ok(!list.is_empty())
}
