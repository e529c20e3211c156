//! An organisation. Every listing and event is posted for one.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;

/// Kind of organisation, which determines its sector.
#[derive(
    Default,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganisationKind {
    /// County council.
    CountyCouncil,
    /// District or borough council.
    DistrictOrBorough,
    /// Unitary council.
    Unitary,
    /// Parish or town council.
    ParishOrTown,
    /// Strategic or combined authority.
    StrategicAuthority,
    /// Team or service of a council.
    CouncilTeam,
    /// NHS trust, board or practice.
    NhsBody,
    /// Police force, or fire and rescue service.
    PoliceFire,
    /// School or college.
    SchoolCollege,
    /// University.
    University,
    /// Another public body.
    #[default]
    OtherPublic,
    /// Company or partnership.
    Business,
    /// Sole trader.
    SoleTrader,
    /// Registered charity.
    Charity,
    /// Charitable incorporated organisation (CIO).
    Cio,
    /// Community interest company (CIC).
    Cic,
    /// Social enterprise in another legal form.
    SocialEnterprise,
    /// Cooperative.
    Cooperative,
    /// Community group, registered or not.
    CommunityGroup,
    /// Faith group.
    FaithGroup,
    /// Residents' association.
    ResidentsAssociation,
    /// Council for voluntary service, or another body that supports the voluntary sector.
    InfrastructureVcse,
    /// Housing association.
    HousingAssociation,
}

/// Sector of an organisation. Derived from its kind and not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Sector {
    /// Councils, the health service, police and fire, schools and other public bodies.
    Public,
    /// Companies, partnerships and sole traders.
    Private,
    /// Voluntary, community and social enterprise organisations.
    Vcse,
}

/// Size of an organisation by the number of people who work for it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganisationSize {
    /// Fewer than 10 people.
    Micro,
    /// 10 to 49 people.
    Small,
    /// 50 to 249 people.
    Medium,
    /// 250 people or more.
    Large,
}

/// State of an organisation.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OrganisationState {
    /// The organisation can act.
    #[default]
    Active,
    /// The organisation was merged into another: see `mergedInto`.
    Merged,
}

/// Result of the verification of an organisation by staff.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum VerificationStatus {
    /// Not checked yet, or the name, kind or identifiers changed after the check.
    #[default]
    Unverified,
    /// Confirmed by staff.
    Verified,
    /// Checked, and not confirmed.
    Failed,
}

/// Method by which staff verified an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum VerificationMethod {
    /// Number found in its register.
    RegisterLookup,
    /// Email addresses of its members at its own domain.
    EmailDomain,
    /// Document seen.
    Document,
    /// Confirmation by a trusted person.
    Vouched,
    /// Known to staff.
    Staff,
}

#[derive(Clone, Debug, Default, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// Name in lower case, so that every database sorts alike.
    pub sort_name: String,
    /// Words of name and town (`text::search::plain`), for text search.
    pub search_text: String,
    pub kind: OrganisationKind,
    pub size: Option<OrganisationSize>,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub website: Option<String>,
    pub public_email: Option<String>,
    pub public_phone: Option<String>,
    pub parent_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub address_lines: Texts,
    pub town: Option<String>,
    pub postcode: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// Area codes, indexed by `organisation_area`.
    #[sea_orm(column_type = "JsonBinary")]
    pub areas: Texts,
    pub state: OrganisationState,
    pub merged_into: Option<Uuid>,
    pub verification: VerificationStatus,
    pub verification_method: Option<VerificationMethod>,
    pub verified_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

impl Model {
    /// Reports whether a broker has verified the organisation.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.verification == VerificationStatus::Verified
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
