//! A listing as schema.org JSON-LD: an `Offer` or a `Demand`. A change to the output needs a new
//! [`super::feed_source::FeedSource::FORM`].

use entity::{
    listing::{self, ListingKind},
    organisation,
    resource_type::ResourceKind,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Map, Value, json};

use super::{rules, site::Site};
use crate::{
    kit::{Id, clock},
    listings,
    reference::{Snapshot, quantity},
};

/// Builds the public JSON-LD of a listing.
pub fn listing(
    site: &Site,
    reference: &Snapshot,
    row: &listing::Model,
    organisation: &organisation::Model,
    open: bool,
) -> Value {
    let address = site.listing(row);
    let mut thing = json!({
        "@context": "https://schema.org",
        "@type": rules::kind(row.kind),
        "@id": address,
        "identifier": row.reference,
        "url": address,
        "name": row.title,
        "description": said(&row.description),
        "itemOffered": {
            "@type": item(row.resource_kind),
            "name": row.title,
            "category": categories(reference, row),
            "image": pictures(row),
        },
        "inventoryLevel": left(row),
        "availability": availability(row, open),
        "areaServed": areas(reference, &row.areas.0),
        "availableAtOrFrom": place(row),
        "validFrom": clock::unless_never(row.first_published_at),
        "validThrough": clock::unless_never(row.closes_at),
        "availabilityEnds": row.needed_by,
    });
    let whose = json!({
        "@type": "Organization",
        "identifier": Id::<organisation::Entity>::new(organisation.id).to_string(),
        "name": organisation.name,
        "url": organisation.website,
    });
    // schema.org relates an organisation to a demand by `seeks`, and has no property in the other direction.
    match row.kind {
        ListingKind::Offer => thing["offeredBy"] = whose,
        ListingKind::Request => thing["@reverse"] = json!({"seeks": whose}),
    }
    without_nothing(thing)
}

const fn item(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Goods | ResourceKind::Equipment => "Product",
        _ => "Service",
    }
}

/// Returns the resource type and the priority areas, with the parameters and codes of the GraphQL filter.
fn categories(reference: &Snapshot, row: &listing::Model) -> Vec<Value> {
    let kind = reference.resource_type(&row.resource_type);
    let kind = kind.map(|kind| category("resourceTypes", &kind.code, &kind.label));
    let priorities = priorities(reference, &row.priority_areas.0);
    kind.into_iter().chain(priorities).collect()
}

fn availability(row: &listing::Model, open: bool) -> &'static str {
    match (open, listings::rules::something_left(row)) {
        (false, _) => "https://schema.org/Discontinued",
        (true, true) => "https://schema.org/InStock",
        (true, false) => "https://schema.org/SoldOut",
    }
}

fn left(row: &listing::Model) -> Option<Value> {
    let left = quantity::from_base(row.quantity? - row.allocated, row.unit);
    let label = row.unit_label.as_deref();
    Some(json!({
        "@type": "QuantitativeValue",
        "value": number(left),
        "unitText": label.unwrap_or_else(|| quantity::label(row.unit)),
    }))
}

fn number(decimal: Decimal) -> Value {
    match decimal.normalize() {
        whole if whole.scale() == 0 => whole.to_i64().into(),
        part => part.to_f64().into(),
    }
}

fn category(set: &str, code: &str, name: &str) -> Value {
    json!({"@type": "CategoryCode", "inCodeSet": set, "codeValue": code, "name": name})
}

/// Returns the priority areas as category codes.
pub(super) fn priorities(reference: &Snapshot, keys: &[String]) -> Vec<Value> {
    let found = keys.iter().filter_map(|key| {
        let (edition, code) = key.split_once('/')?;
        let area = reference.priority(edition, code)?;
        Some(category("priorityAreas", key, &area.title))
    });
    found.collect()
}

/// Returns the areas served.
pub(super) fn areas(reference: &Snapshot, codes: &[String]) -> Vec<Value> {
    let areas = codes.iter().filter_map(|code| reference.area(code));
    let named = areas.map(
        |area| json!({"@type": "AdministrativeArea", "identifier": area.code, "name": area.name}),
    );
    named.collect()
}

/// Returns the approximate location: no house or street, and coordinates rounded to about 100 metres.
fn place(row: &listing::Model) -> Option<Value> {
    let near = |degrees: f64| (degrees * 1_000.0).round() / 1_000.0;
    let point = row.latitude.zip(row.longitude).map(|(latitude, longitude)| {
        json!({"@type": "GeoCoordinates", "latitude": near(latitude), "longitude": near(longitude)})
    });
    let address = (row.town.is_some() || row.postcode.is_some()).then(|| {
        json!({
            "@type": "PostalAddress",
            "addressLocality": row.town,
            "postalCode": row.postcode,
            "addressCountry": "GB",
        })
    });
    if point.is_none() && address.is_none() {
        return None;
    }
    Some(json!({"@type": "Place", "address": address, "geo": point}))
}

fn pictures(row: &listing::Model) -> Vec<Value> {
    let pictures = row.details.pictures.iter();
    let pictures = pictures.map(|picture| {
        json!({"@type": "ImageObject", "contentUrl": picture.url, "description": picture.alt})
    });
    pictures.collect()
}

pub(super) fn said(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Removes null values and empty lists, recursively.
pub(super) fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (name, without_nothing(value)));
            let something = |value: &Value| !value.is_null() && *value != json!([]);
            Value::Object(
                members
                    .filter(|(_, value)| something(value))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(list) => list.into_iter().map(without_nothing).collect(),
        value => value,
    }
}
