//! Organisations as they are read beside something else: the columns that a selection asks for.

use entity::organisation::{self, Column};

use crate::columns;

columns!(organisation:
    Id id, Name name, SortName sort_name, Kind kind, Size size, Description description, Website website,
    PublicEmail public_email, PublicPhone public_phone, ParentId parent_id, AddressLines address_lines,
    Town town, Postcode postcode, Latitude latitude, Longitude longitude, Areas areas, State state,
    MergedInto merged_into, Verification verification, VerificationMethod verification_method,
    VerifiedAt verified_at, CreatedAt created_at, UpdatedAt updated_at, Version version,
);

/// What every organisation is read with.
pub const ALWAYS: [Column; 1] = [Column::Id];

/// The columns that a field of the schema needs.
#[must_use]
pub fn needs(field: &str) -> &'static [Column] {
    use Column as C;
    match field {
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
        _ => &[],
    }
}
