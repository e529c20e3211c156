//! What the schema says of an organisation's numbers.

use async_graphql::{InputObject, SimpleObject};
use entity::organisation_identifier;

use super::rules::Identifier;

/// A number under which a register knows an organisation.
#[derive(SimpleObject)]
pub struct OrganisationIdentifier {
    /// The register's code after org-id.guide, such as `GB-COH` for Companies House.
    pub scheme: String,
    /// The number in the register's own form.
    pub value: String,
}

impl From<organisation_identifier::Model> for OrganisationIdentifier {
    fn from(row: organisation_identifier::Model) -> Self {
        Self {
            scheme: row.scheme,
            value: row.value,
        }
    }
}

/// A number under which a register knows an organisation.
#[derive(InputObject)]
pub struct OrganisationIdentifierInput {
    /// The register's code after org-id.guide: GB-COH (companies), GB-CHC (charities in England and Wales), GB-SC
    /// (Scotland), GB-NIC (Northern Ireland), GB-MPR (mutuals), GB-NHS, GB-EDU (schools), GB-UKPRN (learning
    /// providers) or GB-LAE (local authorities).
    pub scheme: String,
    /// The number as it is written anywhere. Spaces, small letters and missing leading zeros are put right.
    pub value: String,
}

impl From<OrganisationIdentifierInput> for Identifier {
    fn from(input: OrganisationIdentifierInput) -> Self {
        let OrganisationIdentifierInput { scheme, value } = input;
        Self { scheme, value }
    }
}
