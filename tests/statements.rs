//! How many statements the operations of every day take: as many for a hundred things as for one.

use serde_json::{Value, json};

use crate::{
    events::{announced, in_days},
    listings::{act, offer},
    registrations::reserved::reserve,
    support::{Caller, On, Reply, World, system},
};

const OWNERS: [&str; 4] = ["Olive Owner", "Oscar Owner", "Orla Owner", "Otis Owner"];
/// Organisations of each owner.
const EACH: usize = 5;

/// Twenty organisations of four owners, with numbers and five offers each; the owners know each other.
struct Town {
    world: World,
    owners: Vec<Caller>,
    organisations: Vec<String>,
    offers: Vec<String>,
}

impl Town {
    async fn new(on: On) -> Self {
        let world = World::with(on, |config| config.limits.max_complexity = 100_000).await;
        let (mut owners, mut organisations, mut offers) = (Vec::new(), Vec::new(), Vec::new());
        for name in OWNERS {
            let owner = world.person(name).await;
            for at in 0..EACH {
                let organisation = owner.organisation(&format!("{name}'s works {at}")).await;
                let update = "mutation ($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { userErrors { code field } } }";
                let number = format!("{:08}", 1_000_000 + organisations.len());
                let input = json!({"organisationId": organisation, "version": 1, "areas": ["elmbridge"],
                    "identifiers": [{"scheme": "GB-COH", "value": number}]});
                owner
                    .ask(update, json!({"input": input}))
                    .await
                    .at("updateOrganisation");
                for _ in 0..5 {
                    let more = json!({"publish": true, "areas": ["elmbridge", "woking"], "priorityAreas": ["sustainable-economy"]});
                    offers.push(offer(&owner, &organisation, more).await);
                }
                organisations.push(organisation);
            }
            owners.push(owner);
        }
        for owner in &owners[1..] {
            owners[0].admits(&organisations[0], owner, "MEMBER").await;
        }
        Self {
            world,
            owners,
            organisations,
            offers,
        }
    }

    /// The statements that an operation takes, asked in a task of its own as the server does.
    async fn counted(&self, caller: &Caller, query: &str, variables: Value) -> (u64, Reply) {
        let before = self.world.app.database.statements();
        let (caller, query) = (caller.clone(), query.to_owned());
        let reply = tokio::spawn(async move { caller.ask(&query, variables).await })
            .await
            .unwrap();
        (self.world.app.database.statements() - before, reply)
    }
}

/// What is asked with `$n` of each, how many statements it takes for somebody without a token, and for a member.
const READING: [(&str, &str, u64, u64); 18] = [
    ("titles", "offers(first: $n) { nodes { id title } }", 1, 2),
    ("titles by edges", "offers(first: $n) { edges { cursor node { id title } } pageInfo { hasNextPage } }", 1, 2),
    ("with the organisation", "offers(first: $n) { nodes { title organisation { id name kind } } }", 1, 2),
    (
        "with all that names it",
        "offers(first: $n) { nodes { title organisation { name verification { status } } areas { name }
            priorityAreas { title } resourceType { label } quantity { amount } place { town } viewerActs } }",
        1,
        2,
    ),
    ("with whoever posted it", "offers(first: $n) { nodes { title postedBy { displayName } } }", 2, 3),
    ("how many there are", "offers(first: $n) { totalCount nodes { id } }", 2, 3),
    (
        "all facets",
        "listings(first: $n) { nodes { title } facets { kinds { count } resourceKinds { count } resourceTypes { count }
            areas { count } priorityAreas { count } remote { count } } }",
        7,
        8,
    ),
    ("by words, the best first", "listings(first: $n, filter: {text: \"laptops\"}, orderBy: RELEVANCE) { nodes { title } }", 1, 2),
    ("with what was done to it", "offers(first: $n) { nodes { title activities(first: 3) { nodes { act } } } }", 2, 3),
    (
        "organisations with numbers and members",
        "organisations(first: $n) { nodes { name identifiers { value } members(first: 5) { nodes { role person { displayName } } } } }",
        3,
        5,
    ),
    (
        "organisations with their listings",
        "organisations(first: $n) { nodes { name listings(first: 2) { nodes { title } } children { nodes { name } } } }",
        3,
        4,
    ),
    (
        "what is mine",
        "viewer { person { displayName } memberships { nodes { role organisation { name } } }
            listings(first: $n) { nodes { title state organisation { name } } } }",
        1,
        5,
    ),
    ("what was done, by whom", "activities(first: $n) { nodes { act actor { displayName } } }", 1, 3),
    (
        "what was done, to what",
        "activities(first: $n, filter: {acts: [\"listing.published\"]}) { nodes { act actor { displayName }
            subject { ... on Offer { title } } organisation { name } } }",
        1,
        5,
    ),
    ("areas", "areas { name parent { name } } resourceTypes { label } priorityEditions { areas { title } }", 0, 1),
    ("who I am", "viewer { kind }", 0, 1),
    // Listings, agreements, deliveries and decisions, and the areas, priority areas and events of listings, however many
    // there are.
    (
        "what was done in all",
        "statistics(period: {from: \"2026-01\", until: \"2035-12\"}) { offers measures { unit offered confirmed } }",
        7,
        8,
    ),
    (
        "what was done in each area",
        "statistics(period: {from: \"2026-01\", until: \"2035-12\"}, groupBy: AREA) { area { name } offers measures { unit } }",
        7,
        8,
    ),
];

