//! Conversion of a filter to a database condition.

use async_graphql::MaybeUndefined;
use entity::listing::{self, Column, ListingState};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, ExprTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    facets::Facet,
    limits,
    predicates::{available, in_areas, in_states, of_sectors, raised_at, serving, within},
    text,
    types::{ListingFilter, NearInput},
};
use crate::{
    kit::{Error, Resource, Viewer, database::dialect},
    listings,
    locations::place::Point,
    reference::Snapshot,
};

/// Scope of a search.
#[derive(Clone, Debug)]
pub enum Among {
    /// All listings that lists show to the viewer.
    Everybody,
    /// Listings of the viewer's organisations.
    Own,
    /// Listings of one organisation that lists show to the viewer.
    Organisation(Uuid),
}

/// Valid search: parts of a condition, each with the facet that ignores it.
#[derive(Clone, Debug)]
pub struct Search {
    parts: Vec<(Option<Facet>, Condition)>,
    pub(super) backend: DbBackend,
    pub(super) text: Option<text::Query>,
    pub(super) near: Option<Near>,
}

/// A point, and a distance from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    pub(super) centre: Point,
    /// Maximum distance in kilometres; `None` if the point only sorts.
    pub(super) within_km: Option<f64>,
    include_remote: bool,
}

impl Search {
    /// Validates a filter and creates the search of a viewer.
    ///
    /// # Errors
    /// [`Error::BadInput`] with the name of the field that exceeds a limit.
    pub fn new(
        viewer: &Viewer,
        reference: &Snapshot,
        backend: DbBackend,
        among: &Among,
        filter: ListingFilter,
    ) -> Result<Self, Error> {
        let ListingFilter {
            text,
            kinds,
            states,
            resource_kinds,
            resource_types,
            priority_areas,
            areas,
            near,
            remote,
            available_between,
            still_needed,
            organisations,
            events,
            sectors,
            posted_since,
            audiences,
            external_reference,
        } = filter;
        let mut found = Self {
            parts: Vec::new(),
            backend,
            text: None,
            near: None,
        };
        found.scope(
            viewer,
            among,
            limits::list("filter.states", states)?,
            still_needed,
        );
        if let Some(kinds) = limits::list("filter.kinds", kinds)? {
            found.part(Facet::Kind, Column::Kind.is_in(kinds));
        }
        if let Some(kinds) = limits::list("filter.resourceKinds", resource_kinds)? {
            found.part(Facet::ResourceKind, Column::ResourceKind.is_in(kinds));
        }
        if let Some(codes) = limits::list("filter.resourceTypes", resource_types)? {
            found.part(
                Facet::ResourceType,
                dialect::one_of(
                    backend,
                    (listing::Entity, Column::ResourceType),
                    reference
                        .types_within(&codes)
                        .into_iter()
                        .collect::<Vec<_>>(),
                ),
            );
        }
        if let Some(codes) = limits::list("filter.areas", areas)? {
            found.part(
                Facet::Area,
                in_areas(backend, reference.areas_around(&codes)),
            );
        }
        if let Some(codes) = limits::list("filter.priorityAreas", priority_areas)? {
            found.part(
                Facet::PriorityArea,
                serving(&reference.priorities_around(&codes)),
            );
        }
        if let Some(remote) = remote {
            found.part(Facet::Remote, Column::Remote.eq(remote));
        }
        if let Some(near) = near {
            found.close_to(&near)?;
        }
        if let Some(range) = available_between {
            found.always(available(range.from.into(), range.until.into())?);
        }
        if let Some(ids) = limits::list("filter.organisations", organisations)? {
            found.always(Column::OrganisationId.is_in(ids.iter().map(|id| id.0)));
        }
        if let Some(ids) = limits::list("filter.events", events)? {
            found.always(raised_at(viewer, ids.iter().map(|id| id.0)));
        }
        if let Some(sectors) = limits::list("filter.sectors", sectors)? {
            found.always(of_sectors(&sectors));
        }
        if let Some(since) = posted_since {
            found.always(Column::FirstPublishedAt.gte(since));
        }
        if let Some(audiences) = limits::list("filter.audiences", audiences)? {
            found.always(Column::Audience.is_in(audiences));
        }
        if let Some(reference) = external_reference {
            let own = Column::OrganisationId.is_in(viewer.organisations());
            found.always(
                Column::ExternalReference
                    .eq(reference.replace('\0', ""))
                    .and(own),
            );
        }
        if let Some(words) = limits::text(text)? {
            found.matching(&words, reference);
        }
        Ok(found)
    }

