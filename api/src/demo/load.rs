//! Loads the demo data by service calls, in a plausible order of time.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entity::{
    listing::{self, CloseReason, ListingState},
    organisation::{self, VerificationMethod, VerificationStatus},
};

use super::{PASSWORD, files, match_files};
use crate::{
    App, accounts, events,
    kit::{Error, Id, Viewer, clock, viewer::Who},
    listings::{
        self,
        service::{Draft, ListingId},
    },
    matches,
    organisations::{self, invitations, rules::Profile},
};

/// Number of days ago when people registered.
const SIGNED_UP: i64 = 400;
/// Number of days ago when organisations were created and their members joined.
const FOUNDED: i64 = 390;
/// Number of days ago when staff verified organisations.
const VERIFIED: i64 = 380;
/// Number of days ago when drafts were written.
const DRAFTED: i64 = 2;

/// Key of the administrator who verifies organisations.
const ADMINISTRATOR: &str = "admin";

/// Loads all demo data.
pub async fn everything(app: &App) -> Result<(), Error> {
    let files::All {
        people,
        organisations,
        listings,
    } = files::read()?;
    let world = World {
        app,
        now: clock::now(),
        emails: people
            .iter()
            .map(|person| (person.key.clone(), person.email.clone()))
            .collect(),
    };
    world.sign_up(people).await?;
    let organisations = world.found(organisations).await?;
    let listings = world.post(listings, &organisations).await?;
    let stories = match_files::read()?;
    world.match_up(stories, &organisations, &listings).await?;
    world.gather(&organisations, &listings).await?;
    // Runs the jobs of the worker, which record what has expired since publication or proposal.
    listings::jobs::run(app, &Viewer::system()).await?;
    matches::jobs::run(app, &Viewer::system()).await?;
    events::jobs::run(app, &Viewer::system()).await?;
    Ok(())
}

/// State of loading: the application, the current time, and email addresses by the keys of people.
pub(super) struct World<'a> {
    pub(super) app: &'a App,
    pub(super) now: DateTime<Utc>,
    emails: HashMap<String, String>,
}

impl World<'_> {
    async fn sign_up(&self, people: Vec<files::Person>) -> Result<(), Error> {
        let then = self.ago(SIGNED_UP);
        let system = Viewer {
            now: then,
            who: Who::System,
        };
        // All accounts share one hash, because the password is public.
        let hash = self.app.passwords.hash(PASSWORD.into(), Vec::new()).await?;
        for person in people {
            let account =
                accounts::rules::new_account(&person.email, &person.display_name, PASSWORD)?;
            let id = accounts::service::enrol(self.app, then, account, hash.clone()).await?;
            for role in person.platform_roles {
                accounts::service::set_role(self.app, &system, Id::new(id), role, true).await?;
            }
        }
        Ok(())
    }

    async fn found(
        &self,
        files: Vec<files::Organisation>,
    ) -> Result<HashMap<String, Id<organisation::Entity>>, Error> {
        let administrator = self.viewer(ADMINISTRATOR, VERIFIED).await?;
        let mut found = HashMap::new();
        for file in files {
            let Some((first, others)) = file.members.split_first() else {
                return Err(Error::internal(format!("{} has no owner", file.key)));
            };
            let founder = self.viewer(&first.person, FOUNDED).await?;
            let mut row =
                organisations::service::create(self.app, &founder, file.profile(), None).await?;
            let id = Id::new(row.id);
            if let Some(parent) = &file.parent {
                let parent = Profile {
                    parent: Some(Some(*known(&found, parent)?)),
                    ..Profile::default()
                };
                let version = row.version;
                row = organisations::service::update(self.app, &administrator, id, version, parent)
                    .await?;
            }
            for member in others {
                self.admit(id, &first.person, member).await?;
            }
            if file.verified {
                let (status, method) = (VerificationStatus::Verified, VerificationMethod::Staff);
                organisations::service::verify(
                    self.app,
                    &administrator,
                    id,
                    row.version,
                    status,
                    Some(method),
                )
                .await?;
            }
            found.insert(file.key, id);
        }
        Ok(found)
    }

    async fn admit(
        &self,
        organisation: Id<organisation::Entity>,
        owner: &str,
        member: &files::Member,
    ) -> Result<(), Error> {
        let owner = self.viewer(owner, FOUNDED).await?;
        let (_, token) =
            invitations::service::create(self.app, &owner, organisation, member.role, 7).await?;
        let guest = self.viewer(&member.person, FOUNDED).await?;
        invitations::service::accept(self.app, &guest, &token).await?;
        Ok(())
    }

    async fn post(
        &self,
        files: Vec<files::Listing>,
        organisations: &HashMap<String, Id<organisation::Entity>>,
    ) -> Result<HashMap<String, ListingId>, Error> {
        let mut ids = HashMap::new();
        let mut posters: HashMap<String, Viewer> = HashMap::new();
        for (file, at) in files.into_iter().zip(0..) {
            if !posters.contains_key(&file.posted_by) {
                let poster = self.viewer(&file.posted_by, 0).await?;
                posters.insert(file.posted_by.clone(), poster);
            }
            let mut poster = known(&posters, &file.posted_by)?.clone();
            // Spreads the listings over the day.
            let earlier = Duration::minutes(at * 37 % 600);
            poster.now = self.ago(file.published_days_ago.unwrap_or(DRAFTED)) - earlier;
            let organisation = *known(organisations, &file.organisation)?;
            let key = file.key.clone();
            let id = self.list(file, poster, organisation).await?;
            ids.extend(key.map(|key| (key, id)));
        }
        Ok(ids)
    }

    async fn list(
        &self,
        file: files::Listing,
        mut poster: Viewer,
        organisation: Id<organisation::Entity>,
    ) -> Result<ListingId, Error> {
        let (state, reason) = (file.state, file.close_reason);
        let draft = Draft {
            kind: file.kind,
            organisation,
            publish: file.published_days_ago.is_some(),
            content: file.content(clock::local_day(self.now))?,
            like: None,
        };
        let row = listings::service::create(self.app, &poster, draft, None).await?;
        poster.now = self.halfway(&row);
        let id = ListingId::new(row.id);
        match state {
            ListingState::Draft | ListingState::Published | ListingState::Expired => {}
            ListingState::Paused => {
                listings::transitions::pause(self.app, &poster, id, None).await?;
            }
            ListingState::Closed => {
                let reason = reason.unwrap_or(CloseReason::Withdrawn);
                listings::transitions::close(self.app, &poster, id, None, reason).await?;
            }
        }
        Ok(id)
    }

    /// Returns the time halfway between creation and now, or the closing time if that is earlier.
    fn halfway(&self, row: &listing::Model) -> DateTime<Utc> {
        let length = self.now.min(row.closes_at) - row.created_at;
        row.created_at + Duration::microseconds(length.num_microseconds().unwrap_or(0) / 2)
    }

    /// Returns a person as the viewer, `days` days ago.
    pub(super) async fn viewer(&self, key: &str, days: i64) -> Result<Viewer, Error> {
        accounts::service::acting_as(self.app, self.ago(days), known(&self.emails, key)?).await
    }

    fn ago(&self, days: i64) -> DateTime<Utc> {
        self.now - Duration::days(days)
    }
}

/// Returns the value with this key, or an internal error if the data files do not define it.
pub(super) fn known<'a, T>(things: &'a HashMap<String, T>, key: &str) -> Result<&'a T, Error> {
    let missing = || {
        Error::internal(format!(
            "the demo data refers to {key}, which it does not define"
        ))
    };
    things.get(key).ok_or_else(missing)
}
