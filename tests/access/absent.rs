//! What is invisible cannot be told from what is not there: by its id, and by what is refused.

use serde_json::json;
use uuid::Uuid;

use super::{
    County, Reply, Row, both, known,
    table::COLUMNS,
    world::{done, place},
};
use crate::support::{Caller, PASSWORD};

/// An id, a reference or a code of the same form and length that never was anything's.
pub fn like(literal: &str) -> String {
    let text = literal.trim_matches('"');
    match text.split_once(':') {
        Some((kind, id)) if Uuid::try_parse(id).is_ok() => format!("\"{kind}:{}\"", Uuid::now_v7()),
        _ if ["OFF-", "MAT-", "EVT-"]
            .iter()
            .any(|kind| text.starts_with(kind)) =>
        {
            format!("\"{}00000-00000\"", &text[..4])
        }
        _ => literal.replace("unseen", "absent"),
    }
}

/// In what two answers differ, if they do.
pub fn differs(one: &Reply, other: &Reply) -> Option<String> {
    // Fields may come in another order from one time to the next, but are as long.
    let same =
        (one.status, &one.body, one.text.len()) == (other.status, &other.body, other.text.len());
    (!same).then(|| {
        format!(
            "it can be told from what never was: {} {} / {} {}",
            one.status, one.text, other.status, other.text
        )
    })
}

/// Tries a thing by its id: it is what it says, or all answers are those for an id that never was.
pub async fn thing(county: &County, row: &Row, column: &str) -> Option<String> {
    let name = row.text.trim_start_matches('$');
    let caller = county.caller(column);
    let id = county
        .known(name, column)
        .unwrap_or_else(|| panic!("nothing is called ${name}"));
    let mut questions = vec![
        "{ node(id: $it) { __typename id } }",
        "{ nodes(ids: [$it, $it]) { __typename id } }",
    ];
    let represented = format!(
        "{{ _entities(representations: [{{__typename: {:?}, id: $it}}]) {{ __typename }} }}",
        row.kind
    );
    questions.push(&represented);
    match row.kind.as_str() {
        "Offer" | "Request" => questions.push("{ listing(id: $it) { __typename id title } }"),
        "Event" => questions.push("{ event(id: $it) { __typename id } }"),
        "Match" => questions.push("{ match(id: $it) { __typename id } }"),
        "Organisation" => questions.push("{ organisation(id: $it) { __typename id } }"),
        _ => {}
    }
    let found = caller
        .ask(&questions[0].replace("$it", &id), json!({}))
        .await;
    let expected = match row.cell(column) {
        "ok" => json!({"__typename": row.kind, "id": id.trim_matches('"')}),
        "null" => json!(null),
        _ => return Some("a thing by its id is ok or null".into()),
    };
    if found.peek("node") != &expected || !found.codes().is_empty() {
        return Some(format!("the answer was {}", found.text));
    }
    if !expected.is_null() {
        return None;
    }
    let reads_the_record = COLUMNS[7..].contains(&column)
        || (COLUMNS[2..].contains(&column) && !name.starts_with("unseen"));
    if !reads_the_record {
        questions.push("{ activities(filter: {subjectId: $it}) { totalCount nodes { id } pageInfo { hasNextPage } } }");
    }
    if row.kind == "Person" {
        questions.push("{ activities(filter: {actorId: $it}) { totalCount nodes { id } } }");
    }
    let never = like(&id);
    for question in questions {
        let found = caller.ask(&question.replace("$it", &id), json!({})).await;
        let absent = caller
            .ask(&question.replace("$it", &never), json!({}))
            .await;
        let fault = differs(&found, &absent);
        if fault.is_some() {
            return fault;
        }
    }
    None
}

