//! Demo events: the data file, and the calls that create them.

use std::collections::HashMap;

use chrono::{Duration, NaiveTime, TimeZone};
use chrono_tz::Europe::London;
use entity::{
    event::{self, AttendanceMode, EventKind, RegistrationMode},
    listing::Audience,
    organisation,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

use super::load::{World, known};
use crate::{
    events::{
        content::EventContent,
        recurrence::Recurrence,
        registrations::{check_in, service as registrations},
        reservations::service as reservations,
        series,
        service::{self, Draft, EventId},
    },
    kit::{Error, Id, OrInternal, clock},
    listings::{raised_at, service::ListingId},
    locations::rules::Address,
};

const EVENTS: &str = include_str!("../../data/demo/events.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFile {
    event: Vec<Gathering>,
}

/// An event with its registrations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gathering {
    title: String,
    description: String,
    kind: EventKind,
    organisation: String,
    by: String,
    days_ago: i64,
    day: i64,
    time: String,
    hours: i64,
    venue: Option<String>,
    town: Option<String>,
    online_url: Option<String>,
    areas: Vec<String>,
    priority_areas: Vec<String>,
    capacity: Option<i32>,
    rule: Option<String>,
    #[serde(default)]
    held: Vec<Held>,
    #[serde(default)]
    registered: Vec<Guest>,
    #[serde(default)]
    came: Vec<String>,
    #[serde(default)]
    raised: Vec<Raised>,
}

/// A listing that was raised at the event, and the person who records that.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raised {
    listing: String,
    by: String,
}

/// Places reserved for an organisation. `days_before` is the number of days before the event when they are released.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    organisation: String,
    label: Option<String>,
    places: i32,
    days_before: i64,
}

/// A person who registers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guest {
    person: String,
    places: Option<i32>,
}

