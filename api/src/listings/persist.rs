//! Columns and index tables of a listing, as they are written.

use chrono::NaiveDate;
use entity::{
    listing::{self, Details, ListingKind},
    listing_area, listing_priority_area, listing_window, matching,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};
use text::search::{index_text, key};
use uuid::Uuid;

use super::{content::Checked, rules};
use crate::kit::{Error, clock};

/// Alphabet of references: Crockford's base 32, which has no letters that are easily confused.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Returns the short reference of a listing, such as `OFF-7K3M9-Q2X4T`. It comes from the random part of the id, so
/// that it does not tell the number of listings.
#[must_use]
pub fn reference(kind: ListingKind, id: Uuid) -> String {
    reference_of(
        match kind {
            ListingKind::Offer => "OFF",
            ListingKind::Request => "REQ",
        },
        id,
    )
}

/// Returns the short reference of a row of any kind, with a prefix that tells the kind.
#[must_use]
pub fn reference_of(prefix: &str, id: Uuid) -> String {
    let random = id.as_u128();
    let letters: String = (0..10)
        .map(|at| char::from(LETTERS[usize::try_from(random >> (at * 5) & 31).unwrap_or(0)]))
        .collect();
    format!("{prefix}-{}-{}", &letters[..5], &letters[5..])
}

/// Returns the columns that depend on the content. Names every column, so that a new one fails to compile until it is
/// added here.
pub fn content_columns(checked: &Checked) -> listing::ActiveModel {
    let Checked {
        content,
        kind,
        quantity,
        unit,
    } = checked;
    let point = content.place.point;
    let [x, y, z] = point.map_or([None; 3], |point| point.unit().map(Some));
    let expires_at = content.expires_at.unwrap_or_else(clock::never);
    listing::ActiveModel {
        title: Set(content.title.clone()),
        description: Set(content.description.clone()),
        resource_type: Set(kind.code.clone()),
        resource_kind: Set(kind.kind),
        lending_mode: Set(content.lending_mode),
        quantity: Set(*quantity),
        unit: Set(*unit),
        unit_label: Set(content
            .quantity
            .as_ref()
            .and_then(|amount| amount.label.clone())),
        partial_allowed: Set(content.partial_allowed),
        needed_by: Set(content.needed_by),
        remote: Set(content.remote),
        town: Set(content.place.town.clone()),
        postcode: Set(content.place.postcode.clone()),
        latitude: Set(point.map(|point| point.latitude)),
        longitude: Set(point.map(|point| point.longitude)),
        x: Set(x),
        y: Set(y),
        z: Set(z),
        cell: Set(point.and_then(crate::locations::place::Point::cell)),
        reach_km: Set(content.reach_km),
        areas: Set(content.areas.clone().into()),
        priority_areas: Set(content.priority_areas.clone().into()),
        audience: Set(content.audience),
        expiry_policy: Set(content.expiry_policy),
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, content.needed_by)),
        search_text: Set(search_text(checked)),
        external_reference: Set(content.external_reference.clone()),
        details: Set(Details {
            availability: content.availability.clone(),
            requirements: content.requirements.clone(),
            pictures: content.pictures.clone(),
            tags: content.tags.clone(),
            address_lines: content.place.lines.clone(),
        }),
        id: NotSet,
        kind: NotSet,
        reference: NotSet,
        organisation_id: NotSet,
        posted_by: NotSet,
        state: NotSet,
        allocated: NotSet,
        created_at: NotSet,
        updated_at: NotSet,
        first_published_at: NotSet,
        confirmed_at: NotSet,
        reminded_at: NotSet,
        closed_at: NotSet,
        close_reason: NotSet,
        version: NotSet,
    }
}

/// Returns the search keys of a listing. The token of the type is beside the tags and the town.
fn search_text(Checked { content, kind, .. }: &Checked) -> String {
    let other: Vec<&str> = content
        .tags
        .iter()
        .chain(&content.place.town)
        .map(String::as_str)
        .collect();
    let token = type_token(&kind.code);
    index_text(
        &key(&content.title),
        &format!("{token} {}", key(&other.join(" "))),
        &key(&content.description),
    )
}

/// Returns the word for a resource type in the text index. Synonyms are resolved in the search query, so that a change
/// of synonyms does not change listings.
#[must_use]
pub fn type_token(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("xtype{letters}")
}

/// Writes the index rows of a listing. Removes the old ones first unless the listing is new.
pub async fn write_index(
    conn: &impl ConnectionTrait,
    id: Uuid,
    Checked { content, .. }: &Checked,
    new: bool,
) -> Result<(), Error> {
    if !new {
        clear_index(conn, id).await?;
    }
    let areas = content.areas.iter().map(|area| listing_area::ActiveModel {
        listing_id: Set(id),
        area: Set(area.clone()),
    });
    if !content.areas.is_empty() {
        listing_area::Entity::insert_many(areas)
            .exec_without_returning(conn)
            .await?;
    }
    let priorities = content
        .priority_areas
        .iter()
        .filter_map(|area| area.split_once('/'));
    let priorities = priorities.map(|(edition, code)| listing_priority_area::ActiveModel {
        listing_id: Set(id),
        edition: Set(edition.into()),
        code: Set(code.into()),
    });
    if !content.priority_areas.is_empty() {
        listing_priority_area::Entity::insert_many(priorities)
            .exec_without_returning(conn)
            .await?;
    }
    let windows = content
        .availability
        .iter()
        .zip(0..)
        .map(|(window, position)| listing_window::ActiveModel {
            listing_id: Set(id),
            position: Set(position),
            from_date: Set(window.from.unwrap_or_else(|| day(1, 1, 1))),
            until_date: Set(window.until.unwrap_or_else(|| day(9999, 12, 31))),
        });
    if !content.availability.is_empty() {
        listing_window::Entity::insert_many(windows)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Deletes the index rows of a listing.
pub async fn clear_index(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    listing_area::Entity::delete_many()
        .filter(listing_area::Column::ListingId.eq(id))
        .exec(conn)
        .await?;
    listing_priority_area::Entity::delete_many()
        .filter(listing_priority_area::Column::ListingId.eq(id))
        .exec(conn)
        .await?;
    listing_window::Entity::delete_many()
        .filter(listing_window::Column::ListingId.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Returns true if a listing has a match that has not ended, or an allocated quantity.
pub async fn is_matched(conn: &impl ConnectionTrait, row: &listing::Model) -> Result<bool, Error> {
    use matching::Column;

    let of_this = Column::OfferId.eq(row.id).or(Column::RequestId.eq(row.id));
    let live = matching::Entity::find()
        .filter(of_this)
        .filter(Column::EndedAt.is_null())
        .count(conn)
        .await?;
    Ok(live > 0 || row.allocated > 0)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_short_and_tell_nothing() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0123_4567_89ab);
        let offer = reference(ListingKind::Offer, id);
        assert_eq!(offer.len(), "OFF-12345-12345".len());
        assert!(offer.starts_with("OFF-"));
        assert_ne!(offer, reference(ListingKind::Offer, Uuid::now_v7()));
    }
}