both! {
    async fn no_refusal_tells_of_what_others_have(on) {
        let county = County::furnished(on).await;
        let outsider = county.caller("outsider");
        let cedar = outsider.ask("{ viewer { memberships { nodes { organisation { id } } } } }", json!({})).await
            .text("viewer.memberships.nodes.0.organisation.id");
        let create = |organisation: &str, more: &str| format!("mutation {{ act: createOffer(input: {{organisationId: {organisation:?},
            title: \"Spare laptops\", resourceType: \"it-hardware\", {more}}}) {{ offer {{ __typename }} userErrors {{ code field message }} }} }}");
        // Keys and references of others are free.
        let beech = county.named("beech");
        let same = "idempotencyKey: \"key-1\", externalReference: \"REF-1\"";
        for (caller, organisation) in [(&county.foreigner, beech.trim_matches('"')), (outsider, &cedar)] {
            caller.ask(&create(organisation, same), json!({})).await.at("act.offer.__typename");
        }
        // A code in a draft of the priorities is as unknown as one that never was.
        let tagged = |edition: &str| create(&cedar, &format!("priorityAreas: [\"{edition}-edition/sustainable-economy\"]"));
        let [unseen, absent] = [outsider.ask(&tagged("unseen"), json!({})).await, outsider.ask(&tagged("absent"), json!({})).await];
        assert_eq!(unseen.refusals(), ["UNKNOWN priorityAreas.0"]);
        assert_eq!(differs(&unseen, &absent), None);
        // A token that was revoked is as worthless as one that never was.
        let accept = "mutation ($t: String!) { acceptInvitation(input: {token: $t}) { userErrors { code field message } } }";
        let revoked = county.named("revokedToken");
        let revoked = revoked.trim_matches('"');
        let never: String = revoked.chars().rev().collect();
        for (caller, question) in [(outsider, accept), (outsider, "query ($t: String!) { invitation(token: $t) { id } }")] {
            let [revoked, never] = [caller.ask(question, json!({"t": revoked})).await, caller.ask(question, json!({"t": never})).await];
            assert_eq!(differs(&revoked, &never), None);
        }
        // References of what is hidden are as unknown as any.
        for column in ["anonymous", "outsider", "broker", "administrator"] {
            let read = |reference: &str| format!("{{ listing(reference: {reference}) {{ id }} }}");
            let draft = county.named("draftReference");
            let caller = county.caller(column);
            let [draft, never] = [caller.ask(&read(&draft), json!({})).await, caller.ask(&read(&like(&draft)), json!({})).await];
            assert_eq!(differs(&draft, &never), None);
        }
    }

    async fn to_have_asked_or_to_have_been_a_member_opens_nothing(on) {
        let county = County::furnished(on).await;
        let elm = county.named("organisation");
        let applicant = county.world.person("Amy Applicant").await;
        done(&applicant, &format!("requestToJoin(input: {{organisationId: {elm}}}) {{ userErrors {{ code }} }}")).await;
        let removed = county.owner().joined_by(&county.world, elm.trim_matches('"'), "Roy Removed", "OWNER").await;
        let membership = place(&removed).await;
        done(county.owner(), &format!("removeMember(input: {{membershipId: {membership:?}}}) {{ userErrors {{ code }} }}")).await;
        let inside = "{ listing(id: $draft) { id } paused: listing(id: $paused) { id } private: listing(id: $private) { id }
            colleague: node(id: $colleague) { id } membership: node(id: $membership) { id } invitation: node(id: $invitation) { id }
            activity: node(id: $activity) { id } listings(filter: {states: [DRAFT, PAUSED], externalReference: \"ELM-1\"}) { totalCount }
            about: activities(filter: {subjectId: $published}) { totalCount }
            organisation(id: $organisation) { viewerRole invitations { id } }
            published: listing(id: $published) { externalReference postedBy { id } viewerActs activities { totalCount } } }";
        let inside = known(&county, inside, "outsider");
        let outsider = county.caller("outsider").ask(&inside, json!({})).await;
        outsider.at("listing");
        for former in [&applicant, &removed] {
            assert_eq!(former.ask(&inside, json!({})).await.body, outsider.body);
            let own = "{ people { totalCount } viewer { listings { totalCount } } }";
            let own = former.ask(own, json!({})).await;
            assert_eq!((own.at("people.totalCount"), own.at("viewer.listings.totalCount")), (&json!(1), &json!(0)));
        }
    }

    async fn signing_in_takes_as_long_with_an_address_that_nobody_has(on) {
        let world = crate::support::World::new(on).await;
        let mary = world.person("Mary Major").await;
        let (mut known, mut unknown) = (std::time::Duration::MAX, std::time::Duration::MAX);
        for _ in 0..8 {
            known = known.min(sign_in(&world.stranger(), &mary.email).await);
            unknown = unknown.min(sign_in(&world.stranger(), "nobody@example.org").await);
        }
        // Without the work of comparing a password it would take a tenth of the time.
        assert!(unknown * 4 > known && known * 4 > unknown, "{known:?} {unknown:?}");
    }
}

/// How long a wrong password takes.
async fn sign_in(stranger: &Caller, email: &str) -> std::time::Duration {
    let start = std::time::Instant::now();
    let sign_in =
        "mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let input = json!({"email": email, "password": format!("not {PASSWORD}")});
    let reply = stranger.ask(sign_in, json!({"input": input})).await;
    assert_eq!(reply.refusals(), ["WRONG_CREDENTIALS"]);
    start.elapsed()
}
