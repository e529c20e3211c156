//! GraphQL inputs of intakes.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use entity::{event, intake::IntakeSource, listing::ListingKind, organisation};

use super::{rules::Contact, service::IntakeId};
use crate::kit::Id;

/// Contact details of the person who made an offer or request. Enter only details that they gave for this purpose.
#[derive(InputObject, Debug)]
pub struct IntakeContactInput {
    /// Name of the person: at most 120 characters.
    pub name: Option<String>,
    /// Organisation that the person spoke for: at most 200 characters.
    pub organisation: Option<String>,
    /// Email address of the person: at most 254 characters. `sendIntakeClaim` sends the link there.
    pub email: Option<String>,
    /// Telephone number of the person: at most 30 characters.
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

/// Input of `takeIntake`.
#[derive(InputObject, Debug)]
pub struct TakeIntakeInput {
    /// Key chosen by the client, unique for each record of the caller: 1 to 100 characters. Create it with the record.
    /// Sending the record again with the same key changes nothing and returns the intake.
    pub client_key: String,
    /// Kind of the intake: an offer or a request.
    pub kind: ListingKind,
    /// Channel by which the intake arrived.
    pub source: IntakeSource,
    /// The organisation whose event or office took the intake. Optional for brokers. Default: the host of the event.
    pub host_id: Option<Id<organisation::Entity>>,
    /// The event at which the intake was taken. Its host must be the host of the intake.
    pub event_id: Option<Id<event::Entity>>,
    /// Instant at which the intake was taken, by the client's clock, within the last 90 days. Default: now.
    pub taken_at: Option<DateTime<Utc>>,
    /// Title, in one line: 3 to 120 characters.
    pub title: String,
    /// Description: plain text of at most 5,000 characters. Must not contain personal data.
    #[graphql(default)]
    pub description: String,
    /// Code of the resource type, if known.
    pub resource_type: Option<String>,
    /// Code of the area in which the offer or request applies, if known.
    pub area: Option<String>,
    /// Contact details of the person who made the offer or request. Requires `consent`.
    pub contact: Option<IntakeContactInput>,
    /// True if the person agreed that their contact details are kept for up to 90 days, to write to or call them about
    /// this intake.
    #[graphql(default)]
    pub consent: bool,
}

/// Corrections to an intake. A field that is left out stays unchanged.
#[derive(InputObject, Debug)]
pub struct TriageIntakeInput {
    /// The intake to correct.
    pub intake_id: IntakeId,
    /// Version that the client loaded. Refused if the intake has changed since.
    pub version: i32,
    /// Title, in one line: 3 to 120 characters.
    pub title: Option<String>,
    /// Description: plain text of at most 5,000 characters.
    pub description: Option<String>,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    /// Note that everyone who can see the intake can read: at most 1,000 characters. An empty text removes it.
    pub note: Option<String>,
}

/// Input of `rejectIntake`.
#[derive(InputObject, Debug)]
pub struct RejectIntakeInput {
    /// The intake to reject.
    pub intake_id: IntakeId,
    /// Reason: at most 1,000 characters. Replaces the note.
    pub note: Option<String>,
}

/// Input of `mergeIntake`.
#[derive(InputObject, Debug)]
pub struct MergeIntakeInput {
    /// The duplicate. It ends in the state `MERGED`.
    pub intake_id: IntakeId,
    /// The intake that remains.
    pub into_id: IntakeId,
}

/// Input of `sendIntakeClaim`.
#[derive(InputObject, Debug)]
pub struct SendIntakeClaimInput {
    /// The intake whose contact receives the link.
    pub intake_id: IntakeId,
}

/// Input of `claimIntake`.
#[derive(InputObject, Debug)]
pub struct ClaimIntakeInput {
    /// Token from the link in the email.
    pub token: String,
    /// The organisation that posts the listing. The viewer must be allowed to draft listings for it.
    pub organisation_id: Id<organisation::Entity>,
}
