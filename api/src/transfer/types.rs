//! GraphQL types of import and export.

use crate::kit::graphql::cost::list_size;
use async_graphql::{Enum, InputObject, Object, Result, SimpleObject};
use entity::{organisation, registration::RegistrationState};

use super::{
    attendees::File,
    export::Export,
    files::Format,
    rules::{self, MAX_ROWS},
    service::{Outcome, Report, RowReport},
};
use crate::{
    events::service::EventId,
    kit::{Error, Id, UserError, UserErrorCode},
    listings::Listing,
    payload,
};

/// Format of a listings file. Column names in CSV and member names in JSON are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TransferFormat {
    /// Comma-separated values in UTF-8, as spreadsheets write them. The first row contains the column names.
    /// Semicolons separate the items of a list. A cell that a spreadsheet would evaluate as a formula begins with an
    /// apostrophe.
    Csv,
    /// JSON Lines: one JSON object per line, with typed values.
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

/// Input of `importListings`.
#[derive(InputObject)]
pub struct ImportListingsInput {
    /// The organisation that posts the listings. The viewer must be one of its editors, managers or owners.
    pub organisation_id: Id<organisation::Entity>,
    /// Format of the file.
    pub format: TransferFormat,
    /// Content of the file: at most 900,000 bytes and 1,000 rows. Every row requires `kind` and `externalReference`,
    /// by which a later import recognises the listing. Columns of an export that are only for information may be left
    /// out.
    pub content: String,
    /// If true, reports what would happen and writes nothing. Default: false.
    #[graphql(default)]
    pub dry_run: bool,
    /// If true, publishes new listings and existing drafts. Default: false.
    #[graphql(default)]
    pub publish: bool,
}

/// Outcome of an imported row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
pub enum ImportOutcome {
    /// A listing was created, or would be.
    Created,
    /// The listing with this reference was changed, or would be.
    Updated,
    /// The listing with this reference already has all of these values.
    Unchanged,
    /// The row has problems: see `userErrors`.
    Failed,
}

/// Report on an import. Either all rows were written, or none.
pub struct ImportReport(Report);

/// Report on an import. Either all rows were written, or none.
#[Object]
impl ImportReport {
    /// True if the rows were written. False if a row failed, and on a dry run.
    async fn written(&self) -> bool {
        self.0.written
    }

    /// Number of listings that were created, or would be on a dry run; 0 if a row failed.
    async fn created(&self) -> usize {
        self.done(Outcome::Created)
    }

    /// Number of listings that were changed, or would be on a dry run; 0 if a row failed.
    async fn updated(&self) -> usize {
        self.done(Outcome::Updated)
    }

    /// Number of rows whose listings already have the same values.
    async fn unchanged(&self) -> usize {
        self.0.count(Outcome::Unchanged)
    }

    /// Number of rows with problems.
    async fn failed(&self) -> usize {
        self.0.count(Outcome::Failed)
    }

    /// Reports on all rows, in the order of the file.
    #[graphql(directive = list_size::apply(MAX_ROWS as u64, None))]
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

/// Report on a row of an import.
pub struct ImportRow<'a>(&'a RowReport);

/// Report on a row of an import.
#[Object]
impl ImportRow<'_> {
    /// Row number as a spreadsheet counts it, with the column names in row 1; for JSON Lines, the line number.
    async fn row(&self) -> i32 {
        self.0.row
    }

    /// Outcome of the row. If another row failed, or on a dry run, the outcome that it would have had.
    async fn outcome(&self) -> ImportOutcome {
        self.0.outcome.into()
    }

    /// External reference; null if the row has none.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Listing of the row; null if it was not written.
    async fn listing(&self) -> Option<Listing> {
        self.0.listing.clone().map(Listing::from)
    }

    /// Problems of the row, by column.
    #[graphql(directive = list_size::apply(1, None))]
    async fn user_errors(&self) -> &[UserError] {
        &self.0.errors
    }
}

/// Result of `importListings`.
#[derive(SimpleObject)]
pub struct ImportListingsPayload {
    /// Report on each row; null if the content could not be read as rows.
    pub report: Option<ImportReport>,
    /// Reasons why nothing was written. Empty if the rows were written, and on a dry run that would succeed.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MAX_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl ImportListingsPayload {
    /// Converts the result of the service to the payload.
    pub fn of(answer: Result<Report, Error>) -> Result<Option<Self>> {
        match answer {
            Ok(report) => {
                let (failed, all) = (report.count(Outcome::Failed), report.rows.len());
                let message = format!(
                    "{failed} of {all} rows have problems, so nothing was imported. Correct the rows that the report lists, and import the file again."
                );
                let refusal = rules::refusal(UserErrorCode::Invalid, message);
                Ok(Some(Self {
                    report: Some(ImportReport(report)),
                    user_errors: Some(refusal).filter(|_| failed > 0).into_iter().collect(),
                }))
            }
            Err(Error::Refused(user_errors)) => Ok(Some(Self {
                report: None,
                user_errors: UserError::first_errors(user_errors),
            })),
            Err(error) => Err(error.into()),
        }
    }
}

/// Input of `exportAttendees`.
#[derive(InputObject)]
pub struct ExportAttendeesInput {
    /// The event whose registrations are exported.
    pub event_id: EventId,
    /// Exports only registrations in one of these states. Default: all states.
    pub states: Option<Vec<RegistrationState>>,
    /// Cursor after which the file begins: the `endCursor` of the previous file. Default: from the first registration.
    pub after: Option<String>,
}

/// A file of registrations, in the order of `Event.registrations`: the waiting list comes last.
#[derive(SimpleObject)]
pub struct AttendeeExport {
    /// Content of the file: comma-separated values in UTF-8. The first row contains the column names, including the
    /// questions of the event. A cell that a spreadsheet would evaluate as a formula begins with an apostrophe.
    pub content: String,
    /// Number of registrations in the file, at most 5,000.
    pub rows: usize,
    /// True if there are more registrations. To get them, export again with `after` and the same `states`. A
    /// registration that moves from the waiting list to a place between two exports may be in neither file.
    pub truncated: bool,
    /// Cursor of the last registration, for `after`; null if the file has none.
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
    /// Result of `exportAttendees`.
    AttendeeExportPayload {
        /// The file; null if the export was refused.
        export: AttendeeExport
    }
}

/// An exported file of listings.
#[derive(SimpleObject)]
pub struct ListingExport {
    /// Content of the file.
    pub content: String,
    /// Number of listings in the file, at most 1,000.
    pub rows: usize,
    /// True if the filter matches more listings than the file contains. Narrow the filter to export the rest.
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
