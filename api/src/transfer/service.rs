//! Import of rows as listings: all of them or none.

use std::collections::HashMap;

use entity::{
    listing::{self, ListingState},
    membership::MembershipRole,
    organisation::{self, OrganisationState},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    columns,
    files::{Entry, Home},
    import_row::Reader,
    rules,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode as Code, Viewer, database::resource,
        validation::Validator, viewer::Who,
    },
    listings::{
        content::ListingContent,
        rules as listings,
        service::{self, Draft, ListingId},
        transitions,
    },
    organisations::{self, rules::Profile},
};

/// Id of an organisation.
type OrganisationId = Id<organisation::Entity>;

/// Options of an import.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Reports what would happen, and writes nothing.
    pub dry_run: bool,
    /// Publishes new listings, and existing drafts.
    pub publish: bool,
}

/// Outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A listing was created.
    Created,
    /// A listing was changed.
    Updated,
    /// The listing already has all of these values.
    Unchanged,
    /// The row has problems.
    Failed,
}

/// Report on a row: its outcome, or on a dry run the outcome that it would have.
#[derive(Debug)]
pub struct RowReport {
    /// Row number in the file.
    pub row: i32,
    /// Outcome.
    pub outcome: Outcome,
    /// External reference, if the row has one.
    pub external_reference: Option<String>,
    /// Listing after the import, if there is one.
    pub listing: Option<listing::Model>,
    /// Problems.
    pub errors: Vec<UserError>,
    /// Warnings about values that were replaced or dropped.
    pub warnings: Vec<String>,
}

/// Report on a file.
#[derive(Debug)]
pub struct Report {
    /// True if the rows were written.
    pub written: bool,
    /// Reports on all rows.
    pub rows: Vec<RowReport>,
}

impl Report {
    /// Returns the number of rows with this outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        let rows = self.rows.iter().filter(|row| row.outcome == outcome);
        rows.count()
    }
}

/// Imports rows into an organisation, or without one, each row into the organisation that it names. Writes all rows or
/// none. If a row fails, the others are still checked.
pub async fn import(
    app: &App,
    viewer: &Viewer,
    organisation: Option<OrganisationId>,
    entries: Vec<Entry>,
    how: How,
) -> Result<Report, Error> {
    viewer.signed_in()?;
    if let Some(id) = organisation {
        resource::get(&app.database.read, viewer, id).await?;
        rules::may_import(viewer, id.0)?;
    }
    let transaction = app.database.begin().await?;
    if let Some(id) = organisation {
        // A concurrent import of the same file waits for this lock, and then finds nothing left to do.
        let found = organisations::service::lock(&transaction, id.0).await?;
        organisations::rules::is_active(&found, "organisationId")?;
    }
    let mut import = Import {
        app,
        viewer: viewer.clone(),
        transaction: &transaction,
        organisation,
        how,
        homes: HashMap::new(),
        seen: HashMap::new(),
    };
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        rows.push(Box::pin(import.row(entry)).await?);
    }
    let faulty = rows.iter().filter(|row| !row.errors.is_empty()).count();
    let errors_of_each = (rules::MAX_ERRORS / faulty.max(1)).max(1);
    for row in &mut rows {
        row.errors.truncate(errors_of_each);
    }
    let failed = rows.iter().any(|row| row.outcome == Outcome::Failed);
    let written = !failed && !how.dry_run;
    if written {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
        // The rollback has removed created listings and undone changes, so their rows are not reported.
        for row in &mut rows {
            row.listing = row
                .listing
                .take()
                .filter(|_| row.outcome == Outcome::Unchanged);
        }
    }
    Ok(Report { written, rows })
}

/// State of a running import.
struct Import<'a> {
    app: &'a App,
    /// Viewer, with the memberships of organisations that the import creates.
    viewer: Viewer,
    transaction: &'a Transaction,
    organisation: Option<OrganisationId>,
    how: How,
    /// Organisations that represent those of another platform, by name.
    homes: HashMap<String, OrganisationId>,
    /// First row with each external reference.
    seen: HashMap<(Uuid, String), i32>,
}

