//! What clients send of intakes.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use entity::{event, intake::IntakeSource, listing::ListingKind, organisation};

use super::{rules::Contact, service::IntakeId};
use crate::kit::Id;

/// How somebody can be reached. Give only what they gave for this purpose.
#[derive(InputObject, Debug)]
pub struct IntakeContactInput {
    /// What they are called: at most 120 characters.
    pub name: Option<String>,
    /// For whom they spoke: at most 200 characters.
    pub organisation: Option<String>,
    /// Their e-mail address: a link by which it becomes a listing goes there.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
}

impl From<IntakeContactInput> for Contact {
    fn from(input: IntakeContactInput) -> Self {
        let IntakeContactInput {
            name,
            organisation,
            email,
            phone,
        } = input;
        Self {
            name,
            organisation,
            email,
            phone,
        }
    }
}

/// What somebody told.
#[derive(InputObject, Debug)]
pub struct TakeIntakeInput {
    /// A key of the client's own, unique for each record of the caller, made when the record is: sending the same
    /// record again, once or often, changes nothing and gives it back.
    pub client_key: String,
    /// Whether they offer or request it.
    pub kind: ListingKind,
    /// How it came.
    pub source: IntakeSource,
    /// The organisation at whose event or desk it was taken. Brokers may leave it out.
    pub host_id: Option<Id<organisation::Entity>>,
    /// The event at which it was taken; its organisation is then the host.
    pub event_id: Option<Id<event::Entity>>,
    /// When it was taken, by the client's clock, within the last 90 days; left out, now.
    pub taken_at: Option<DateTime<Utc>>,
    /// What it is, in a line: 3 to 120 characters.
    pub title: String,
    /// What it is, in full: plain text of at most 5,000 characters. Nothing about people.
    #[graphql(default)]
    pub description: String,
    /// Code of the resource type, where it is known.
    pub resource_type: Option<String>,
    /// Code of the area that it is for, where it is known.
    pub area: Option<String>,
    /// How to reach whoever told it; needs `consent`.
    pub contact: Option<IntakeContactInput>,
    /// Whether they said that we may keep how to reach them, for at most 90 days, to write or call about this.
    #[graphql(default)]
    pub consent: bool,
}

/// What is put right of what was told. What is left out stays.
#[derive(InputObject, Debug)]
pub struct TriageIntakeInput {
    /// The intake.
    pub intake_id: IntakeId,
    /// The version that you saw.
    pub version: i32,
    /// What it is, in a line: 3 to 120 characters.
    pub title: Option<String>,
    /// What it is, in full: plain text of at most 5,000 characters.
    pub description: Option<String>,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area that it is for.
    pub area: Option<String>,
    /// A note for those who see the intake: at most 1,000 characters.
    pub note: Option<String>,
}

/// Which intake to let go.
#[derive(InputObject, Debug)]
pub struct RejectIntakeInput {
    /// The intake.
    pub intake_id: IntakeId,
    /// Why: at most 1,000 characters.
    pub note: Option<String>,
}

/// Which intake tells what another one tells.
#[derive(InputObject, Debug)]
pub struct MergeIntakeInput {
    /// The duplicate.
    pub intake_id: IntakeId,
    /// The one that stays.
    pub into_id: IntakeId,
}

/// About which intake to write.
#[derive(InputObject, Debug)]
pub struct SendIntakeClaimInput {
    /// The intake.
    pub intake_id: IntakeId,
}

/// What to make a listing of, and whose it will be.
#[derive(InputObject, Debug)]
pub struct ClaimIntakeInput {
    /// The token in the link.
    pub token: String,
    /// The organisation, for which the viewer drafts listings.
    pub organisation_id: Id<organisation::Entity>,
}
