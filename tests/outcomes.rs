//! What came of events: what was raised at them, and what that led to.

use serde_json::{Value, json};

use crate::{
    both,
    events::{act as on_event, announced, draft, particulars},
    listings::offer,
    matches::{Pair, confirm, posted, record},
    support::{Caller, Reply},
};

const OUTCOME: &str =
    "outcome { suppressed offers requests matches claimedDeliveries confirmedDeliveries
    measures { unit offered requested agreed claimed confirmed } }";

/// Says at which event a listing was raised; the listing is at `act.listing`.
async fn raise(who: &Caller, listing: &str, event: Option<&str>) -> Reply {
    let query = "mutation ($input: SetListingEventInput!) { act: setListingEvent(input: $input) {
        listing { id raisedAtEvent { id } } userErrors { code field message } } }";
    let input = json!({"listingId": listing, "eventId": event});
    who.ask(query, json!({"input": input})).await
}

/// What came of an event or of a series, to somebody.
async fn outcome(who: &Caller, id: &str) -> Value {
    let kind = if id.starts_with("event:") {
        "Event"
    } else {
        "EventSeries"
    };
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {OUTCOME} }} }} }}");
    let reply = who.ask(&query, json!({"id": id})).await;
    let groups = reply.at("node.outcome").as_array().unwrap();
    assert_eq!(groups.len(), 1, "{groups:?}");
    groups[0].clone()
}

fn figures(
    offers: i64,
    requests: i64,
    matches: i64,
    claimed: i64,
    confirmed: i64,
    measures: &[&Value],
) -> Value {
    json!({"suppressed": false, "offers": offers, "requests": requests, "matches": matches, "claimedDeliveries": claimed,
        "confirmedDeliveries": confirmed, "measures": measures})
}

/// Whether what came of each of these is told to somebody.
async fn told<const N: usize>(who: &Caller, ids: [&String; N]) -> [bool; N] {
    let mut told = [false; N];
    for (told, id) in told.iter_mut().zip(ids) {
        *told = outcome(who, id).await["suppressed"] == false;
    }
    told
}

/// Which groups by kind are kept back of each of these.
async fn kept_back(who: &Caller, ids: &[&String]) -> Vec<Vec<Value>> {
    let by_kind = "outcome(groupBy: RESOURCE_KIND) { suppressed }";
    let query = format!(
        "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{
        ... on Event {{ {by_kind} }} ... on EventSeries {{ {by_kind} }} }} }}"
    );
    let reply = who.ask(&query, json!({"ids": ids})).await;
    let nodes = reply.at("nodes").as_array().unwrap().iter();
    nodes
        .map(|node| {
            let groups = node["outcome"].as_array().unwrap().iter();
            groups.map(|group| group["suppressed"].clone()).collect()
        })
        .collect()
}

