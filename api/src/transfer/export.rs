//! Export of listings to a file.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{listing, organisation};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, QueryFilter,
    sea_query::Order as Direction,
};
use serde_json::{Number, Value, json};
use uuid::Uuid;

use super::{
    columns::COLUMNS,
    files::{self, Format},
    import_row::Members,
    nested_values::{PicturePart, RequirementPart, WindowPart},
    rules,
};
use crate::{
    App,
    kit::{Error, Id, Viewer, clock, database::dialect},
    listings::{
        content::ListingContent,
        rules::state_at,
        search::{
            ListingFilter, ListingOrder,
            conditions::{Among, Search},
        },
    },
    reference::quantity,
};

/// A file of listings.
#[derive(Debug)]
pub struct Export {
    /// Content.
    pub content: String,
    /// Number of rows.
    pub rows: usize,
    /// True if the filter matches more listings than a file can contain.
    pub truncated: bool,
}

/// Exports the listings that match a filter and that the viewer may see, newest first.
pub async fn export(
    app: &App,
    viewer: &Viewer,
    filter: ListingFilter,
    format: Format,
) -> Result<Export, Error> {
    let conn = &app.database.read;
    let (snapshot, backend) = (app.reference.now(), conn.get_database_backend());
    let found = Search::new(viewer, &snapshot, backend, &Among::Everybody, filter)?;
    let order = found.order(ListingOrder::Newest)?;
    let mut query = found.query();
    query
        .columns(listing::Column::iter().map(|column| (listing::Entity, column)))
        .order_by_expr(order.by, Direction::Desc)
        .order_by_expr(order.id, Direction::Desc);
    let most = u64::try_from(rules::MAX_ROWS).unwrap_or(u64::MAX);
    let rows = dialect::limited(conn, &query, most + 1).await?;
    let truncated = rows.len() > rules::MAX_ROWS;
    let rows = rows.iter().take(rules::MAX_ROWS);
    let rows: Vec<listing::Model> = rows
        .map(|row| listing::Model::from_query_result(row, ""))
        .collect::<Result<_, _>>()?;
    let names = names(conn, &rows).await?;
    let written = rows.iter().map(|row| {
        let name = names.get(&row.organisation_id).map_or("", String::as_str);
        let own = viewer.is_system() || viewer.role_in(row.organisation_id).is_some();
        of(row, name, own, viewer.now)
    });
    Ok(Export {
        content: files::write(format, written.collect())?,
        rows: rows.len(),
        truncated,
    })
}

async fn names(
    conn: &impl ConnectionTrait,
    rows: &[listing::Model],
) -> Result<HashMap<Uuid, String>, Error> {
    let organisations = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(rows.iter().map(|row| row.organisation_id)))
        .all(conn)
        .await?;
    let names = organisations.into_iter().map(|row| (row.id, row.name));
    Ok(names.collect())
}

/// Converts a listing to a row, in the order of the columns. `own` is true for members of the organisation and for the
/// system, who also get its external reference.
fn of(row: &listing::Model, organisation: &str, own: bool, now: DateTime<Utc>) -> Members {
    let ListingContent {
        title,
        description,
        resource_type,
        lending_mode,
        quantity,
        partial_allowed,
        availability,
        needed_by,
        place,
        remote,
        reach_km,
        areas,
        priority_areas,
        audience,
        expiry_policy,
        expires_at,
        requirements,
        pictures,
        tags,
        external_reference,
    } = ListingContent::of(row);
    let remaining = row
        .quantity
        .map(|quantity| number(quantity::from_base(quantity - row.allocated, row.unit)));
    let published = clock::unless_never(row.first_published_at);
    let mut values = json!({
        "kind": row.kind,
        "externalReference": external_reference.or_else(|| Some(row.reference.clone())).filter(|_| own),
        "title": title,
        "description": description,
        "resourceType": resource_type,
        "lendingMode": lending_mode,
        "quantity": quantity.as_ref().map(|quantity| number(quantity.amount)),
        "unit": quantity.as_ref().map(|quantity| quantity.unit),
        "unitLabel": quantity.and_then(|quantity| quantity.label),
        "partialAllowed": partial_allowed,
        "availability": availability.into_iter().map(WindowPart::from).collect::<Vec<_>>(),
        "neededBy": needed_by,
        "addressLines": place.lines,
        "town": place.town,
        "postcode": place.postcode,
        "latitude": place.point.map(|point| point.latitude),
        "longitude": place.point.map(|point| point.longitude),
        "remote": remote,
        "reachKm": reach_km,
        "areas": areas,
        "priorityAreas": priority_areas,
        "audience": audience,
        "expiryPolicy": expiry_policy,
        "expiresAt": expires_at,
        "requirements": requirements.into_iter().map(RequirementPart::from).collect::<Vec<_>>(),
        "pictures": pictures.into_iter().map(PicturePart::from).collect::<Vec<_>>(),
        "tags": tags,
        "id": Id::<listing::Entity>::new(row.id).to_string(),
        "reference": row.reference,
        "state": state_at(row, now),
        "organisation": organisation,
        "publishedAt": published,
        "remainingQuantity": remaining,
    });
    let value = |name: &str| values.get_mut(name).map(Value::take).unwrap_or_default();
    let mut value = value;
    COLUMNS
        .iter()
        .map(|column| (column.name.to_owned(), value(column.name)))
        .collect()
}

/// Converts a decimal to a JSON number if that is exact, otherwise to a text.
fn number(decimal: Decimal) -> Value {
    let text = decimal.to_string();
    match serde_json::from_str::<Number>(&text) {
        Ok(number) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}
