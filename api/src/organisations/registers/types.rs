//! GraphQL type and input for register numbers.

use async_graphql::{InputObject, SimpleObject};
use entity::organisation_identifier;

use super::rules::Identifier;

/// A number of an organisation in a register.
#[derive(SimpleObject)]
pub struct OrganisationIdentifier {
    /// Code of the register in org-id.guide, such as `GB-COH` for Companies House.
    pub scheme: String,
    /// Number in the register's own form.
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

/// Register number to set.
#[derive(InputObject)]
pub struct OrganisationIdentifierInput {
    /// Code of the register in org-id.guide: GB-COH (companies), GB-CHC (charities in England and Wales), GB-SC
    /// (Scotland), GB-NIC (Northern Ireland), GB-MPR (mutuals), GB-NHS, GB-EDU (schools), GB-UKPRN (learning providers)
    /// or GB-LAE (local authorities).
    pub scheme: String,
    /// Number, as written in any document. Spaces, hyphens, lower-case letters, leading zeros
    /// and prefixes such as `NIC` make no difference. At most 200 characters.
    pub value: String,
}

impl From<OrganisationIdentifierInput> for Identifier {
    fn from(input: OrganisationIdentifierInput) -> Self {
        let OrganisationIdentifierInput { scheme, value } = input;
        Self { scheme, value }
    }
}
