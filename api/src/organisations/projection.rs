//! Columns of organisations that a GraphQL selection needs, for reads beside other rows.

use entity::organisation::{self, Column};

use crate::columns;

columns!(organisation:
    Id id, Name name, SortName sort_name, SearchText search_text, Kind kind, Size size, Description description, Website website,
    PublicEmail public_email, PublicPhone public_phone, ParentId parent_id, AddressLines address_lines,
    Town town, Postcode postcode, Latitude latitude, Longitude longitude, Areas areas, State state,
    MergedInto merged_into, Verification verification, VerificationMethod verification_method,
    VerifiedAt verified_at, CreatedAt created_at, UpdatedAt updated_at, Version version,
);

/// Columns that every read includes.
pub const ALWAYS: [Column; 1] = [Column::Id];

/// Returns the columns that a GraphQL field needs; `None` for a field that is not listed, which needs the whole row.
#[must_use]
pub fn needs(field: &str) -> Option<&'static [Column]> {
    use Column as C;
    let columns: &[Column] = match field {
        "name" => &[C::Name],
        "kind" | "sector" => &[C::Kind],
        "size" => &[C::Size],
        "description" => &[C::Description],
        "website" => &[C::Website],
        "publicEmail" => &[C::PublicEmail],
        "publicPhone" => &[C::PublicPhone],
        "parent" => &[C::ParentId],
        "place" => &[
            C::AddressLines,
            C::Town,
            C::Postcode,
            C::Latitude,
            C::Longitude,
        ],
        "areas" => &[C::Areas],
        "state" => &[C::State],
        "mergedInto" => &[C::MergedInto],
        "verification" => &[C::Verification, C::VerificationMethod, C::VerifiedAt],
        "createdAt" => &[C::CreatedAt],
        "updatedAt" => &[C::UpdatedAt],
        "version" => &[C::Version],
        _ => return None,
    };
    Some(columns)
}
