//! Rows become listings: all of them, or none.

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
        validation::Checks, viewer::Who,
    },
    listings::{
        content::Particulars,
        rules as listings,
        service::{self, Draft, ListingId},
        transitions,
    },
    organisations::{self, rules::Profile},
};

/// The id of an organisation.
type OrganisationId = Id<organisation::Entity>;

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Only report what would happen.
    pub dry_run: bool,
    /// Publish what is new, and what is a draft still.
    pub publish: bool,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It made a listing.
    Created,
    /// It changed a listing.
    Updated,
    /// The listing says all of it already.
    Unchanged,
    /// Something is wrong with it.
    Failed,
}

/// What became of a row, or would have.
#[derive(Debug)]
pub struct RowReport {
    /// Which row.
    pub row: i32,
    /// What became of it.
    pub outcome: Outcome,
    /// Its reference, if it has one.
    pub external_reference: Option<String>,
    /// Its listing, if there is one after the import.
    pub listing: Option<listing::Model>,
    /// What is wrong with it.
    pub errors: Vec<UserError>,
    /// What was taken for something else on the way.
    pub warnings: Vec<String>,
}

/// What became of a file.
#[derive(Debug)]
pub struct Report {
    /// Whether anything was written.
    pub written: bool,
    /// What became of each row.
    pub rows: Vec<RowReport>,
}

impl Report {
    /// How many rows came to this.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        let rows = self.rows.iter().filter(|row| row.outcome == outcome);
        rows.count()
    }
}

/// Imports rows into an organisation; without one, each into the organisation that it names. All are written, or
/// none: where one fails, the others are still looked at.
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
        // Who imports the same file at the same moment waits, and then finds that nothing is left to do.
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
    let errors_of_each = (rules::MOST_ERRORS / faulty.max(1)).max(1);
    for row in &mut rows {
        row.errors.truncate(errors_of_each);
    }
    let failed = rows.iter().any(|row| row.outcome == Outcome::Failed);
    let written = !failed && !how.dry_run;
    if written {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
        // What was made a moment ago is not there any more, and what was changed is as it was.
        for row in &mut rows {
            row.listing = row
                .listing
                .take()
                .filter(|_| row.outcome == Outcome::Unchanged);
        }
    }
    Ok(Report { written, rows })
}

/// An import under way.
struct Import<'a> {
    app: &'a App,
    /// Grows by the organisations that are made.
    viewer: Viewer,
    transaction: &'a Transaction,
    organisation: Option<OrganisationId>,
    how: How,
    /// Organisations that stand for those of another platform, by name.
    homes: HashMap<String, OrganisationId>,
    /// The row in which each reference stood first.
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
        let mut checks = Checks::new();
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
        mut checks: Checks,
    ) -> Result<(Outcome, listing::Model), Error> {
        for fault in &entry.faults {
            let _: Option<()> = checks.keep(Err(fault.clone()));
        }
        let organisation = self.home(entry.home.as_ref()).await?;
        let found = match reference {
            Some(reference) => {
                self.once(organisation, reference, entry.row, &mut checks);
                by_reference(self.transaction, organisation, reference).await?
            }
            None => None,
        };
        let before = found.as_ref().map(Particulars::of);
        let mut said = before.clone().unwrap_or_else(|| Particulars {
            partial_allowed: true,
            ..Particulars::default()
        });
        let snapshot = self.app.reference.now();
        Reader::over(&entry.members, &mut checks).lay_over(&mut said, &snapshot);
        // One that came by our own reference keeps the one of its organisation's, if it has any.
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
            let message = "The listing with this reference is of the other kind, which stays.";
            return Err(UserError::at("kind", Code::Invalid, message).into());
        }
        let mut quiet = Checks::new();
        let same = said
            .clone()
            .check(&mut quiet, kind, Some(&before), &snapshot, now);
        let same =
            quiet.is_clean() && same.is_some_and(|same| same.said.changed(&before).is_empty());
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
        said: Particulars,
    ) -> Result<(Outcome, listing::Model), Error> {
        let publish = self.how.publish;
        let draft = Draft {
            kind,
            organisation,
            said,
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
        said: Particulars,
    ) -> Result<(Outcome, listing::Model), Error> {
        let state = listings::state_at(&row, self.viewer.now);
        if matches!(state, ListingState::Closed | ListingState::Expired) {
            let message = format!(
                "The listing with this reference is {}. Renew or reopen it first, or leave the row out.",
                format!("{state:?}").to_uppercase()
            );
            return Err(UserError::at("externalReference", Code::InvalidState, message).into());
        }
        // A step that fails leaves the transaction as it was, on PostgreSQL too.
        let step = self.transaction.savepoint().await?;
        let id = ListingId::new(row.id);
        let edit = move |before: &mut Particulars| *before = said;
        let mut changed =
            service::update_in(self.app, &step, &self.viewer, id, row.version, edit).await?;
        if self.how.publish && changed.state == ListingState::Draft {
            changed = transitions::publish_in(self.app, &step, &self.viewer, id, None).await?;
        }
        step.commit().await?;
        Ok((Outcome::Updated, changed))
    }

    /// Notes a reference that stood in an earlier row.
    fn once(
        &mut self,
        organisation: OrganisationId,
        reference: &str,
        row: i32,
        checks: &mut Checks,
    ) {
        let first = *self
            .seen
            .entry((organisation.0, reference.to_owned()))
            .or_insert(row);
        let message = format!("Row {first} has this reference too.");
        checks.demand(
            first == row,
            "externalReference",
            Code::AlreadyExists,
            message,
        );
    }

    /// Whose listing it is to be. What stands for an organisation of another platform is found by its name among
    /// those of the viewer, or made.
    async fn home(&mut self, home: Option<&Home>) -> Result<OrganisationId, Error> {
        if let Some(id) = self.organisation {
            return Ok(id);
        }
        let Some(home) = home else {
            let message = "Say which organisation it belongs to.";
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

/// The listing that an organisation knows by a reference of its own, or that was exported under ours.
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
