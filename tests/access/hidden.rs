//! What is hidden changes no answer: no list, count, facet, page or cursor, before and after.

use serde_json::{Value, json};

use super::{
    County, both, known, none,
    table::COLUMNS,
    world::{done, invite},
};

/// Everything in which something hidden could show.
const LISTS: &str = "{
    listings(first: 100) { totalCount edges { cursor } pageInfo { startCursor endCursor hasNextPage } ...counts }
    best: listings(filter: {text: \"laptops\"}, orderBy: RELEVANCE) { totalCount edges { cursor } ...counts }
    closing: listings(orderBy: CLOSING_SOON, last: 3) { edges { cursor } }
    near: listings(filter: {near: {point: {latitude: 51.3, longitude: -0.3}, withinKm: 50}}, orderBy: NEAREST) { edges { cursor } }
    all: listings(filter: {states: [DRAFT, PUBLISHED, PAUSED, EXPIRED, CLOSED], stillNeeded: null}) { totalCount edges { cursor } ...counts }
    referenced: listings(filter: {externalReference: \"HIDDEN\"}) { totalCount }
    tagged: listings(filter: {priorityAreas: [\"unseen-again/first\"]}) { totalCount }
    offers { totalCount ...offered } requests { totalCount }
    organisation(id: $organisation) { version updatedAt children { totalCount } events { totalCount } invitations { id }
        listings(filter: {states: [DRAFT, PUBLISHED, PAUSED, EXPIRED, CLOSED]}) { totalCount ...counts }
        members { totalCount edges { cursor } } applicants: members(states: [REQUESTED]) { totalCount } }
    events(first: 100) { totalCount edges { cursor } } some: events(filter: {states: [DRAFT, SCHEDULED, CANCELLED], text: \"fair\"}) { totalCount }
    organisations { totalCount edges { cursor } }
    people { totalCount edges { cursor } }
    priorityEditions { id code areas { id } } asked: priorityEdition(code: \"unseen-again\") { id }
    viewer { memberships { nodes { id } } listings { totalCount ...counts } } }
    fragment counts on ListingConnection { facets { ...facets } }
    fragment offered on OfferConnection { facets { ...facets } }
    fragment facets on Facets { kinds { kind count } resourceKinds { resourceKind count } remote { remote count }
        resourceTypes { resourceType { code } count } areas { area { code } count } priorityAreas { priorityArea { code } count } }";

/// The record, in which members and staff read that something was done, if not to what.
const RECORD: &str = "{ activities(first: 100) { totalCount edges { cursor } }
    done: activities(filter: {acts: [\"listing.drafted\", \"organisation.invitation_created\"]}) { totalCount }
    organisation(id: $organisation) { activities { totalCount } }
    listing(id: $published) { activities { totalCount } } }";

/// What every caller is told, in the order of the columns.
async fn told(county: &County, question: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    for column in COLUMNS {
        let question = known(county, question, column);
        let reply = county.caller(column).ask(&question, json!({})).await;
        assert!(reply.codes().is_empty(), "{}", reply.text);
        answers.push(reply.body);
    }
    answers
}

both! {
    async fn what_is_hidden_changes_no_answer(on) {
        let mut county = County::furnished(on).await;
        county.know("unseenCode", "unseen-again");
        let (poster, owner, admin) = (county.poster.clone(), county.owner().clone(), county.admin().clone());
        let applicant = county.world.person("Amy Applicant").await;
        let staff = ["broker", "moderator", "administrator"];
        let elm = county.named("organisation");
        let post = |more: &'static str| format!("publish: true, externalReference: \"HIDDEN{more}");
        let mut faults: Vec<String> = Vec::new();
        for (thing, seeing) in [
            ("a draft", &COLUMNS[2..7]),
            ("MEMBERS", &COLUMNS[1..]),
            ("ORGANISATION", &COLUMNS[2..]),
            ("UNLISTED", &COLUMNS[2..7]),
            ("a pause", &COLUMNS[2..]),
            ("a draft of an event", &COLUMNS[2..7]),
            ("an event for the organisation", &COLUMNS[2..]),
            ("an invitation", &["manager", "owner", "administrator"]),
            ("a request to join", &COLUMNS[2..]),
            ("a draft of the priorities", &staff),
        ] {
            if thing == "a pause" {
                let paused = county.post(&poster, "Request", "organisation", "publish: true, priorityAreas: []").await;
                county.know("soonPaused", &paused);
            }
            let before = (told(&county, LISTS).await, told(&county, RECORD).await);
            match thing {
                "a draft" => { county.post(&poster, "Offer", "organisation", "externalReference: \"HIDDEN\"").await; }
                "a draft of an event" => { county.event(&poster, "organisation", "").await; }
                "an event for the organisation" => { county.event(&poster, "organisation", "schedule: true, audience: ORGANISATION").await; }
                "a pause" => {}
                "an invitation" => { invite(&owner, &elm, "OWNER").await; }
                "a request to join" => {
                    done(&applicant, &format!("requestToJoin(input: {{organisationId: {elm}}}) {{ userErrors {{ code }} }}")).await;
                }
                "a draft of the priorities" => {
                    done(&admin, "createPriorityEdition(input: {code: \"unseen-again\", title: \"Unseen\", copyFrom: \"2021-2026\"}) { userErrors { code } }").await;
                }
                audience => {
                    let more = post("-").replace("HIDDEN-", &format!("{audience}\", audience: {audience}"));
                    county.post(&poster, "Offer", "organisation", &more).await;
                }
            }
            let after = (told(&county, LISTS).await, told(&county, RECORD).await);
            for (at, column) in COLUMNS.iter().enumerate() {
                let blind = !seeing.contains(column);
                if blind && before.0[at] != after.0[at] {
                    faults.push(format!("{thing} shows to {column}:\n{}\n{}", before.0[at], after.0[at]));
                }
                if !blind && thing != "a pause" && before.0[at] == after.0[at] {
                    faults.push(format!("{thing} does not show to {column}, so the question proves nothing"));
                }
                if at < 2 && blind && before.1[at] != after.1[at] {
                    faults.push(format!("the record tells {column} of {thing}"));
                }
            }
        }
        none(&faults);
    }

    async fn a_cursor_of_something_hidden_is_a_place_and_nothing_more(on) {
        let county = County::furnished(on).await;
        let outsider = county.caller("outsider");
        let all = outsider.ask("{ listings { edges { cursor } } }", json!({})).await;
        county.post(&county.poster, "Offer", "organisation", "publish: true, audience: ORGANISATION").await;
        let cursor = county.poster.ask("{ listings(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let cursor = cursor.text("listings.pageInfo.endCursor");
        let page = outsider.ask("query ($c: String) { listings(after: $c) { edges { cursor } } }", json!({"c": cursor})).await;
        assert_eq!(page.at("listings"), all.at("listings"));
    }
}
