//! Writing a listing: its row, and the tables by which it is found.

use chrono::NaiveDate;
use entity::{
    listing::{self, Details, ListingKind},
    listing_area, listing_priority_area, listing_window, matching,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::{content::Checked, rules};
use crate::kit::{Error, clock};

/// The alphabet of references: no letters that are read as another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The number by which people speak of a listing, such as `OFF-7K3M9-Q2X4T`. It is drawn from the random part
/// of the id, so that nobody can count listings by it.
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

/// The same for any thing, after a prefix that tells what kind of thing it is.
#[must_use]
pub fn reference_of(prefix: &str, id: Uuid) -> String {
    let random = id.as_u128();
    let letters: String = (0..10)
        .map(|at| char::from(LETTERS[usize::try_from(random >> (at * 5) & 31).unwrap_or(0)]))
        .collect();
    format!("{prefix}-{}-{}", &letters[..5], &letters[5..])
}

/// Columns that the content decides. Every column is named, so that a new one fails to compile until it is decided.
pub fn content_columns(checked: &Checked) -> listing::ActiveModel {
    let Checked {
        said,
        kind,
        quantity,
        unit,
    } = checked;
    let point = said.place.point;
    let [x, y, z] = point.map_or([None; 3], |point| point.unit().map(Some));
    let expires_at = said.expires_at.unwrap_or_else(clock::never);
    listing::ActiveModel {
        title: Set(said.title.clone()),
        description: Set(said.description.clone()),
        resource_type: Set(kind.code.clone()),
        resource_kind: Set(kind.kind),
        lending_mode: Set(said.lending_mode),
        quantity: Set(*quantity),
        unit: Set(*unit),
        unit_label: Set(said
            .quantity
            .as_ref()
            .and_then(|amount| amount.label.clone())),
        partial_allowed: Set(said.partial_allowed),
        needed_by: Set(said.needed_by),
        remote: Set(said.remote),
        town: Set(said.place.town.clone()),
        postcode: Set(said.place.postcode.clone()),
        latitude: Set(point.map(|point| point.latitude)),
        longitude: Set(point.map(|point| point.longitude)),
        x: Set(x),
        y: Set(y),
        z: Set(z),
        cell: Set(point.and_then(crate::locations::place::Point::cell)),
        reach_km: Set(said.reach_km),
        areas: Set(said.areas.clone().into()),
        priority_areas: Set(said.priority_areas.clone().into()),
        audience: Set(said.audience),
        expiry_policy: Set(said.expiry_policy),
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, said.needed_by)),
        words: Set(words(checked)),
        external_reference: Set(said.external_reference.clone()),
        details: Set(Details {
            availability: said.availability.clone(),
            requirements: said.requirements.clone(),
            pictures: said.pictures.clone(),
            tags: said.tags.clone(),
            address_lines: said.place.lines.clone(),
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

/// What text search finds a listing by beside its title and description.
fn words(Checked { said, kind, .. }: &Checked) -> String {
    let mut words = vec![type_token(&kind.code)];
    words.extend(said.tags.iter().cloned());
    words.extend(said.place.town.clone());
    words.join(" ")
}

/// The word that stands for a resource type in the text index: synonyms are looked up when somebody
/// searches, so that changing them changes no listing.
#[must_use]
pub fn type_token(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("xtype{letters}")
}

/// Writes the tables by which a listing is found anew.
pub async fn link(
    conn: &impl ConnectionTrait,
    id: Uuid,
    Checked { said, .. }: &Checked,
    new: bool,
) -> Result<(), Error> {
    if !new {
        unlink(conn, id).await?;
    }
    let areas = said.areas.iter().map(|area| listing_area::ActiveModel {
        listing_id: Set(id),
        area: Set(area.clone()),
    });
    if !said.areas.is_empty() {
        listing_area::Entity::insert_many(areas)
            .exec_without_returning(conn)
            .await?;
    }
    let priorities = said
        .priority_areas
        .iter()
        .filter_map(|area| area.split_once('/'));
    let priorities = priorities.map(|(edition, code)| listing_priority_area::ActiveModel {
        listing_id: Set(id),
        edition: Set(edition.into()),
        code: Set(code.into()),
    });
    if !said.priority_areas.is_empty() {
        listing_priority_area::Entity::insert_many(priorities)
            .exec_without_returning(conn)
            .await?;
    }
    let windows =
        said.availability
            .iter()
            .zip(0..)
            .map(|(window, position)| listing_window::ActiveModel {
                listing_id: Set(id),
                position: Set(position),
                from_date: Set(window.from.unwrap_or_else(|| day(1, 1, 1))),
                until_date: Set(window.until.unwrap_or_else(|| day(9999, 12, 31))),
            });
    if !said.availability.is_empty() {
        listing_window::Entity::insert_many(windows)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Removes a listing from the tables by which it is found.
pub async fn unlink(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
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

/// Whether a listing has matches that are not over, or that hold something of it.
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