impl World<'_> {
    /// Creates all events, with reservations, registrations, check-ins and raised listings.
    pub(super) async fn gather(
        &self,
        organisations: &HashMap<String, Id<organisation::Entity>>,
        listings: &HashMap<String, ListingId>,
    ) -> Result<(), Error> {
        let file: EventFile = toml::from_str(EVENTS).internal()?;
        for mut gathering in file.event {
            let (guests, came) = (
                std::mem::take(&mut gathering.registered),
                std::mem::take(&mut gathering.came),
            );
            let held = std::mem::take(&mut gathering.held);
            let raised = std::mem::take(&mut gathering.raised);
            let (host, days_ago) = (gathering.by.clone(), gathering.days_ago);
            let Some(row) = self.announce(gathering, organisations).await? else {
                continue;
            };
            self.hold(&row, (&host, days_ago), held, organisations)
                .await?;
            self.fill(&row, guests, days_ago).await?;
            self.open_doors(&row, &host, came).await?;
            for Raised { listing, by } in raised {
                let (viewer, listing) = (self.viewer(&by, 0).await?, *known(listings, &listing)?);
                let event = Some(EventId::new(row.id));
                raised_at::service::set_event(self.app, &viewer, listing, event).await?;
            }
        }
        Ok(())
    }

    /// Creates and schedules an event or a series. Returns the row of an event, and `None` for a series.
    async fn announce(
        &self,
        gathering: Gathering,
        organisations: &HashMap<String, Id<organisation::Entity>>,
    ) -> Result<Option<event::Model>, Error> {
        let viewer = self.viewer(&gathering.by, gathering.days_ago).await?;
        let organisation = *known(organisations, &gathering.organisation)?;
        let rule = gathering.rule.clone();
        let draft = Draft {
            organisation,
            content: self.content(gathering)?,
            schedule: true,
        };
        if let Some(rule) = rule {
            let recurrence = Recurrence {
                rule,
                exceptions: Vec::new(),
            };
            series::create(self.app, &viewer, draft, recurrence, None).await?;
            return Ok(None);
        }
        let row = service::create(self.app, &viewer, draft, None).await?;
        Ok(Some(row))
    }

    fn content(&self, gathering: Gathering) -> Result<EventContent, Error> {
        let day = clock::local_day(self.now) + Duration::days(gathering.day);
        let time = NaiveTime::parse_from_str(&gathering.time, "%H:%M").internal()?;
        let local = London.from_local_datetime(&day.and_time(time)).earliest();
        let starts_at = local.ok_or_else(|| {
            Error::internal("the demo data contains a local time that does not exist on that day")
        })?;
        let starts_at = starts_at.to_utc();
        let attendance_mode = match (&gathering.venue, &gathering.online_url) {
            (Some(_), None) => AttendanceMode::InPerson,
            (Some(_), Some(_)) => AttendanceMode::Hybrid,
            _ => AttendanceMode::Online,
        };
        let registration = match gathering.capacity {
            Some(_) => RegistrationMode::Event,
            None => RegistrationMode::None,
        };
        Ok(EventContent {
            kind: gathering.kind,
            title: gathering.title,
            description: gathering.description,
            attendance_mode,
            starts_at,
            ends_at: starts_at + Duration::hours(gathering.hours),
            time_zone: "Europe/London".into(),
            venue_name: gathering.venue,
            place: Address {
                town: gathering.town,
                ..Address::default()
            },
            access_features: Vec::new(),
            access_information: None,
            online_url: gathering.online_url,
            areas: gathering.areas,
            priority_areas: gathering.priority_areas,
            audience: Audience::Public,
            partners: Vec::new(),
            sessions: Vec::new(),
            registration,
            capacity: gathering.capacity,
            guests_welcome: None,
            registration_opens_at: None,
            registration_closes_at: None,
            place_offer_response_hours: 24,
            max_places_per_registration: 5,
            questions: Vec::new(),
        })
    }

    async fn hold(
        &self,
        row: &event::Model,
        (host, days_ago): (&str, i64),
        held: Vec<Held>,
        organisations: &HashMap<String, Id<organisation::Entity>>,
    ) -> Result<(), Error> {
        let viewer = self.viewer(host, days_ago).await?;
        for held in held {
            let wish = reservations::NewReservation {
                event: EventId::new(row.id),
                session: None,
                organisation: Some(*known(organisations, &held.organisation)?),
                addresses: Vec::new(),
                label: held.label,
                places: held.places,
                release_at: row.starts_at - Duration::days(held.days_before),
            };
            reservations::reserve(self.app, &viewer, wish, None).await?;
        }
        Ok(())
    }

    async fn fill(
        &self,
        row: &event::Model,
        guests: Vec<Guest>,
        days_ago: i64,
    ) -> Result<(), Error> {
        for (guest, at) in guests.into_iter().zip(1..) {
            let mut viewer = self.viewer(&guest.person, days_ago).await?;
            viewer.now += Duration::hours(at);
            let asked = registrations::NewRegistration {
                event: EventId::new(row.id),
                session: None,
                organisation: None,
                places: guest.places.unwrap_or(1),
                answers: Vec::new(),
                access_needs: None,
            };
            registrations::register(self.app, &viewer, asked, None).await?;
        }
        Ok(())
    }

    /// Records attendance of an event that is over: checks the attendees in, and records the others as no-shows.
    async fn open_doors(
        &self,
        row: &event::Model,
        host: &str,
        came: Vec<String>,
    ) -> Result<(), Error> {
        if row.ends_at > self.now {
            return Ok(());
        }
        let mut desk = self.viewer(host, 0).await?;
        desk.now = row.starts_at + Duration::minutes(5);
        for person in came {
            let guest = self.viewer(&person, 0).await?;
            let found = entity::registration::Entity::find()
                .filter(entity::registration::Column::EventId.eq(row.id))
                .filter(entity::registration::Column::PersonId.eq(guest.person_id()))
                .one(&self.app.database.read)
                .await?
                .ok_or(Error::NotFound)?;
            check_in::check_in(self.app, &desk, EventId::new(row.id), &found.code).await?;
        }
        check_in::record_no_shows(self.app, &desk, EventId::new(row.id)).await?;
        Ok(())
    }
}
