//! What the schema says of importing and exporting.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Enum, InputObject, Object, Result, SimpleObject};
use entity::{organisation, registration::RegistrationState};

use super::{
    attendees::File,
    export::Export,
    files::Format,
    rules::{self, MOST_ROWS},
    service::{Outcome, Report, RowReport},
};
use crate::{
    events::service::EventId,
    kit::{Error, Id, UserError, UserErrorCode},
    listings::Listing,
    payload,
};

/// How a file of listings is written. The names of columns and of members are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TransferFormat {
    /// Comma-separated values, as spreadsheets write them: UTF-8, the first row holds the names of the columns. Members
    /// of a list are separated by `;`. A cell that a spreadsheet would compute has an apostrophe before it.
    Csv,
    /// One JSON object a line, with typed values.
    JsonLines,
}

impl From<TransferFormat> for Format {
    fn from(format: TransferFormat) -> Self {
        match format {
            TransferFormat::Csv => Self::Csv,
            TransferFormat::JsonLines => Self::JsonLines,
        }
    }
}

/// A file of listings to bring in.
#[derive(InputObject)]
pub struct ImportListingsInput {
    /// The organisation whose listings they are. The viewer is an editor of it, or more.
    pub organisation_id: Id<organisation::Entity>,
    /// How the file is written.
    pub format: TransferFormat,
    /// The file: at most 900,000 bytes and 1,000 rows. Each row says its `kind` and its `externalReference`, by which
    /// it is known again; what an export holds beside can be left out.
    pub content: String,
    /// Only report what would happen.
    #[graphql(default)]
    pub dry_run: bool,
    /// Publish what is new, and what is a draft still.
    #[graphql(default)]
    pub publish: bool,
}

/// What became of a row, or would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
pub enum ImportOutcome {
    /// It made a listing.
    Created,
    /// It changed the listing that has its reference.
    Updated,
    /// The listing that has its reference says all of it already.
    Unchanged,
    /// Something is wrong with it: see `userErrors`.
    Failed,
}

/// What became of a file: all of it was written, or nothing.
pub struct ImportReport(Report);

/// What became of a file: all of it was written, or nothing.
#[Object]
impl ImportReport {
    /// Whether it was written. It was not where a row failed, nor on a dry run.
    async fn written(&self) -> bool {
        self.0.written
    }

    /// How many listings were made, or would be; 0 where a row failed.
    async fn created(&self) -> usize {
        self.done(Outcome::Created)
    }

    /// How many listings were changed, or would be; 0 where a row failed.
    async fn updated(&self) -> usize {
        self.done(Outcome::Updated)
    }

    /// How many rows say what their listings say already.
    async fn unchanged(&self) -> usize {
        self.0.count(Outcome::Unchanged)
    }

    /// How many rows have something wrong with them.
    async fn failed(&self) -> usize {
        self.0.count(Outcome::Failed)
    }

    /// Every row of the file, in its order.
    #[graphql(directive = list_size::apply(MOST_ROWS as u64, None))]
    async fn rows(&self) -> Vec<ImportRow<'_>> {
        self.0.rows.iter().map(ImportRow).collect()
    }
}

impl ImportReport {
    fn done(&self, outcome: Outcome) -> usize {
        if self.0.count(Outcome::Failed) > 0 {
            return 0;
        }
        self.0.count(outcome)
    }
}

/// What became of a row.
pub struct ImportRow<'a>(&'a RowReport);

/// What became of a row.
#[Object]
impl ImportRow<'_> {
    /// Which row: as a spreadsheet counts them, the names of the columns being the first; of JSON, which line.
    async fn row(&self) -> i32 {
        self.0.row
    }

    /// What became of it, or would have if every row were right.
    async fn outcome(&self) -> ImportOutcome {
        self.0.outcome.into()
    }

    /// Its reference; null where it has none.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Its listing; null where it was not written.
    async fn listing(&self) -> Option<Listing> {
        self.0.listing.clone().map(Listing::from)
    }

    /// What is wrong with it, column by column.
    #[graphql(directive = list_size::apply(1, None))]
    async fn user_errors(&self) -> &[UserError] {
        &self.0.errors
    }
}

/// What an import gives back.
#[derive(SimpleObject)]
pub struct ImportListingsPayload {
    /// What became of each row; null where the file could not be read as rows.
    pub report: Option<ImportReport>,
    /// Why nothing was written; empty where it was, and on a dry run that would succeed.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MOST_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl ImportListingsPayload {
    /// The payload of what the service answered.
    pub fn of(answer: Result<Report, Error>) -> Result<Option<Self>> {
        match answer {
            Ok(report) => {
                let (failed, all) = (report.count(Outcome::Failed), report.rows.len());
                let message = format!(
                    "{failed} of {all} rows have something wrong with them, so nothing was written. The report says what."
                );
                let refusal = rules::refusal(UserErrorCode::Invalid, message);
                Ok(Some(Self {
                    report: Some(ImportReport(report)),
                    user_errors: Some(refusal).filter(|_| failed > 0).into_iter().collect(),
                }))
            }
            Err(Error::Refused(user_errors)) => Ok(Some(Self {
                report: None,
                user_errors: UserError::told(user_errors),
            })),
            Err(error) => Err(error.into()),
        }
    }
}

/// Of which event to write down who registered.
#[derive(InputObject)]
pub struct ExportAttendeesInput {
    /// The event.
    pub event_id: EventId,
    /// In one of these states; without it, all.
    pub states: Option<Vec<RegistrationState>>,
    /// Begin after this cursor: the `endCursor` of the file before. Without it, with the first.
    pub after: Option<String>,
}

/// A file of registrations, in the order of `Event.registrations`: those of the queue after the others.
#[derive(SimpleObject)]
pub struct AttendeeExport {
    /// The file: comma-separated values in UTF-8, the first row holding the names of the columns, among them the organisers'
    /// questions. A cell that a spreadsheet would compute has an apostrophe before it.
    pub content: String,
    /// How many registrations it holds: at most 5,000.
    pub rows: usize,
    /// Whether there are more after those that it holds. Ask again with `after`, the `states` being the same, to get them.
    /// Whoever gets a place between two files may be in neither.
    pub truncated: bool,
    /// Where it ends, for `after`; null where it holds none.
    pub end_cursor: Option<String>,
}

impl From<File> for AttendeeExport {
    fn from(
        File {
            content,
            rows,
            truncated,
            end_cursor,
        }: File,
    ) -> Self {
        Self {
            content,
            rows,
            truncated,
            end_cursor,
        }
    }
}

payload! {
    /// What writing down who registered gives back.
    AttendeeExportPayload {
        /// The file; null where it was refused.
        export: AttendeeExport
    }
}

/// A file of listings.
#[derive(SimpleObject)]
pub struct ListingExport {
    /// The file.
    pub content: String,
    /// How many listings it holds: at most 1,000.
    pub rows: usize,
    /// Whether the filter finds more than it holds. Narrow the filter to get the rest.
    pub truncated: bool,
}

impl From<Export> for ListingExport {
    fn from(
        Export {
            content,
            rows,
            truncated,
        }: Export,
    ) -> Self {
        Self {
            content,
            rows,
            truncated,
        }
    }
}