async fn reading_takes_as_many_statements_for_a_hundred_as_for_one(on: On) {
    let town = Town::new(on).await;
    let (stranger, member) = (town.world.stranger(), &town.owners[0]);
    for (what, fields, anonymous, signed_in) in READING {
        let uses = if fields.contains("$n") {
            "query ($n: Int)"
        } else {
            "query"
        };
        for (who, caller, expected) in [
            ("a stranger", &stranger, anonymous),
            ("a member", member, signed_in),
        ] {
            let mut counts = Vec::new();
            for n in [2, 20, 100] {
                let (count, reply) = town
                    .counted(caller, &format!("{uses} {{ {fields} }}"), json!({"n": n}))
                    .await;
                assert!(reply.body["errors"].is_null(), "{what}: {}", reply.text);
                counts.push(count);
            }
            assert_eq!(
                counts, [expected; 3],
                "{what}, for {who}, 2, 20 and 100 of each"
            );
        }
    }
}

async fn nodes_take_one_statement_for_each_kind(on: On) {
    let town = Town::new(on).await;
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Offer { title } ... on Organisation { name } } }";
    for (ids, expected) in [
        (town.offers[..1].to_vec(), 1),
        (town.offers[..50].to_vec(), 1),
        ([&town.offers[..30], &town.organisations[..20]].concat(), 2),
    ] {
        let (count, reply) = town
            .counted(&town.world.stranger(), nodes, json!({"ids": ids}))
            .await;
        assert_eq!(
            reply
                .at("nodes")
                .as_array()
                .unwrap()
                .iter()
                .filter(|node| !node.is_null())
                .count(),
            ids.len()
        );
        assert_eq!(count, expected, "{} nodes", ids.len());
    }
    let one = "query ($id: ID!) { organisation(id: $id) { name identifiers { value } listings { nodes { title } } parent { name } } }";
    let (count, reply) = town
        .counted(
            &town.world.stranger(),
            one,
            json!({"id": town.organisations[0]}),
        )
        .await;
    assert_eq!(reply.each("organisation.listings.nodes", "title").len(), 5);
    assert_eq!(count, 3, "an organisation, its numbers, its listings");
}

