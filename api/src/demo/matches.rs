//! Creates the demo matches by service calls, each by a person who has the permission.

use std::collections::HashMap;

use chrono::Duration;
use entity::{
    fulfilment, match_step::DisputeOutcome, match_step::MatchReason, matching, organisation,
};

use super::{
    load::{World, known},
    match_files::{Act, Step, Story},
};
use crate::{
    kit::{Error, Id, Viewer, clock},
    listings::{content::Amount, service::ListingId},
    matches::{
        fulfilments::{ending, service as deliveries},
        negotiation,
        persist::MatchId,
        service as proposals,
        thanks::service as thanks,
    },
};

/// Number of days until the answer is due, if the data file does not set it.
const ANSWER_IN: i64 = 10;

/// State of a match while its steps are performed.
struct Told {
    id: MatchId,
    terms_version: i32,
    delivery: Option<Id<fulfilment::Entity>>,
    thanks: Option<thanks::ThanksId>,
}

impl World<'_> {
    /// Creates every match and performs its steps.
    pub(super) async fn match_up(
        &self,
        stories: Vec<Story>,
        organisations: &HashMap<String, Id<organisation::Entity>>,
        listings: &HashMap<String, ListingId>,
    ) -> Result<(), Error> {
        for mut story in stories {
            let steps = std::mem::take(&mut story.steps);
            let row = self.propose(story, organisations, listings).await?;
            let mut told = Told {
                id: MatchId::new(row.id),
                terms_version: row.terms_version,
                delivery: None,
                thanks: None,
            };
            for (step, at) in steps.into_iter().zip(1..) {
                // Gives steps on the same day increasing times.
                let mut viewer = self.viewer(&step.by, step.days_ago).await?;
                viewer.now += Duration::minutes(at * 20 - 300);
                self.perform_step(&viewer, step, &mut told).await?;
            }
        }
        Ok(())
    }

    async fn propose(
        &self,
        story: Story,
        organisations: &HashMap<String, Id<organisation::Entity>>,
        listings: &HashMap<String, ListingId>,
    ) -> Result<matching::Model, Error> {
        let mut viewer = self.viewer(&story.by, story.days_ago).await?;
        viewer.now -= Duration::minutes(300);
        let mut said = story.terms.said(clock::local_day(self.now))?;
        let answer_in = story.answer_by_day.unwrap_or(ANSWER_IN);
        said.answer_by = Some(self.now + Duration::days(answer_in));
        match (
            story.listing,
            story.organisation,
            story.offer,
            story.request,
        ) {
            (Some(listing), Some(organisation), None, None) => {
                let listing = *known(listings, &listing)?;
                let organisation = *known(organisations, &organisation)?;
                proposals::respond(self.app, &viewer, listing, organisation, said, None).await
            }
            (None, None, Some(offer), Some(request)) => {
                let pair = (*known(listings, &offer)?, *known(listings, &request)?);
                proposals::propose(self.app, &viewer, pair, said, None).await
            }
            _ => Err(Error::internal(
                "a demo match must name a listing and a responding organisation, or an offer and a request",
            )),
        }
    }

    async fn perform_step(
        &self,
        viewer: &Viewer,
        step: Step,
        told: &mut Told,
    ) -> Result<(), Error> {
        let (app, id, version) = (self.app, told.id, told.terms_version);
        let (note, today) = (step.note, clock::local_day(self.now));
        let quantity = step.quantity.map(Amount::try_from).transpose()?;
        let reason = step.reason.unwrap_or(MatchReason::NoReason);
        let text = note.clone().unwrap_or_default();
        match step.act {
            Act::Counter => {
                let mut said = step.terms.said(today)?;
                said.answer_by = Some(self.now + Duration::days(ANSWER_IN));
                let row = negotiation::counter(app, viewer, id, version, said).await?;
                told.terms_version = row.terms_version;
            }
            Act::Approve => drop(negotiation::approve(app, viewer, id, version, note).await?),
            Act::Accept => drop(negotiation::accept(app, viewer, id, version).await?),
            Act::Withdraw => drop(negotiation::withdraw(app, viewer, id, note).await?),
            Act::Decline => {
                negotiation::decline(app, viewer, id, version, reason, note).await?;
            }
            Act::Record => {
                let said = deliveries::NewDelivery {
                    quantity,
                    delivered_on: None,
                    last: step.last,
                    note,
                    evidence: Vec::new(),
                };
                let row = deliveries::record(app, viewer, id, said, None).await?;
                told.delivery = Some(Id::new(row.id));
            }
            Act::Confirm => {
                let delivery = told.delivery.ok_or(Error::NotFound)?;
                deliveries::confirm(app, viewer, delivery, quantity, note).await?;
            }
            Act::Dispute => drop(ending::dispute(app, viewer, id, &text).await?),
            Act::Resolve => {
                let outcome = step.outcome.unwrap_or(DisputeOutcome::ConfirmedAsClaimed);
                ending::resolve(app, viewer, id, outcome, quantity, &text).await?;
            }
            Act::Cancel => drop(ending::cancel(app, viewer, id, reason, note).await?),
            Act::Return => drop(ending::mark_returned(app, viewer, id).await?),
            Act::Thank => {
                let row = thanks::give(app, viewer, id, &text, step.public).await?;
                told.thanks = Some(Id::new(row.id));
            }
            Act::Publish => {
                let latest = told.thanks.ok_or(Error::NotFound)?;
                thanks::publish(app, viewer, latest).await?;
            }
        }
        Ok(())
    }
}