both! {
    async fn a_draft_that_was_raised_at_an_event_can_be_thrown_away(on) {
        let pair = Pair::new(on).await;
        let event = announced(&pair.taker, &pair.oak, json!({})).await;
        let listing = offer(&pair.giver, &pair.elm, json!({})).await;
        raise(&pair.giver, &listing, Some(&event)).await.at("act.listing.id");
        let delete = "mutation ($id: ID!) { act: deleteListing(input: {id: $id}) { userErrors { code } } }";
        assert_eq!(pair.giver.ask(delete, json!({"id": listing})).await.outcome(), "done");
    }

    async fn what_was_raised_at_an_event_and_what_it_led_to_is_told_figure_by_figure(on) {
        let pair = Pair::new(on).await;
        let times = json!({"schedule": true});
        let input = json!({"event": particulars(&pair.oak, times), "recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}});
        let query = "mutation ($input: CreateEventSeriesInput!) { act: createEventSeries(input: $input) {
            series { id events(first: 2) { nodes { id } } } userErrors { code field } } }";
        let made = pair.taker.ask(query, json!({"input": input})).await;
        let [first, second] = [0, 1].map(|at| made.text(&format!("act.series.events.nodes.{at}.id")));
        let series = made.text("act.series.id");
        let nothing = figures(0, 0, 0, 0, 0, &[]);
        assert_eq!(outcome(&pair.broker, &first).await, nothing);

        raise(&pair.giver, &pair.offer, Some(&first)).await.at("act.listing.id");
        let id = pair.agreed("25").await;
        let part = record(&pair.giver, &id, "12").await;
        confirm(&pair.taker, &part, "12").await.at("act.fulfilment");
        record(&pair.giver, &id, "8").await;
        let hours = json!({"resourceType": "befriending", "quantity": {"amount": "7.5", "unit": "HOUR"}});
        let other = posted(&pair.taker, "Request", &pair.oak, hours).await;
        raise(&pair.taker, &other, Some(&second)).await.at("act.listing.id");
        // What was raised nowhere counts nowhere.
        posted(&pair.giver, "Offer", &pair.elm, json!({})).await;

        let items = json!({"unit": "ITEM", "offered": "40", "requested": "0", "agreed": "25", "claimed": "8", "confirmed": "12"});
        let hours = json!({"unit": "HOUR", "offered": "0", "requested": "7.5", "agreed": "0", "claimed": "0", "confirmed": "0"});
        assert_eq!(outcome(&pair.broker, &first).await, figures(1, 0, 1, 1, 1, &[&items]));
        assert_eq!(outcome(&pair.broker, &second).await, figures(0, 1, 0, 0, 0, &[&hours]));
        let all = outcome(&pair.broker, &series).await;
        assert_eq!([&all["offers"], &all["requests"], &all["matches"]], [1, 1, 1]);
        assert_eq!(all["measures"].as_array().unwrap().len(), 2);

        // The request was raised there too: the match is still one.
        raise(&pair.taker, &pair.request, Some(&first)).await.at("act.listing.id");
        let both = outcome(&pair.broker, &first).await;
        assert_eq!([&both["offers"], &both["requests"], &both["matches"]], [1, 1, 1]);
        // Two organisations stand behind it: too few to be told to everybody, its host among them.
        for who in [&pair.world.stranger(), &pair.taker] {
            let seen = outcome(who, &first).await;
            assert_eq!((&seen["suppressed"], &seen["offers"]), (&json!(true), &Value::Null));
        }
        let third = pair.world.person("Fiona Firth").await;
        let fir = third.organisation("Fir Farm").await;
        let theirs = posted(&third, "Offer", &fir, json!({})).await;
        raise(&third, &theirs, Some(&first)).await.at("act.listing.id");
        let stranger = pair.world.stranger();
        // Three stand behind the first event, and one behind the second: the series is told, so the first is not, for what
        // it leaves over is that one's.
        assert_eq!(told(&stranger, [&first, &second, &series]).await, [false, false, true]);
        assert_eq!(told(&pair.broker, [&first, &second, &series]).await, [true, true, true]);
        let at_second = posted(&third, "Offer", &fir, json!({})).await;
        raise(&third, &at_second, Some(&second)).await.at("act.listing.id");
        assert_eq!(told(&stranger, [&first, &second, &series]).await, [false, false, true]);
        // A match counts where its request was raised too, and brings a third organisation: now nobody can be told.
        raise(&pair.taker, &pair.request, Some(&second)).await.at("act.listing.id");
        assert_eq!(told(&stranger, [&first, &second, &series]).await, [true, true, true]);
        for id in [&first, &second, &series] {
            let seen = outcome(&stranger, id).await;
            assert_eq!((&seen["matches"], &seen), (&json!(1), &outcome(&pair.broker, id).await));
        }
        raise(&pair.taker, &pair.request, Some(&first)).await.at("act.listing.id");

        let by_kind = "query ($id: ID!) { event(id: $id) { outcome(groupBy: RESOURCE_KIND) { resourceKind offers } } }";
        let by_kind = pair.broker.ask(by_kind, json!({"id": first})).await;
        assert_eq!(by_kind.at("event.outcome.0.offers"), 2);
        // To everybody groups are told of a series and of events of none; one person's listing is all that is of one kind.
        let all = [&first, &second, &series];
        let staff = kept_back(&pair.broker, &all).await;
        assert_eq!(staff, [vec![false], vec![false, false], vec![false, false]]);
        assert_eq!(kept_back(&stranger, &all).await, [vec![true], vec![true], vec![true, true]]);
        let found = "query ($ids: [ID!]) { listings(filter: {events: $ids, stillNeeded: null}) { totalCount } }";
        for (ids, count) in [(vec![&first], 3), (vec![&second], 2), (vec![&first, &second], 5)] {
            let found = pair.world.stranger().ask(found, json!({"ids": ids})).await;
            assert_eq!(found.at("listings.totalCount"), count);
        }
        let alone = announced(&pair.taker, &pair.oak, json!({})).await;
        for (who, listing) in [(&pair.giver, &pair.offer), (&pair.taker, &pair.request), (&third, &theirs)] {
            raise(who, listing, Some(&alone)).await.at("act.listing.id");
        }
        assert_eq!(kept_back(&stranger, &[&alone]).await, [[false]]);
    }

    async fn its_organisation_says_at_which_event_a_listing_was_raised(on) {
        let pair = Pair::new(on).await;
        let event = announced(&pair.taker, &pair.oak, json!({})).await;
        assert_eq!(raise(&pair.taker, &pair.offer, Some(&event)).await.outcome(), "FORBIDDEN");
        assert_eq!(raise(&pair.world.stranger(), &pair.offer, Some(&event)).await.outcome(), "UNAUTHENTICATED");
        let said = raise(&pair.giver, &pair.offer, Some(&event)).await;
        assert_eq!(said.text("act.listing.raisedAtEvent.id"), event);
        assert_eq!(raise(&pair.giver, &pair.offer, Some(&event)).await.outcome(), "done");
        let another = announced(&pair.giver, &pair.elm, json!({"audience": "ORGANISATION"})).await;
        assert_eq!(raise(&pair.giver, &pair.offer, Some(&another)).await.text("act.listing.raisedAtEvent.id"), another);
        let read = "query ($id: ID!, $event: ID!) { listing(id: $id) { raisedAtEvent { id } }
            listings(filter: {events: [$event]}) { totalCount } }";
        let unseen = pair.taker.ask(read, json!({"id": pair.offer, "event": another})).await;
        assert_eq!((unseen.at("listing.raisedAtEvent"), unseen.at("listings.totalCount")), (&Value::Null, &json!(0)));
        assert_eq!(raise(&pair.giver, &pair.offer, None).await.at("act.listing.raisedAtEvent"), &Value::Null);

        let own = draft(&pair.giver, &pair.elm, json!({})).await.text("act.event.id");
        assert_eq!(raise(&pair.giver, &pair.offer, Some(&own)).await.outcome(), "INVALID_STATE eventId");
        let theirs = draft(&pair.taker, &pair.oak, json!({})).await.text("act.event.id");
        assert_eq!(raise(&pair.giver, &pair.offer, Some(&theirs)).await.outcome(), "NOT_FOUND");
        on_event(&pair.taker, "cancelEvent", &event, json!({})).await.at("act.event.id");
        assert_eq!(raise(&pair.giver, &pair.offer, Some(&event)).await.outcome(), "INVALID_STATE eventId");
        let told = "query ($id: ID!) { listing(id: $id) { activities(first: 10) { nodes { act fields } } } }";
        let told = pair.giver.ask(told, json!({"id": pair.offer})).await;
        let acts = told.each("listing.activities.nodes", "act");
        assert_eq!(acts.iter().filter(|act| *act == "listing.raised").count(), 3, "{acts:?}");
    }
}