async fn pages_of_many_things_at_once_are_those_of_each_alone(on: On) {
    let town = Town::new(on).await;
    let member = &town.owners[0];
    let update = "mutation ($id: ID!, $parent: ID!) { updateOrganisation(input: {organisationId: $id, version: 2, parentId: $parent}) { userErrors { code field message } } }";
    for child in &town.organisations[1..EACH] {
        member
            .ask(
                update,
                json!({"id": child, "parent": town.organisations[0]}),
            )
            .await
            .at("updateOrganisation");
    }
    let fields = |args: &str| {
        format!("id
        members({args}) {{ totalCount nodes {{ id role }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}
        children({args}) {{ totalCount nodes {{ name }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}
        activities({args}) {{ totalCount nodes {{ id act }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }}
        listings({args}, orderBy: CLOSING_SOON) {{ totalCount nodes {{ id organisation {{ name }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }}")
    };
    for args in ["first: 2", "last: 2", "first: 6", "first: 0"] {
        let all = member
            .ask(
                &format!(
                    "{{ organisations(first: 20) {{ nodes {{ {} }} }} }}",
                    fields(args)
                ),
                json!({}),
            )
            .await;
        let all = all.at("organisations.nodes").as_array().unwrap().clone();
        assert_eq!(all.len(), 20);
        for together in all {
            let alone = member
                .ask(
                    &format!(
                        "query ($id: ID!) {{ organisation(id: $id) {{ {} }} }}",
                        fields(args)
                    ),
                    json!({"id": together["id"]}),
                )
                .await;
            assert_eq!(alone.at("organisation"), &together, "{args}");
        }
    }
}

async fn what_somebody_is_told_takes_as_many_statements_for_much_as_for_little(on: On) {
    let town = Town::new(on).await;
    let soon = api::kit::clock::now() + chrono::Duration::days(84);
    api::listings::jobs::run(&town.world.app, &system(soon))
        .await
        .map_err(|error| error.message())
        .unwrap();
    town.world.tell(soon).await;
    let told = "query ($n: Int) { viewer { unreadNotificationCount notifications(first: $n) {
        nodes { kind title url subject { ... on Offer { title } } activity { act } } } } }";
    for n in [1, 5, 25] {
        let (count, reply) = town.counted(&town.owners[0], told, json!({"n": n})).await;
        let kinds = reply.each("viewer.notifications.nodes", "kind");
        assert_eq!(kinds, vec!["LISTING_ENDS_SOON"; n]);
        // The viewer, the number, the page, the acts, the listings, the organisations.
        assert_eq!(count, 6, "{n} notifications");
    }
}

async fn what_waits_for_somebody_takes_as_many_statements_for_much_as_for_little(on: On) {
    let town = Town::new(on).await;
    for owner in &town.owners[1..] {
        for (offer, organisation) in town.offers.iter().zip(&town.organisations[5..]) {
            let ask = "mutation ($input: AskAboutListingInput!) { askAboutListing(input: $input) { userErrors { code } } }";
            let input =
                json!({"listingId": offer, "organisationId": organisation, "text": "Until when?"});
            owner.ask(ask, json!({"input": input})).await;
        }
    }
    let waits = "query ($n: Int) { viewer { taskCount tasks(first: $n) {
        nodes { kind title act organisation { name } subject { ... on Conversation { unreadCount } } } } } }";
    for n in [1, 5, 15] {
        let (count, reply) = town.counted(&town.owners[0], waits, json!({"n": n})).await;
        let kinds = reply.each("viewer.tasks.nodes", "kind");
        assert_eq!(kinds, vec!["READ_CONVERSATION"; n]);
        // The viewer, the number, the page, the conversations, the listings, the organisations, how far they were read.
        assert_eq!(count, 7, "{n} tasks");
    }
    let talk = "query ($n: Int) { viewer { conversations(first: $n) { nodes { unreadCount listing { id } match { state }
        messages(last: 5) { nodes { text reported author { displayName } organisation { name } } } } } } }";
    for n in [1, 5, 15] {
        let (count, reply) = town.counted(&town.owners[0], talk, json!({"n": n})).await;
        assert_eq!(reply.each("viewer.conversations.nodes", "id").len(), n);
        // The viewer, the page, marks, listings, matches, messages, reports, authors, organisations.
        assert_eq!(count, 9, "{n} conversations");
    }
}

