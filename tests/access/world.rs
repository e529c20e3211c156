//! The world in which the table is tried: Elm Works with a member of every role, people who are none of its
//! business, and one of everything that can be seen or hidden, each under a name such as `$draft`.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use entity::person::PlatformRole;
use serde_json::json;

use super::table::COLUMNS;
use crate::support::{Caller, On, Reply, World};

/// What every listing here says, in full.
const PARTICULARS: &str = "resourceType: \"it-hardware\", areas: [\"elmbridge\"], lendingMode: GIVE, reachKm: 10,
    description: \"Wiped, tested and ready for job seekers.\", tags: [\"digital inclusion\"],
    quantity: {amount: \"40\", unit: ITEM, unitLabel: \"laptops\"}, priorityAreas: [\"sustainable-economy\"],
    place: {addressLines: [\"1 High Street\"], town: \"Esher\", postcode: \"KT10 9AA\", point: {latitude: 51.37, longitude: -0.36}},
    availability: [{from: \"2027-01-01\", until: \"2030-12-31\", weekdays: [MONDAY], startTime: \"09:00\", endTime: \"17:00\"}],
    requirements: [{kind: MINIMUM_AGE, minimumAge: 18, detail: \"Adults only.\"}],
    pictures: [{url: \"https://example.org/laptops.jpg\", alt: \"Laptops in a row\"}]";

pub struct County {
    pub world: World,
    callers: Vec<Caller>,
    /// Posts for Elm Works; in no column.
    pub poster: Caller,
    /// Owns Beech House, with which no caller has to do but staff.
    pub foreigner: Caller,
    /// Owns Willow Wharf, which matches with Elm Works; in no column.
    pub partner: Caller,
    /// Founds organisations for single cells.
    pub founder: Caller,
    names: BTreeMap<&'static str, String>,
    counter: AtomicUsize,
}

impl County {
    pub async fn new(on: On) -> Self {
        // The table asks for all that there is at once.
        let world = World::with(on, |config| {
            config.limits.max_complexity = 100_000;
            config.rate_limits.points_per_person = 0;
        })
        .await;
        let owner = world.person("Olive Owner").await;
        let trust = owner.organisation("Elm Trust").await;
        let elm = make(&owner, &format!("createOrganisation(input: {{name: \"Elm Works\", kind: CHARITY, size: SMALL,
            description: \"Repairs laptops.\", website: \"https://elm.example\", publicEmail: \"elm@elm.example\",
            publicPhone: \"01372 000000\", areas: [\"elmbridge\"], parentId: \"{trust}\", place: {{town: \"Esher\"}},
            identifiers: [{{scheme: \"GB-CHC\", value: \"1234567\"}}]}})"), "organisation").await;
        let mut callers = vec![world.stranger(), world.person("Una Outsider").await];
        for (name, role) in [
            ("Ivo Observer", "OBSERVER"),
            ("Mia Member", "MEMBER"),
            ("Edi Editor", "EDITOR"),
            ("Max Manager", "MANAGER"),
        ] {
            callers.push(owner.joined_by(&world, &elm, name, role).await);
        }
        let poster = owner
            .joined_by(&world, &elm, "Petra Poster", "EDITOR")
            .await;
        callers.push(owner);
        for (name, role) in [
            ("Bo Broker", PlatformRole::Broker),
            ("Mo Moderator", PlatformRole::Moderator),
            ("Ada Admin", PlatformRole::ProgrammeAdmin),
        ] {
            callers.push(world.staff(name, role).await);
        }
        let foreigner = world.person("Fay Foreign").await;
        let beech = foreigner.organisation("Beech House").await;
        let partner = world.person("Paul Partner").await;
        let founder = world.person("Finn Founder").await;
        callers[1].organisation("Cedar Centre").await;
        for person in callers[1..].iter().chain([&poster, &foreigner]) {
            done(
                person,
                "updateProfile(input: {phone: \"01372 111111\"}) { userErrors { code } }",
            )
            .await;
        }
        let names = BTreeMap::from([("organisation", quoted(&elm)), ("beech", quoted(&beech))]);
        Self {
            world,
            callers,
            poster,
            foreigner,
            partner,
            founder,
            names,
            counter: AtomicUsize::new(0),
        }
    }

    /// The same with one of everything in it.
    pub async fn furnished(on: On) -> Self {
        let mut county = Self::new(on).await;
        county.furnish().await;
        county
    }

    /// Whoever stands in a column.
    pub fn caller(&self, column: &str) -> &Caller {
        &self.callers[COLUMNS.iter().position(|name| *name == column).unwrap()]
    }

    pub fn admin(&self) -> &Caller {
        self.caller("administrator")
    }

    pub fn owner(&self) -> &Caller {
        self.caller("owner")
    }

    /// What a name stands for, as GraphQL writes it; `$self` is whoever asks.
    pub fn known(&self, name: &str, column: &str) -> Option<String> {
        if name == "self" {
            return self.caller(column).id.as_deref().map(quoted);
        }
        self.names.get(name).cloned()
    }

    /// The same for what has only one meaning, and must be there.
    pub fn named(&self, name: &str) -> String {
        self.known(name, "").unwrap_or_else(|| {
            panic!("nothing is called ${name}: furniture.rs makes what has a name")
        })
    }

    pub fn know(&mut self, name: &'static str, value: &str) {
        self.names.insert(name, quoted(value));
    }

    /// A number that nobody else gets.
    pub fn number(&self) -> usize {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// Posts a listing for an organisation, `more` being further input, and gives its id.
    pub async fn post(&self, by: &Caller, kind: &str, organisation: &str, more: &str) -> String {
        let title = format!("Laptops, lot {}", self.number());
        // An input names a field once.
        let priorities = "priorityAreas: [\"sustainable-economy\"],";
        let particulars = if more.contains("priorityAreas") {
            PARTICULARS.replace(priorities, "")
        } else {
            PARTICULARS.to_owned()
        };
        let input = format!(
            "{{organisationId: {}, title: {title:?}, {particulars} {more}}}",
            self.named(organisation)
        );
        make(
            by,
            &format!("create{kind}(input: {input})"),
            &kind.to_lowercase(),
        )
        .await
    }
}

/// A text as GraphQL writes it.
pub fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// Does an act, which must be done.
pub async fn done(caller: &Caller, act: &str) -> Reply {
    let reply = caller
        .ask(&format!("mutation {{ act: {act} }}"), json!({}))
        .await;
    reply.at("act");
    reply
}

/// Makes something and gives its id; `thing` is its field in the payload.
pub async fn make(caller: &Caller, act: &str, thing: &str) -> String {
    let act = format!("{act} {{ it: {thing} {{ id }} userErrors {{ code field message }} }}");
    done(caller, &act).await.text("act.it.id")
}

/// The id and the token of a new invitation.
pub async fn invite(by: &Caller, organisation: &str, role: &str) -> (String, String) {
    let invite = format!(
        "createInvitation(input: {{organisationId: {organisation}, role: {role}}})
        {{ token invitation {{ id }} userErrors {{ code message }} }}"
    );
    let made = done(by, &invite).await;
    (made.text("act.invitation.id"), made.text("act.token"))
}

/// The id of somebody's first membership.
pub async fn place(person: &Caller) -> String {
    let own = person
        .ask("{ viewer { memberships { nodes { id } } } }", json!({}))
        .await;
    own.text("viewer.memberships.nodes.0.id")
}
