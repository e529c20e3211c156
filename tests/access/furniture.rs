//! One of everything that can be seen or hidden, under the names that the table uses.

use entity::{listing, person::PlatformRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::world::{County, done, invite, make, place};

impl County {
    /// Furnishes the county: priorities first, for listings are tagged with them.
    pub async fn furnish(&mut self) {
        self.priorities().await;
        self.listings().await;
        self.people().await;
        self.organisations().await;
        self.events().await;
        self.matches().await;
        self.counterpart_out_of_sight().await;
        self.conversations().await;
        self.activities().await;
        self.notifications().await;
        self.intakes().await;
        self.calendars().await;
    }

    async fn listings(&mut self) {
        let poster = self.poster.clone();
        let elm = "organisation";
        for (name, more) in [
            ("published", "publish: true, externalReference: \"ELM-1\""),
            ("members", "publish: true, audience: MEMBERS"),
            ("private", "publish: true, audience: ORGANISATION"),
            ("unlisted", "publish: true, audience: UNLISTED"),
            ("draft", ""),
            ("paused", "publish: true"),
            ("closed", "publish: true"),
            ("expired", "publish: true"),
        ] {
            let id = self.post(&poster, "Offer", elm, more).await;
            self.know(name, &id);
        }
        for (name, more) in [
            (
                "request",
                "publish: true, neededBy: \"2030-01-01\", externalReference: \"ELM-2\"",
            ),
            ("requestDraft", ""),
            ("requestClosed", "publish: true"),
        ] {
            let id = self.post(&poster, "Request", elm, more).await;
            self.know(name, &id);
        }
        let [closed, also, paused] =
            ["closed", "requestClosed", "paused"].map(|name| self.named(name));
        for id in [closed, also] {
            done(&poster, &format!("closeListing(input: {{id: {id}, reason: WITHDRAWN}}) {{ userErrors {{ code }} }}")).await;
        }
        done(
            &poster,
            &format!("pauseListing(input: {{id: {paused}}}) {{ userErrors {{ code }} }}"),
        )
        .await;
        let foreigner = self.foreigner.clone();
        let unseen = self.post(&foreigner, "Offer", "beech", "").await;
        self.know("unseenDraft", &unseen);
        let unseen = self.post(&foreigner, "Request", "beech", "").await;
        self.know("unseenRequest", &unseen);
        for (name, reference) in [
            ("published", "publishedReference"),
            ("draft", "draftReference"),
        ] {
            let id = self.named(name);
            let read = format!("{{ listing(id: {id}) {{ reference }} }}");
            let found = poster.ask(&read, json!({})).await.text("listing.reference");
            self.know(reference, &found);
        }
        self.let_time_pass().await;
    }

    /// One listing has expired, and others have been reminded of their end.
    async fn let_time_pass(&self) {
        use listing::Column::{ClosesAt, ExpiresAt, Id, RemindedAt};

        let earlier = api::kit::clock::now() - chrono::Duration::days(1);
        let expired: api::kit::Id<listing::Entity> =
            self.named("expired").trim_matches('"').parse().unwrap();
        let update = || listing::Entity::update_many();
        let write = &self.world.app.database.write;
        let reminded = update().col_expr(RemindedAt, Expr::val(earlier));
        reminded.exec(write).await.unwrap();
        update()
            .col_expr(ExpiresAt, Expr::val(earlier))
            .col_expr(ClosesAt, Expr::val(earlier))
            .filter(Id.eq(expired.0))
            .exec(write)
            .await
            .unwrap();
    }

    async fn priorities(&mut self) {
        let admin = self.admin().clone();
        for (name, code, from) in [
            ("nextEdition", "2031-2035", "2021-2026"),
            ("consultedEdition", "consulted", "2031-2035"),
            ("unseenEdition", "unseen-edition", "2031-2035"),
        ] {
            let create = format!("createPriorityEdition(input: {{code: {code:?}, title: \"Another\", copyFrom: {from:?}, validFrom: \"2036-04-01\"}})
                {{ it: priorityEdition {{ id areas {{ id }} }} userErrors {{ code }} }}");
            let made = done(&admin, &create).await;
            self.know(name, &made.text("act.it.id"));
            match name {
                "consultedEdition" => {
                    self.know("consultedArea", &made.text("act.it.areas.0.id"));
                    done(&admin, "consultPriorityEdition(input: {code: \"consulted\"}) { userErrors { code } }").await;
                }
                "nextEdition" => {
                    done(&admin, "adoptPriorityEdition(input: {code: \"2031-2035\", version: 1, validFrom: \"2031-04-01\"}) { userErrors { code } }").await;
                }
                _ => self.know("unseenArea", &made.text("act.it.areas.0.id")),
            }
        }
        done(&admin, "saveResourceType(input: {code: \"kites\", label: \"Kites\", kind: EQUIPMENT, parent: \"it-hardware\",
            synonyms: [\"flyer\"], defaultUnit: ITEM, allowedUnits: [ITEM], allowedLendingModes: [LEND], safeguardingDefault: true,
            validFrom: \"2020-01-01\", validTo: \"2030-01-01\", replacedBy: [\"it-hardware\"]}) { userErrors { code } }").await;
        done(&admin, "saveResourceType(input: {code: \"stunt-kites\", label: \"Stunt kites\", kind: EQUIPMENT, parent: \"kites\",
            defaultUnit: ITEM, allowedUnits: [ITEM], allowedLendingModes: [LEND], validFrom: \"2020-01-01\"}) { userErrors { code } }").await;
        let ids = "{ priorityEdition(code: \"2021-2026\") { id areas { id } } area(code: \"elmbridge\") { id } resourceType(code: \"kites\") { id } }";
        let ids = admin.ask(ids, json!({})).await;
        for (name, path) in [
            ("edition", "priorityEdition.id"),
            ("priorityArea", "priorityEdition.areas.0.id"),
            ("area", "area.id"),
            ("resourceType", "resourceType.id"),
        ] {
            self.know(name, &ids.text(path));
        }
    }

    async fn people(&mut self) {
        let (owner, foreigner) = (self.owner().clone(), self.foreigner.clone());
        let elm = self.named("organisation");
        let token = self.address_link(&self.poster).await;
        let verify =
            format!("verifyEmail(input: {{token: {token:?}}}) {{ userErrors {{ code }} }}");
        done(&self.poster, &verify).await;
        let both = owner
            .joined_by(&self.world, elm.trim_matches('"'), "Rosa Both", "MEMBER")
            .await;
        let id = both.id.as_deref().unwrap().parse().unwrap();
        let system = api::kit::Viewer::system();
        let granted = api::accounts::service::set_role(
            &self.world.app,
            &system,
            id,
            PlatformRole::Moderator,
            true,
        );
        granted.await.map_err(|error| error.message()).unwrap();
        let applicant = self.world.person("Ann Applicant").await;
        let ask = format!("requestToJoin(input: {{organisationId: {elm}}})");
        let application = make(&applicant, &ask, "membership").await;
        let broker = self.caller("broker").id.clone().unwrap();
        let poster = self.poster.clone();
        for (name, id) in [
            ("applicant", applicant.id.clone().unwrap()),
            ("colleague", poster.id.clone().unwrap()),
            ("moderatingColleague", both.id.clone().unwrap()),
            ("unseenPerson", foreigner.id.clone().unwrap()),
            ("brokersPerson", broker),
            ("membership", place(&poster).await),
            ("application", application),
            ("unseenMembership", place(&foreigner).await),
        ] {
            self.know(name, &id);
        }
        for (name, by, organisation) in [
            ("invitation", &owner, "organisation"),
            ("accepted", &owner, "organisation"),
            ("revoked", &owner, "organisation"),
            ("unseenInvitation", &foreigner, "beech"),
        ] {
            let (id, token) = invite(by, &self.named(organisation), "MEMBER").await;
            match name {
                "invitation" => self.know("token", &token),
                "accepted" => {
                    done(&both, &format!("acceptInvitation(input: {{token: {token:?}}}) {{ userErrors {{ code }} }}")).await;
                }
                "revoked" => {
                    self.know("revokedToken", &token);
                    done(by, &format!("revokeInvitation(input: {{invitationId: {id:?}}}) {{ userErrors {{ code }} }}")).await;
                }
                _ => {}
            }
            self.know(name, &id);
        }
    }

    async fn organisations(&mut self) {
        let (owner, foreigner, admin) = (self.owner(), &self.foreigner, self.admin());
        let [elm, beech] = ["organisation", "beech"].map(|name| self.named(name));
        let child = format!(
            "createOrganisation(input: {{name: \"Elm Kids\", kind: CHARITY, parentId: {elm}}})"
        );
        make(owner, &child, "organisation").await;
        let barn = foreigner.organisation("Birch Barn").await;
        let merge =
            format!("mergeOrganisation(input: {{organisationId: {barn:?}, intoId: {beech}}})");
        make(admin, &merge, "organisation").await;
        let verify = format!(
            "verifyOrganisation(input: {{organisationId: {elm}, version: 1, status: VERIFIED, method: VOUCHED}})"
        );
        make(self.caller("broker"), &verify, "organisation").await;
        self.know("merged", &barn);
    }

    async fn activities(&mut self) {
        for (name, subject, act) in [
            ("activity", "published", "listing.published"),
            ("activityOfStaff", "organisation", "organisation.verified"),
            ("activityOnDraft", "draft", "listing.drafted"),
            ("unseenActivity", "beech", "organisation.created"),
            ("unseenActivityOnDraft", "unseenDraft", "listing.drafted"),
        ] {
            let subject = self.named(subject);
            let read = format!(
                "{{ activities(filter: {{subjectId: {subject}, acts: [{act:?}]}}) {{ nodes {{ id }} }} }}"
            );
            let found = self.admin().ask(&read, json!({})).await;
            self.know(name, &found.text("activities.nodes.0.id"));
        }
    }

    /// People were told; the owner has read something of it, and wants no mail at night.
    async fn notifications(&mut self) {
        self.world.tell(api::kit::clock::now()).await;
        let read = "{ viewer { notifications(first: 2) { nodes { id } } } }";
        let own = self.owner().ask(read, json!({})).await;
        let [newest, read_one] =
            [0, 1].map(|at| own.text(&format!("viewer.notifications.nodes.{at}.id")));
        let unseen = self.foreigner.ask(read, json!({})).await;
        for (name, id) in [
            ("notification", newest),
            ("readNotification", read_one.clone()),
            (
                "unseenNotification",
                unseen.text("viewer.notifications.nodes.0.id"),
            ),
        ] {
            self.know(name, &id);
        }
        let mark = format!(
            "markNotificationsRead(input: {{ids: [{read_one:?}]}}) {{ userErrors {{ code }} }}"
        );
        let quiet = "updateNotificationPreferences(input: {quietHours: {from: \"22:00\", until: \"07:00\"}}) { userErrors { code } }";
        for act in [mark.as_str(), quiet] {
            done(self.owner(), act).await;
        }
    }
}