async fn what_is_held_for_somebody_takes_as_many_statements_for_many_events_as_for_one(on: On) {
    let town = Town::new(on).await;
    let (owner, host) = (&town.owners[1], &town.organisations[EACH]);
    for at in 0..8 {
        let (starts_at, ends_at) = (in_days(30 + at), in_days(31 + at));
        let session = |title: &str| json!({"title": title, "startsAt": starts_at, "endsAt": ends_at, "capacity": 5});
        let by_session = json!({"registrationMode": "SESSIONS", "capacity": null, "startsAt": starts_at, "endsAt": ends_at,
            "sessions": [session("Offers"), session("Requests")]});
        let event = announced(owner, host, by_session).await;
        let sessions = "query ($id: ID!) { event(id: $id) { sessions { id } } }";
        let seen = owner.ask(sessions, json!({"id": event})).await;
        for (session, places) in seen.each("event.sessions", "id").iter().zip(1..) {
            let more = json!({"organisationId": town.organisations[0], "sessionId": session, "places": places});
            reserve(owner, &event, more).await.at("act.reservation");
        }
        let whole = json!({"startsAt": starts_at, "endsAt": ends_at});
        let event = announced(owner, host, whole).await;
        for places in [2, 3] {
            let more = json!({"organisationId": town.organisations[0], "places": places});
            reserve(owner, &event, more).await.at("act.reservation");
        }
    }
    let held = "query ($n: Int) { events(first: $n) { nodes { viewerReservedPlaces sessions { viewerReservedPlaces } } } }";
    for n in [2, 6, 16] {
        let (count, reply) = town.counted(&town.owners[0], held, json!({"n": n})).await;
        let nodes = reply.at("events.nodes").as_array().unwrap();
        assert_eq!(nodes.len(), n);
        for node in nodes {
            let of = |at: usize| &node["sessions"][at]["viewerReservedPlaces"];
            let found = (&node["viewerReservedPlaces"], of(0), of(1));
            let expected = [
                (&json!(0), &json!(1), &json!(2)),
                (&json!(3), &Value::Null, &Value::Null),
            ];
            assert!(expected.contains(&found), "{node}");
        }
        // The viewer, the page, the sessions, the places, what is held of them, the events' states, what is held for the
        // viewer: at events, then at sessions.
        assert_eq!(count, 8, "{n} events");
    }
}

async fn acts_take_as_many_statements_whatever_else_there_is(on: On) {
    let town = Town::new(on).await;
    let (owner, organisation) = (&town.owners[0], &town.organisations[0]);
    let before = town.world.app.database.statements();
    let id = offer(owner, organisation, json!({})).await;
    let drafted = town.world.app.database.statements();
    act(owner, "publishListing", &id, json!({}))
        .await
        .at("act.listing");
    let published = town.world.app.database.statements();
    act(owner, "closeListing", &id, json!({"reason": "WITHDRAWN"}))
        .await
        .at("act.listing");
    let closed = town.world.app.database.statements();
    // Drafting: the viewer, the organisation, the listing, its areas, the record. Publishing: the viewer, the
    // listing, its organisation, the change, the record.
    assert_eq!(
        (drafted - before, published - drafted, closed - published),
        (5, 5, 5)
    );
}

/// Tests on both databases, each on one thread, where the order of things is always the same.
macro_rules! counted {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { crate::support::alone(|| super::$name(super::On::Sqlite)); })*
        }
        mod postgres {
            $(#[test] fn $name() { crate::support::alone(|| super::$name(super::On::Postgres)); })*
        }
    };
}

counted! {
    reading_takes_as_many_statements_for_a_hundred_as_for_one
    nodes_take_one_statement_for_each_kind
    pages_of_many_things_at_once_are_those_of_each_alone
    what_somebody_is_told_takes_as_many_statements_for_much_as_for_little
    what_waits_for_somebody_takes_as_many_statements_for_much_as_for_little
    what_is_held_for_somebody_takes_as_many_statements_for_many_events_as_for_one
    acts_take_as_many_statements_whatever_else_there_is
}
