//! Events of Elm Works, each at the point where an act can be tried on it; what is unseen is Beech House's.

use super::world::{County, done, make, quoted};
use crate::support::Caller;

/// What every event here says, in full.
const PARTICULARS: &str = "kind: SHOWCASE, description: \"Meet those who share what they have.\", attendanceMode: HYBRID,
    startsAt: \"2028-05-04T09:00:00Z\", endsAt: \"2028-05-04T12:00:00Z\", areas: [\"elmbridge\"],
    venue: {name: \"Esher Hall\", place: {addressLines: [\"1 High Street\"], town: \"Esher\", postcode: \"KT10 9AA\",
        point: {latitude: 51.37, longitude: -0.36}}, accessFeatures: [HEARING_LOOP], accessInformation: \"Ring the bell.\"},
    onlineUrl: \"https://meet.example.org/elm\", priorityAreas: [\"sustainable-economy\"],
    sessions: [{title: \"Offers\", description: \"Five minutes each.\", room: \"The Red Room\",
        startsAt: \"2028-05-04T10:00:00Z\", endsAt: \"2028-05-04T11:00:00Z\"}],
    registrationMode: EVENT, capacity: 100, registrationOpensAt: \"2026-01-01T00:00:00Z\",
    questions: [{code: \"diet\", label: \"What do you eat?\", choices: [\"Anything\", \"Vegetables\"]}]";

impl County {
    /// Drafts an event for an organisation, `more` being further input, and gives its id.
    pub async fn event(&self, by: &Caller, organisation: &str, more: &str) -> String {
        let input = self.event_input(organisation, more);
        make(by, &format!("createEvent(input: {input})"), "event").await
    }

    fn event_input(&self, organisation: &str, more: &str) -> String {
        let partners = if more.contains("partners:") {
            String::new()
        } else {
            format!("partners: [{}],", self.named("beech"))
        };
        format!(
            "{{organisationId: {}, title: \"Fair number {}\", {partners} {PARTICULARS} {more}}}",
            self.named(organisation),
            self.number(),
        )
    }

    async fn series(&self, by: &Caller, organisation: &str, more: &str) -> String {
        let input = self.event_input(organisation, more);
        let rule = "{rule: \"FREQ=WEEKLY;COUNT=3\", exceptDates: [\"2028-05-11\"]}";
        let create = format!("createEventSeries(input: {{event: {input}, recurrence: {rule}}})");
        make(by, &create, "series").await
    }

    /// One of every kind: an event of a series that was rescheduled, one that was postponed, and drafts.
    pub async fn events(&mut self) {
        let (poster, foreigner) = (self.poster.clone(), self.foreigner.clone());
        let elm = "organisation";
        let series = self.series(&poster, elm, "schedule: true").await;
        let read = format!(
            "{{ node(id: {series:?}) {{ ... on EventSeries {{ events {{ nodes {{ id reference sessions {{ id }} }} }} }} }} }}"
        );
        let found = poster.ask(&read, serde_json::json!({})).await;
        let at = |path: &str| found.text(&format!("node.events.nodes.0.{path}"));
        let event = at("id");
        let again = format!(
            "rescheduleEvent(input: {{id: {event:?}, startsAt: \"2028-06-01T09:00:00Z\", endsAt: \"2028-06-01T12:00:00Z\"}})"
        );
        make(&poster, &again, "event").await;
        let beech = self.named("beech").trim_matches('"').to_owned();
        crate::events::becomes_partner(&foreigner, &beech, &event)
            .await
            .at("act.event");
        self.attendance(&event).await;
        let postponed = self.event(&poster, elm, "schedule: true").await;
        let stop = format!("postponeEvent(input: {{id: {postponed:?}, notice: \"Flooded.\"}})");
        make(&poster, &stop, "event").await;
        for listing in ["published", "request"] {
            let listing = self.named(listing);
            let raised =
                format!("setListingEvent(input: {{listingId: {listing}, eventId: {event:?}}})");
            make(&poster, &raised, "listing").await;
        }
        let (session, reference) = (at("sessions.0.id"), at("reference"));
        let drafted = self.event(&poster, elm, "").await;
        let unseen = self.event(&foreigner, "beech", "").await;
        let read = "{ node(id: $id) { ... on Event { sessions { id } } } }";
        let read = read.replace("$id", &quoted(&unseen));
        let unseen_session = foreigner.ask(&read, serde_json::json!({})).await;
        for (name, id) in [
            ("eventSeries", series),
            ("event", event),
            ("eventSession", session),
            ("eventReference", reference),
            ("eventPostponed", postponed),
            ("eventDraft", drafted),
            ("unseenEvent", unseen),
            ("unseenSession", unseen_session.text("node.sessions.0.id")),
            ("unseenSeries", self.series(&foreigner, "beech", "").await),
        ] {
            self.know(name, &id);
        }
    }

    /// The owner follows Elm Works, and an area; somebody else follows what is theirs.
    pub async fn calendars(&mut self) {
        let elm = format!(
            "scope: ORGANISATION, organisationId: {}",
            self.named("organisation")
        );
        let of_elm = self.calendar(self.owner(), &elm).await;
        let of_area = self
            .calendar(self.owner(), "scope: AREA, area: \"elmbridge\"")
            .await;
        let unseen = self.calendar(&self.foreigner, "scope: OWN").await;
        for (name, id) in [
            ("calendar", of_elm),
            ("calendarOfArea", of_area),
            ("unseenCalendar", unseen),
        ] {
            self.know(name, &id);
        }
    }

    async fn calendar(&self, who: &Caller, more: &str) -> String {
        make(
            who,
            &format!("createCalendar(input: {{{more}}})"),
            "calendar",
        )
        .await
    }

    /// Somebody of Beech House comes to the event of Elm Works, and to one of their own.
    async fn attendance(&mut self, event: &str) {
        let foreigner = self.foreigner.clone();
        let (elm, beech) = (self.named("organisation"), self.named("beech"));
        for (name, whom) in [
            ("placeReservation", format!("organisationId: {beech}")),
            ("ownPlaceReservation", format!("organisationId: {elm}")),
            (
                "listedReservation",
                "addresses: [\"ann@example.org\"]".into(),
            ),
        ] {
            let id = self.held_places(&self.poster, event, &whom).await;
            self.know(name, &id);
        }
        let more = format!(
            "places: 2, organisationId: {}, accessNeeds: \"A ramp.\", answers: [{{question: \"diet\", answer: \"Anything\"}}]",
            self.named("beech")
        );
        let registration = self.registration(&foreigner, event, &more).await;
        self.know("registration", &registration);
        let drafted = self.event(&foreigner, "beech", "").await;
        let whom = format!("organisationId: {beech}");
        let unseen = self.held_places(&foreigner, &drafted, &whom).await;
        self.know("unseenReservation", &unseen);
        let guest = self.guest_place().await;
        self.know("guestLink", &guest);
        let code = format!("{{ guestRegistration(token: {guest:?}) {{ event {{ id }} }} }}");
        let theirs = self.poster.ask(&code, serde_json::json!({})).await;
        let of = format!(
            "{{ event(id: {:?}) {{ registrations {{ nodes {{ id }} }} }} }}",
            theirs.text("guestRegistration.event.id")
        );
        let found = self.poster.ask(&of, serde_json::json!({})).await;
        self.know(
            "guestRegistration",
            &found.text("event.registrations.nodes.0.id"),
        );
        let theirs = self.event(&foreigner, "beech", "schedule: true").await;
        let unseen = self.registration(&foreigner, &theirs, "").await;
        self.know("unseenRegistration", &unseen);
    }

    /// Places held for somebody, and the id of that.
    async fn held_places(&self, by: &Caller, event: &str, whom: &str) -> String {
        let reserve = format!(
            "reservePlaces(input: {{eventId: {event:?}, places: 3, releaseAt: \"2028-05-01T09:00:00Z\", label: \"Speakers\", {whom}}})"
        );
        make(by, &reserve, "reservation").await
    }

    async fn registration(&self, who: &Caller, event: &str, more: &str) -> String {
        let register = format!("registerForEvent(input: {{eventId: {event:?}, {more}}})");
        make(who, &register, "registration").await
    }

    /// A registration of somebody at some point of its story, made for one cell.
    async fn coming(&self, who: &Caller, point: &str) -> String {
        let event = self
            .event(&self.poster, "organisation", "schedule: true")
            .await;
        if point == "confirmed" {
            return self.registration(who, &event, "").await;
        }
        let act = |act: String| format!("{act} {{ userErrors {{ code }} }}");
        let only = act(format!(
            "updateEvent(input: {{id: {event:?}, version: 2, capacity: 1}})"
        ));
        done(&self.poster, &only).await;
        let first = self.registration(&self.founder, &event, "").await;
        let id = self.registration(who, &event, "").await;
        if point == "offered" {
            let leave = act(format!(
                "cancelRegistration(input: {{registrationId: {first:?}}})"
            ));
            done(&self.founder, &leave).await;
        } else {
            let more = act(format!(
                "updateEvent(input: {{id: {event:?}, version: 3, capacity: 2}})"
            ));
            done(&self.poster, &more).await;
        }
        id
    }

    /// An event or a series made for one cell.
    pub async fn gathering(&self, name: &str, column: &str) -> Option<String> {
        let (poster, elm) = (&self.poster, "organisation");
        Some(match name {
            "draftEvent" => self.event(poster, elm, "").await,
            "ownDraftEvent" => self.event(self.caller(column), elm, "").await,
            "scheduledEvent" => self.event(poster, elm, "schedule: true").await,
            "postponedEvent" => {
                let id = self.event(poster, elm, "schedule: true").await;
                let stop =
                    format!("postponeEvent(input: {{id: {id:?}}}) {{ userErrors {{ code }} }}");
                done(poster, &stop).await;
                id
            }
            "namedEvent" => {
                let partners = format!("schedule: true, partners: [{}],", self.named(elm));
                self.event(&self.foreigner, "beech", &partners).await
            }
            "heldPlaces" => {
                let event = self.event(poster, elm, "schedule: true").await;
                let whom = format!("organisationId: {}", self.named("beech"));
                self.held_places(poster, &event, &whom).await
            }
            "ownCalendar" => self.calendar(self.caller(column), "scope: OWN").await,
            "foreignRegistration" => self.coming(&self.foreigner, "confirmed").await,
            "ownRegistration" => self.coming(self.caller(column), "confirmed").await,
            "foreignOffer" => self.coming(&self.foreigner, "offered").await,
            "ownOffer" => self.coming(self.caller(column), "offered").await,
            "foreignWaiting" => self.coming(&self.foreigner, "waiting").await,
            "draftSeries" => self.series(poster, elm, "").await,
            "scheduledSeries" => self.series(poster, elm, "schedule: true").await,
            _ => return None,
        })
    }
}
