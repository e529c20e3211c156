//! An organisation of the county or beyond: whoever posts does it for one.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Texts;

/// What kind of organisation it is. The sector follows from it.
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
    /// A county council.
    CountyCouncil,
    /// A district or borough council.
    DistrictOrBorough,
    /// A unitary council.
    Unitary,
    /// A parish or town council.
    ParishOrTown,
    /// A strategic or combined authority.
    StrategicAuthority,
    /// A team or service inside a council.
    CouncilTeam,
    /// A trust, board or practice of the NHS.
    NhsBody,
    /// A police force or fire and rescue service.
    PoliceFire,
    /// A school or college.
    SchoolCollege,
    /// A university.
    University,
    /// Another public body.
    #[default]
    OtherPublic,
    /// A company or partnership.
    Business,
    /// A person in business alone.
    SoleTrader,
    /// A registered charity.
    Charity,
    /// A charitable incorporated organisation.
    Cio,
    /// A community interest company.
    Cic,
    /// A social enterprise of another form.
    SocialEnterprise,
    /// A cooperative.
    Cooperative,
    /// A community group, registered or not.
    CommunityGroup,
    /// A faith group.
    FaithGroup,
    /// A residents' association.
    ResidentsAssociation,
    /// A council for voluntary service or another body that supports the sector.
    InfrastructureVcse,
    /// A housing association.
    HousingAssociation,
}

/// The part of society that an organisation belongs to. It follows from its kind and is stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Sector {
    /// Councils, the health service, police and fire, schools and other public bodies.
    Public,
    /// Companies, partnerships and people in business alone.
    Private,
    /// Voluntary, community and social enterprise organisations.
    Vcse,
}

/// Size by the number of people who work for it.
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

/// Whether an organisation goes on.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OrganisationState {
    /// It acts.
    #[default]
    Active,
    /// Another organisation carries on for it: see `mergedInto`.
    Merged,
}

/// Whether staff have confirmed that the organisation is what it says.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum VerificationStatus {
    /// Nobody has looked yet, or what was confirmed has changed.
    #[default]
    Unverified,
    /// Confirmed by staff.
    Verified,
    /// Looked at and not confirmed.
    Failed,
}

/// How an organisation was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Enum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum VerificationMethod {
    /// Its number was looked up in the register.
    RegisterLookup,
    /// Its people write from its own domain.
    EmailDomain,
    /// A document was seen.
    Document,
    /// Someone trusted vouched for it.
    Vouched,
    /// Staff know it.
    Staff,
}

#[derive(Clone, Debug, Default, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// The name in lower case, for sorting alike on every database.
    pub sort_name: String,
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
    /// Codes; `organisation_area` is their index.
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

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