    fn scope(
        &mut self,
        viewer: &Viewer,
        among: &Among,
        states: Option<Vec<ListingState>>,
        still_needed: MaybeUndefined<bool>,
    ) {
        let own = matches!(among, Among::Own);
        match among {
            Among::Everybody => self.always(listings::listed_to(viewer)),
            Among::Own => self.always(Column::OrganisationId.is_in(viewer.organisations())),
            Among::Organisation(id) => {
                self.always(Column::OrganisationId.eq(*id));
                self.always(listings::listed_to(viewer));
            }
        }
        let still_needed = match still_needed {
            MaybeUndefined::Undefined => (!own && states.is_none()).then_some(true),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(wanted) => Some(wanted),
        };
        match states {
            Some(states) => {
                self.always(listing::Entity::visible_to(viewer));
                self.always(in_states(viewer, &states));
            }
            None if own => {}
            None => self.always(listings::live(viewer)),
        }
        match still_needed {
            Some(true) => self.always(listings::something_left()),
            Some(false) => self.always(listings::something_left().not()),
            None => {}
        }
    }

    fn close_to(&mut self, near: &NearInput) -> Result<(), Error> {
        let centre = limits::near(near)?;
        self.near = Some(Near {
            centre,
            within_km: near.within_km,
            include_remote: near.include_remote,
        });
        Ok(())
    }

    fn matching(&mut self, words: &str, reference: &Snapshot) {
        self.text = text::Query::parse(words, reference);
        let condition = match &self.text {
            Some(query) => {
                dialect::text_matches(self.backend, "listing", &query.postgres(), &query.sqlite())
            }
            None => Expr::val(false),
        };
        self.always(condition);
    }

    fn always(&mut self, condition: impl sea_orm::sea_query::IntoCondition) {
        self.parts.push((None, condition.into_condition()));
    }

    fn part(&mut self, facet: Facet, condition: impl sea_orm::sea_query::IntoCondition) {
        self.parts.push((Some(facet), condition.into_condition()));
    }

    /// Returns the condition for listings, without the part that belongs to one facet.
    pub(super) fn condition(&self, without: Option<Facet>) -> Condition {
        let all = self.condition_anywhere(without);
        let Some(Near {
            centre,
            within_km: Some(km),
            include_remote,
        }) = self.near
        else {
            return all;
        };
        let close = within(self.backend, centre, km);
        all.add(if include_remote {
            Condition::any().add(close).add(Column::Remote.eq(true))
        } else {
            close
        })
    }

    /// Like [`Self::condition`], at any distance from the point.
    pub(super) fn condition_anywhere(&self, without: Option<Facet>) -> Condition {
        let counts = |facet: &Option<Facet>| facet.is_none() || *facet != without;
        let parts = self.parts.iter().filter(|(facet, _)| counts(facet));
        parts.fold(Condition::all(), |all, (_, part)| all.add(part.clone()))
    }

    /// Returns a query of all listings found, without columns or order.
    #[must_use]
    pub fn query(&self) -> SelectStatement {
        Query::select()
            .from(listing::Entity)
            .cond_where(self.condition(None))
            .to_owned()
    }

    /// Returns a query of the ids of all listings found, to count them.
    #[must_use]
    pub fn all(&self) -> SelectStatement {
        self.query()
            .column((listing::Entity, Column::Id))
            .to_owned()
    }
}
