//! Listings in the open formats.

use std::collections::HashMap;

use entity::{listing, listing_area, matching, organisation, resource_type};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    feed_source::FeedSource,
    item::{Item, Label, label, labels},
    listing_jsonld,
    persist::Shown,
    rules::{self, Touched},
    search::{self, some},
    site::Site,
};
use crate::{
    App,
    kit::{Error, Resource, Transaction, Viewer, database::Connections, page::PageArgs},
    listings::{
        self,
        projection::{Plan, Row},
        search::{
            ListingFilter, ListingOrder,
            conditions::{Among, Search},
        },
    },
    reference::Snapshot,
};

impl FeedSource for listing::Entity {
    const FEED: &'static str = "listings";
    const FORM: i32 = 1;
    const NEWS: &'static str = "Newly published offers and requests";
    type Filter = ListingFilter;

    fn shown(viewer: &Viewer) -> Condition {
        let nobody = search::nobody(viewer);
        Condition::all()
            .add(Self::visible_to(&nobody))
            .add(listings::listed_to(&nobody))
            .add(listings::live(&nobody))
    }

    fn touched(by: &Touched) -> Condition {
        use listing::Column;

        let matched = |side| move |ids: &[Uuid]| Column::Id.in_subquery(of_matches(side, ids));
        search::any_of([
            some(&by.listings, |ids| Column::Id.is_in(ids.iter().copied())),
            some(&by.organisations, |ids| {
                Column::OrganisationId.is_in(ids.iter().copied())
            }),
            some(&by.matches, matched(matching::Column::OfferId)),
            some(&by.matches, matched(matching::Column::RequestId)),
            some(&by.areas, |ids| Column::Id.in_subquery(for_areas(ids))),
            some(&by.types, |ids| {
                Column::ResourceType.in_subquery(codes_of_types(ids))
            }),
        ])
    }

    async fn write(
        site: &Site,
        reference: &Snapshot,
        conn: &Transaction,
        viewer: &Viewer,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Shown>, Error> {
        let plan = Plan::in_full();
        let mut query = search::those::<Self>(viewer, ids);
        plan.select(&mut query);
        let mut shown = HashMap::new();
        for row in conn.query_all(&query).await? {
            let row = plan.read(&row)?;
            let (row, organisation) = parts(&row)?;
            let data = listing_jsonld::listing(site, reference, row, organisation, true);
            let item = Shown {
                kind: rules::kind(row.kind),
                data: data.to_string(),
                version: row.version,
            };
            shown.insert(row.id, item);
        }
        Ok(shown)
    }

    async fn newest(
        site: &Site,
        app: &App,
        conn: &Connections,
        nobody: &Viewer,
        filter: ListingFilter,
        args: &PageArgs,
    ) -> Result<(Vec<Item>, Option<String>), Error> {
        let (reference, backend) = (app.reference.now(), conn.get_database_backend());
        let found = Search::new(nobody, &reference, backend, &Among::Everybody, filter)?;
        let order = ListingOrder::Newest;
        let page = found.page(conn, &Plan::in_full(), order, args).await?;
        let item = |row| parts(row).map(|(row, whose)| item(site, &reference, row, whose));
        let items = page.rows().map(item).collect::<Result<_, Error>>()?;
        let next = page.end_cursor().filter(|_| page.has_next());
        Ok((items, next.map(str::to_owned)))
    }
}

/// Returns a listing and its organisation from a row.
pub fn parts(row: &Row) -> Result<(&listing::Model, &organisation::Model), Error> {
    let organisation = row.organisation().ok_or(Error::NotFound)?;
    Ok((row.known(), organisation.known()))
}

fn item(
    site: &Site,
    reference: &Snapshot,
    row: &listing::Model,
    organisation: &organisation::Model,
) -> Item {
    let kind = match row.kind {
        listing::ListingKind::Offer => label("kinds", "OFFER", "Offer"),
        listing::ListingKind::Request => label("kinds", "REQUEST", "Request"),
    };
    let filed: Vec<Label> = [kind]
        .into_iter()
        .chain(
            reference
                .resource_type(&row.resource_type)
                .map(|found| label("resourceTypes", &found.code, &found.label)),
        )
        .chain(labels(reference, &row.areas.0, &row.priority_areas.0))
        .collect();
    Item {
        id: row.id.urn().to_string(),
        address: site.listing(row),
        title: row.title.clone(),
        text: row.description.clone(),
        organisation: organisation.name.clone(),
        website: organisation.website.clone(),
        published_at: row.first_published_at,
        updated_at: row.updated_at.max(row.first_published_at),
        labels: filed,
        picture: row.details.pictures.first().map(|one| one.url.clone()),
    }
}

fn of_matches(column: matching::Column, ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(column)
        .from(matching::Entity)
        .and_where(matching::Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}

fn for_areas(ids: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(listing_area::Column::ListingId)
        .from(listing_area::Entity)
        .and_where(listing_area::Column::Area.in_subquery(search::codes_of_areas(ids)))
        .to_owned()
}

fn codes_of_types(ids: &[Uuid]) -> SelectStatement {
    use resource_type::{Column, Entity};

    Query::select()
        .column(Column::Code)
        .from(Entity)
        .and_where(Column::Id.is_in(ids.iter().copied()))
        .to_owned()
}