impl Import<'_> {
    async fn row(&mut self, entry: Entry) -> Result<RowReport, Error> {
        if entry.members.is_empty() && !entry.faults.is_empty() {
            return Ok(RowReport {
                row: entry.row,
                outcome: Outcome::Failed,
                external_reference: None,
                listing: None,
                errors: entry.faults,
                warnings: entry.warnings,
            });
        }
        let mut checks = Validator::new();
        let mut reader = Reader::new(&entry.members, &mut checks);
        let (kind, reference) = (reader.kind(), reader.reference());
        let done = self.write(&entry, kind, reference.as_deref(), checks).await;
        let (outcome, listing, errors) = match done {
            Ok((outcome, listing)) => (outcome, Some(listing), Vec::new()),
            Err(Error::Refused(errors)) => (Outcome::Failed, None, errors),
            Err(error) => return Err(error),
        };
        let errors = errors.into_iter().map(|error| UserError {
            field: error.field.map(columns::path),
            ..error
        });
        Ok(RowReport {
            row: entry.row,
            outcome,
            external_reference: reference,
            listing,
            errors: errors.collect(),
            warnings: entry.warnings,
        })
    }

    async fn write(
        &mut self,
        entry: &Entry,
        kind: Option<listing::ListingKind>,
        reference: Option<&str>,
        mut checks: Validator,
    ) -> Result<(Outcome, listing::Model), Error> {
        for fault in &entry.faults {
            let _: Option<()> = checks.collect(Err(fault.clone()));
        }
        let organisation = self.home(entry.home.as_ref()).await?;
        let found = match reference {
            Some(reference) => {
                self.once(organisation, reference, entry.row, &mut checks);
                by_reference(self.transaction, organisation, reference).await?
            }
            None => None,
        };
        let before = found.as_ref().map(ListingContent::of);
        let mut said = before.clone().unwrap_or_else(|| ListingContent {
            partial_allowed: true,
            ..ListingContent::default()
        });
        let snapshot = self.app.reference.now();
        Reader::over(&entry.members, &mut checks).lay_over(&mut said, &snapshot);
        // A listing that was found by its own marketplace reference keeps its external reference, if it has one.
        said.external_reference = match (&found, reference) {
            (Some(row), Some(reference)) if row.reference == reference => {
                row.external_reference.clone()
            }
            _ => reference.map(str::to_owned),
        };
        checks.finish()?;
        let (Some(kind), now) = (kind, self.viewer.now) else {
            return Err(Error::NotFound);
        };
        let Some((row, before)) = found.zip(before) else {
            return self.create(kind, organisation, said).await;
        };
        if row.kind != kind {
            let message = "The listing with this reference has the other kind, which cannot be changed. Correct the kind, or use another reference.";
            return Err(UserError::at("kind", Code::Invalid, message).into());
        }
        let mut quiet = Validator::new();
        let same = said
            .clone()
            .check(&mut quiet, kind, Some(&before), &snapshot, now);
        let same =
            quiet.is_clean() && same.is_some_and(|same| same.content.changed(&before).is_empty());
        let drafted = row.state == ListingState::Draft && self.how.publish;
        if same && !drafted {
            return Ok((Outcome::Unchanged, row));
        }
        self.update(row, said).await
    }

    async fn create(
        &self,
        kind: listing::ListingKind,
        organisation: OrganisationId,
        content: ListingContent,
    ) -> Result<(Outcome, listing::Model), Error> {
        let publish = self.how.publish;
        let draft = Draft {
            kind,
            organisation,
            content,
            publish,
            like: None,
        };
        let step = self.transaction.savepoint().await?;
        let row = service::create_in(self.app, &step, &self.viewer, draft).await?;
        step.commit().await?;
        Ok((Outcome::Created, row))
    }

    async fn update(
        &self,
        row: listing::Model,
        content: ListingContent,
    ) -> Result<(Outcome, listing::Model), Error> {
        let state = listings::state_at(&row, self.viewer.now);
        if matches!(state, ListingState::Closed | ListingState::Expired) {
            let message = format!(
                "The listing with this reference is {}. Renew or reopen it first, or remove this row.",
                format!("{state:?}").to_uppercase()
            );
            return Err(UserError::at("externalReference", Code::InvalidState, message).into());
        }
        // The savepoint keeps the transaction usable if this step fails, on PostgreSQL too.
        let step = self.transaction.savepoint().await?;
        let id = ListingId::new(row.id);
        let edit = move |before: &mut ListingContent| *before = content;
        let mut changed =
            service::update_in(self.app, &step, &self.viewer, id, row.version, edit).await?;
        if self.how.publish && changed.state == ListingState::Draft {
            changed = transitions::publish_in(self.app, &step, &self.viewer, id, None).await?;
        }
        step.commit().await?;
        Ok((Outcome::Updated, changed))
    }

    /// Adds a problem if an earlier row has the same reference.
    fn once(
        &mut self,
        organisation: OrganisationId,
        reference: &str,
        row: i32,
        checks: &mut Validator,
    ) {
        let first = *self
            .seen
            .entry((organisation.0, reference.to_owned()))
            .or_insert(row);
        let message = format!("Row {first} has the same reference. Use each reference once.");
        checks.require(
            first == row,
            "externalReference",
            Code::AlreadyExists,
            message,
        );
    }

    /// Returns the organisation of a row. An organisation that represents another platform is found by its name among
    /// those of the viewer, or created.
    async fn home(&mut self, home: Option<&Home>) -> Result<OrganisationId, Error> {
        if let Some(id) = self.organisation {
            return Ok(id);
        }
        let Some(home) = home else {
            let message = "Enter the kind of organisation that posted the listing.";
            return Err(UserError::at("organisationKind", Code::Required, message).into());
        };
        if let Some(id) = self.homes.get(&home.name) {
            return Ok(*id);
        }
        let own = organisation::Entity::find()
            .filter(organisation::Column::Name.eq(&home.name))
            .filter(organisation::Column::State.eq(OrganisationState::Active))
            .filter(organisation::Column::Id.is_in(self.viewer.organisations()));
        let id = match own.one(self.transaction).await? {
            Some(found) => found.id,
            None => self.found(home).await?,
        };
        rules::may_import(&self.viewer, id)?;
        self.homes.insert(home.name.clone(), Id::new(id));
        Ok(Id::new(id))
    }

    async fn found(&mut self, home: &Home) -> Result<Uuid, Error> {
        let profile = Profile {
            name: Some(home.name.clone()),
            kind: Some(home.kind),
            size: Some(home.size),
            areas: Some(home.areas.clone()),
            ..Profile::default()
        };
        let made =
            organisations::service::create_in(self.app, self.transaction, &self.viewer, profile)
                .await?;
        if let Who::Person(me) = &mut self.viewer.who {
            me.memberships.push((made.id, MembershipRole::Owner));
        }
        Ok(made.id)
    }
}

/// Returns the listing of an organisation with this external reference, or with this marketplace reference.
async fn by_reference(
    conn: &impl ConnectionTrait,
    organisation: OrganisationId,
    reference: &str,
) -> Result<Option<listing::Model>, Error> {
    Ok(listing::Entity::find()
        .filter(listing::Column::OrganisationId.eq(organisation.0))
        .filter(
            Condition::any()
                .add(listing::Column::ExternalReference.eq(reference))
                .add(listing::Column::Reference.eq(reference)),
        )
        .one(conn)
        .await?)
}
