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
    "outcome { suppressed { figure } offers requests matches claimedDeliveries confirmedDeliveries
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
    json!({"suppressed": [], "offers": offers, "requests": requests, "matches": matches, "claimedDeliveries": claimed,
        "confirmedDeliveries": confirmed, "measures": measures})
}

/// The number of offers that came of each of these, as told to somebody.
async fn offers<const N: usize>(who: &Caller, ids: [&String; N]) -> [Option<i64>; N] {
    let mut told = [None; N];
    for (told, id) in told.iter_mut().zip(ids) {
        *told = outcome(who, id).await["offers"].as_i64();
    }
    told
}

/// An offer of a new organisation, raised at these events, one after another.
async fn raised_by_another(pair: &Pair, name: &str, event: &str) -> String {
    let owner = pair.world.person(&format!("Owner of {name}")).await;
    let organisation = owner.organisation(name).await;
    let listing = posted(&owner, "Offer", &organisation, json!({})).await;
    raise(&owner, &listing, Some(event))
        .await
        .at("act.listing.id");
    listing
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
        // Too few stand behind it to be told to everybody, its host among them.
        for who in [&pair.world.stranger(), &pair.taker] {
            let seen = outcome(who, &first).await;
            assert_eq!((&seen["suppressed"][0]["figure"], &seen["offers"]), (&json!("OFFERED"), &Value::Null));
        }
        let by_kind = "query ($id: ID!) { event(id: $id) { outcome(groupBy: RESOURCE_KIND) { resourceKind offers } } }";
        let by_kind = pair.broker.ask(by_kind, json!({"id": first})).await;
        assert_eq!(by_kind.at("event.outcome.0.offers"), 1);
    }

    async fn an_event_subtracted_from_its_series_or_from_everything_tells_of_nobody(on) {
        let pair = Pair::new(on).await;
        let times = json!({"schedule": true});
        let input = json!({"event": particulars(&pair.oak, times), "recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}});
        let query = "mutation ($input: CreateEventSeriesInput!) { act: createEventSeries(input: $input) {
            series { id events(first: 2) { nodes { id } } } userErrors { code field } } }";
        let made = pair.taker.ask(query, json!({"input": input})).await;
        let [first, second] = [0, 1].map(|at| made.text(&format!("act.series.events.nodes.{at}.id")));
        let series = made.text("act.series.id");
        let (stranger, all) = (pair.world.stranger(), [&first, &second, &series]);
        raise(&pair.giver, &pair.offer, Some(&first)).await.at("act.listing.id");
        for name in ["Fir Farm", "Hazel House"] {
            raised_by_another(&pair, name, &first).await;
        }
        assert_eq!(offers(&stranger, all).await, [Some(3), Some(0), Some(3)]);
        raised_by_another(&pair, "Lime Lodge", &second).await;
        // Three stand behind the first event, and one behind the second: the series is told, so the first is not, for what
        // it leaves over is that one's.
        assert_eq!(offers(&stranger, all).await, [None, None, Some(4)]);
        assert_eq!(offers(&pair.broker, all).await, [Some(3), Some(1), Some(4)]);
        for name in ["Pine Place", "Rowan Rooms"] {
            raised_by_another(&pair, name, &second).await;
        }
        assert_eq!(offers(&stranger, all).await, [Some(3), Some(3), Some(6)]);
        // All offers are public too. One that was raised nowhere is what the series leaves over.
        let owner = pair.world.person("Walter Willow").await;
        let willow = owner.organisation("Willow Wharf").await;
        posted(&owner, "Offer", &willow, json!({})).await;
        assert_eq!(offers(&stranger, [&series]).await, [None]);
        assert_eq!(offers(&pair.broker, all).await, [Some(3), Some(3), Some(6)]);
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
