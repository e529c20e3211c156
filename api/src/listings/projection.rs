//! Listings as queries read them: the columns that the selection needs, with the organisation in the same statement.

use async_graphql::{Context, SelectionField};
use entity::{
    listing::{self, Column},
    organisation,
};
use sea_orm::{
    Iterable, QueryResult,
    sea_query::{Expr, SelectStatement},
};

use crate::{
    columns,
    context::ContextExt,
    kit::{
        Error, Id,
        database::projection::{Partial, Selection},
    },
    organisations,
};

columns!(listing:
    Id id, Kind kind, Reference reference, OrganisationId organisation_id, PostedBy posted_by, State state,
    Title title, Description description, ResourceType resource_type, ResourceKind resource_kind,
    LendingMode lending_mode, Quantity quantity, Allocated allocated, Unit unit, UnitLabel unit_label,
    PartialAllowed partial_allowed, NeededBy needed_by, Remote remote, Town town, Postcode postcode,
    Latitude latitude, Longitude longitude, X x, Y y, Z z, Cell cell, ReachKm reach_km, Areas areas,
    PriorityAreas priority_areas, Audience audience, ExpiryPolicy expiry_policy, ExpiresAt expires_at,
    ClosesAt closes_at, Details details, SearchText search_text, ExternalReference external_reference,
    CreatedAt created_at, UpdatedAt updated_at, FirstPublishedAt first_published_at,
    ConfirmedAt confirmed_at, RemindedAt reminded_at, ClosedAt closed_at, CloseReason close_reason,
    Version version,
);

/// Columns that are always read.
const ALWAYS: [Column; 3] = [Column::Id, Column::Kind, Column::OrganisationId];

/// Returns the columns that a field of the schema needs; `None` for a field that is not listed, for which [`Row::with`]
/// loads the whole row.
fn needs(field: &str) -> Option<&'static [Column]> {
    use Column as C;
    let columns: &[Column] = match field {
        "reference" => &[C::Reference],
        "title" => &[C::Title],
        "description" => &[C::Description],
        "state" => &[C::State, C::ClosesAt, C::ExpiresAt],
        "closeReason" => &[C::State, C::ClosesAt, C::ExpiresAt, C::CloseReason],
        "closedAt" => &[C::State, C::ClosesAt, C::ExpiresAt, C::ClosedAt],
        "postedBy" => &[C::PostedBy],
        "resourceType" => &[C::ResourceType],
        "resourceKind" => &[C::ResourceKind],
        "lendingMode" => &[C::LendingMode],
        "quantity" => &[C::Quantity, C::Unit, C::UnitLabel],
        "remainingQuantity" | "allocatedQuantity" => {
            &[C::Quantity, C::Allocated, C::Unit, C::UnitLabel]
        }
        "stillNeeded" => &[
            C::Quantity,
            C::Allocated,
            C::State,
            C::ClosesAt,
            C::ExpiresAt,
        ],
        "partialAllowed" => &[C::PartialAllowed],
        "neededBy" => &[C::NeededBy],
        "place" => &[C::Town, C::Postcode, C::Latitude, C::Longitude],
        "place.addressLines" => &[C::Town, C::Postcode, C::Latitude, C::Longitude, C::Details],
        "remote" => &[C::Remote],
        "reachKm" => &[C::ReachKm],
        "areas" => &[C::Areas],
        "priorityAreas" => &[C::PriorityAreas],
        "audience" => &[C::Audience],
        "expiryPolicy" => &[C::ExpiryPolicy],
        "expiresAt" => &[C::ExpiresAt],
        "availability" | "requirements" | "pictures" | "tags" => &[C::Details],
        "externalReference" => &[C::ExternalReference],
        "createdAt" => &[C::CreatedAt],
        "updatedAt" => &[C::UpdatedAt],
        "publishedAt" => &[C::FirstPublishedAt],
        "confirmedAt" => &[C::ConfirmedAt],
        "remindedAt" => &[C::RemindedAt],
        "version" => &[C::Version],
        "viewerActs" => &[
            C::State,
            C::ClosesAt,
            C::ExpiresAt,
            C::PostedBy,
            C::FirstPublishedAt,
        ],
        _ => return None,
    };
    Some(columns)
}

/// Returns true if a field is `place` with `addressLines`, which are in the large column `details`.
pub(super) fn in_full(field: SelectionField<'_>) -> bool {
    field.name() == "place"
        && field
            .selection_set()
            .any(|part| part.name() == "addressLines")
}

/// Columns that a page of listings reads, derived from the selection.
#[derive(Clone, Debug)]
pub struct Plan {
    listing: Selection<listing::Entity>,
    organisation: Option<Selection<organisation::Entity>>,
}

impl Plan {
    /// Plans for the nodes of a connection, selected in `nodes` or in `edges`.
    #[must_use]
    pub fn of_connection(field: SelectionField<'_>) -> Self {
        let mut nodes = Vec::new();
        for part in field.selection_set() {
            match part.name() {
                "nodes" => nodes.extend(part.selection_set()),
                "edges" => {
                    let edges = part.selection_set().filter(|edge| edge.name() == "node");
                    nodes.extend(edges.flat_map(|node| node.selection_set().collect::<Vec<_>>()));
                }
                _ => {}
            }
        }
        Self::of(&nodes)
    }

    /// Plans for a field that returns one listing.
    #[must_use]
    pub fn of_listing(field: SelectionField<'_>) -> Self {
        Self::of(&field.selection_set().collect::<Vec<_>>())
    }

    /// Plans for all columns of a listing, with the name and website of its organisation: for feeds.
    #[must_use]
    pub fn in_full() -> Self {
        let organisation = organisations::projection::ALWAYS.into_iter();
        let named = ["name", "website"]
            .into_iter()
            .filter_map(organisations::projection::needs)
            .flatten()
            .copied();
        Self {
            listing: Selection::new(Column::iter()),
            organisation: Some(Selection::new(organisation.chain(named))),
        }
    }

    fn of(fields: &[SelectionField<'_>]) -> Self {
        let mut columns = ALWAYS.to_vec();
        let mut organisation: Option<Vec<organisation::Column>> = None;
        for field in fields {
            columns.extend(needs(field.name()).into_iter().flatten());
            if in_full(*field) {
                columns.extend(needs("place.addressLines").into_iter().flatten());
            }
            if field.name() == "organisation" {
                let wanted = field
                    .selection_set()
                    .filter_map(|part| organisations::projection::needs(part.name()))
                    .flatten()
                    .copied();
                organisation
                    .get_or_insert_with(|| organisations::projection::ALWAYS.to_vec())
                    .extend(wanted);
            }
        }
        // Sorted, so that selections in a different order use the same prepared statement.
        columns.sort_unstable_by_key(|column| *column as u32);
        let organisation = organisation.map(|mut columns| {
            columns.sort_unstable_by_key(|column| *column as u32);
            Selection::new(columns)
        });
        Self {
            listing: Selection::new(columns),
            organisation,
        }
    }

    /// Adds the columns of the listing to a query, and joins the organisation if it is selected.
    pub fn select(&self, query: &mut SelectStatement) {
        use sea_orm::ExprTrait;

        self.listing.select(query);
        if let Some(columns) = &self.organisation {
            columns.select_as(query, "organisation_");
            query.inner_join(
                organisation::Entity,
                Expr::col((organisation::Entity, organisation::Column::Id))
                    .equals((listing::Entity, Column::OrganisationId)),
            );
        }
    }

    /// Reads one listing from a result row.
    pub fn read(&self, row: &QueryResult) -> Result<Row, sea_orm::DbErr> {
        let listing = self.listing.read(row, 0)?;
        let organisation = match &self.organisation {
            Some(columns) => Some(columns.read(row, self.listing.len())?),
            None => None,
        };
        Ok(Row {
            listing,
            organisation,
        })
    }
}

/// Listing, with the columns that were read and its organisation if that was read.
#[derive(Clone, Debug)]
pub struct Row {
    listing: Partial<listing::Entity>,
    organisation: Option<Partial<organisation::Entity>>,
}

impl From<listing::Model> for Row {
    fn from(model: listing::Model) -> Self {
        Self {
            listing: Partial::whole(model),
            organisation: None,
        }
    }
}

impl Row {
    /// Returns the columns that are always read: id, kind and organisation id. The others may be empty.
    #[must_use]
    pub const fn known(&self) -> &listing::Model {
        self.listing.known()
    }

    /// Returns the listing with the columns that a field needs. Loads the whole listing if one of them was not read.
    pub async fn with(
        &self,
        ctx: &Context<'_>,
        field: &str,
    ) -> Result<std::borrow::Cow<'_, listing::Model>, Error> {
        if let Some(model) = needs(field).and_then(|columns| self.listing.with(columns)) {
            return Ok(std::borrow::Cow::Borrowed(model));
        }
        let id = Id::<listing::Entity>::new(self.known().id);
        ctx.load(id)
            .await?
            .map(std::borrow::Cow::Owned)
            .ok_or(Error::NotFound)
    }

    /// Returns the organisation, if it was read with the listing.
    #[must_use]
    pub const fn organisation(&self) -> Option<&Partial<organisation::Entity>> {
        self.organisation.as_ref()
    }
}
