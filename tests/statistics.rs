//! What is counted, for whom, and that no two things are ever added up that are not one.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use crate::{
    both,
    matches::{Pair, accept, act, confirm, laptops, posted, record},
    support::{Caller, Reply},
};

const GROUP: &str = "resourceKind area { code } priorityArea { code } month suppressed { figure }
    offers requests matches claimedDeliveries confirmedDeliveries
    measures { unit offered requested agreed claimed confirmed }";

fn month(away: i64) -> String {
    let day = api::kit::clock::local_day(api::kit::clock::now() + Duration::days(away));
    day.format("%Y-%m").to_string()
}

/// The figures of these days' months, with these further arguments.
async fn figures(who: &Caller, more: &str) -> Reply {
    let (from, until) = (month(-2), month(2));
    let query = format!(
        "{{ statistics(period: {{from: \"{from}\", until: \"{until}\"}} {more}) {{ {GROUP} }} }}"
    );
    who.ask(&query, json!({})).await
}

/// The measure of a unit in the first group: offered, requested, agreed, claimed, confirmed. A dash is null.
fn measure(reply: &Reply, unit: &str) -> Option<[String; 5]> {
    let all = reply.at("statistics.0.measures").as_array().unwrap();
    let found = all.iter().find(|measure| measure["unit"] == unit)?;
    let told = ["offered", "requested", "agreed", "claimed", "confirmed"];
    Some(told.map(|figure| found[figure].as_str().unwrap_or("-").to_owned()))
}

fn counts(group: &Value) -> Vec<Option<i64>> {
    let told = [
        "offers",
        "requests",
        "matches",
        "claimedDeliveries",
        "confirmedDeliveries",
    ];
    told.map(|count| group[count].as_i64()).to_vec()
}

/// Twenty-five laptops agreed, twelve confirmed and eight claimed.
async fn twenty_five_agreed(pair: &Pair) -> String {
    let id = pair.agreed("25").await;
    let part = record(&pair.giver, &id, "12").await;
    confirm(&pair.taker, &part, "12").await.at("act.fulfilment");
    record(&pair.giver, &id, "8").await;
    id
}

/// Something that a third organisation offers.
async fn third(pair: &Pair, more: Value) {
    let owner = pair.world.person("Fiona Firth").await;
    let fir = owner.organisation("Fir Farm").await;
    posted(&owner, "Offer", &fir, more).await;
}

/// A listing of an organisation of this name, which is new.
async fn other(pair: &Pair, name: &str, kind: &str, more: Value) {
    let owner = pair.world.person(&format!("Owner of {name}")).await;
    let organisation = owner.organisation(name).await;
    posted(&owner, kind, &organisation, more).await;
}

fn hours(amount: &str) -> Value {
    json!({"resourceType": "befriending", "quantity": {"amount": amount, "unit": "HOUR"}, "areas": ["woking"]})
}

both! {
    async fn each_figure_and_each_unit_stands_alone(on) {
        let pair = Pair::new(on).await;
        twenty_five_agreed(&pair).await;
        third(&pair, hours("7.5")).await;
        let seen = figures(&pair.broker, "").await;
        assert_eq!(measure(&seen, "ITEM").unwrap(), ["40", "40", "25", "8", "12"]);
        assert_eq!(measure(&seen, "HOUR").unwrap(), ["7.5", "0", "0", "0", "0"]);
        assert_eq!(seen.at("statistics.0.measures").as_array().unwrap().len(), 2);
        assert_eq!(counts(seen.at("statistics.0")), [2, 1, 1, 1, 1].map(Some));
        assert_eq!(seen.at("statistics.0.suppressed"), &json!([]));
    }

    async fn units_of_one_dimension_are_told_in_one(on) {
        let pair = Pair::with(
            on,
            json!({"resourceType": "food", "quantity": {"amount": "2", "unit": "TONNE"}}),
            json!({"resourceType": "food", "quantity": {"amount": "500", "unit": "KILOGRAM"}}),
        ).await;
        let terms = json!({"quantity": {"amount": "0.25", "unit": "TONNE"}});
        let id = pair.proposed(terms).await;
        accept(&pair.giver, &id, 1).await.at("act.match");
        let seen = figures(&pair.broker, "").await;
        assert_eq!(measure(&seen, "KILOGRAM").unwrap(), ["2000", "500", "250", "0", "0"]);
        assert_eq!(measure(&seen, "TONNE"), None);
    }

    async fn what_is_not_counted_is_a_number_and_no_quantity(on) {
        let pair = Pair::with(on, json!({"quantity": null}), json!({"quantity": null})).await;
        let id = pair.proposed(json!({})).await;
        accept(&pair.giver, &id, 1).await.at("act.match");
        act(&pair.giver, "recordDelivery", json!({"matchId": id})).await.at("act.fulfilment");
        let seen = figures(&pair.broker, "").await;
        assert_eq!(counts(seen.at("statistics.0")), [1, 1, 1, 1, 0].map(Some));
        assert_eq!(seen.at("statistics.0.measures"), &json!([]));
        act(&pair.taker, "disputeMatch", json!({"matchId": id, "note": "Nobody came."})).await.at("act.match");
        let decide = json!({"matchId": id, "outcome": "CONFIRMED_AS_CLAIMED", "note": "They did."});
        act(&pair.broker, "resolveDispute", decide).await.at("act.match");
        let seen = figures(&pair.broker, "").await;
        assert_eq!(counts(seen.at("statistics.0")), [1, 1, 1, 0, 1].map(Some));
    }

    async fn what_a_broker_decides_replaces_what_the_sides_said(on) {
        let pair = Pair::new(on).await;
        let id = twenty_five_agreed(&pair).await;
        act(&pair.taker, "disputeMatch", json!({"matchId": id, "note": "Only five came."})).await.at("act.match");
        let seen = figures(&pair.broker, "").await;
        assert_eq!(measure(&seen, "ITEM").unwrap(), ["40", "40", "25", "8", "12"], "until then, all is as it was said");
        let decide = json!({"matchId": id, "outcome": "ADJUSTED", "quantity": {"amount": "17", "unit": "ITEM"}, "note": "Counted."});
        act(&pair.broker, "resolveDispute", decide).await.at("act.match");
        let seen = figures(&pair.broker, "").await;
        assert_eq!(measure(&seen, "ITEM").unwrap(), ["40", "40", "25", "0", "17"]);
        assert_eq!(counts(seen.at("statistics.0")), [1, 1, 1, 0, 1].map(Some));
    }

    async fn nobody_can_be_told_from_what_everybody_sees(on) {
        let pair = Pair::new(on).await;
        twenty_five_agreed(&pair).await;
        let stranger = pair.world.stranger();
        let few = figures(&stranger, "").await;
        let all = ["OFFERED", "REQUESTED", "AGREED", "CLAIMED", "CONFIRMED"];
        assert_eq!(few.each("statistics.0.suppressed", "figure"), all);
        assert_eq!(counts(few.at("statistics.0")), [None; 5]);
        assert_eq!(measure(&few, "ITEM").unwrap(), ["-"; 5]);
        let month = month(0);
        let reasons = format!("{{ statistics(period: {{from: {month:?}, until: {month:?}}}) {{ suppressed {{ reason }} }} }}");
        let reasons = stranger.ask(&reasons, json!({})).await;
        assert_eq!(reasons.each("statistics.0.suppressed", "reason"), ["FEW_ORGANISATIONS"; 5]);
        // Three organisations offer, one requests, and two agreed.
        for name in ["Fir Farm", "Hazel House"] {
            other(&pair, name, "Offer", hours("3")).await;
        }
        let some = figures(&stranger, "").await;
        assert_eq!(counts(some.at("statistics.0")), [Some(3), None, None, None, None], "each figure has its own organisations");
        assert_eq!(measure(&some, "HOUR").unwrap(), ["-", "0", "0", "0", "0"], "as has each unit");
        let groups = figures(&stranger, "groupBy: RESOURCE_KIND").await;
        let groups = groups.at("statistics").as_array().unwrap();
        assert_eq!(groups.len(), 2, "they are named, and not left out");
        assert!(groups.iter().all(|group| group["offers"].is_null()));
        let staff = figures(&pair.broker, "groupBy: RESOURCE_KIND").await;
        assert!(staff.at("statistics").as_array().unwrap().iter().all(|group| group["suppressed"] == json!([])));
    }

    async fn what_is_hidden_is_not_counted(on) {
        let pair = Pair::with(on, json!({"audience": "MEMBERS"}), json!({})).await;
        twenty_five_agreed(&pair).await;
        posted(&pair.giver, "Offer", &pair.elm, json!({"audience": "ORGANISATION"})).await;
        crate::listings::post(&pair.giver, "Offer", &pair.elm, json!({})).await.at("created.listing");
        let paused = posted(&pair.giver, "Offer", &pair.elm, json!({})).await;
        crate::listings::act(&pair.giver, "pauseListing", &paused, json!({})).await.at("act.listing");
        for name in ["Fir Farm", "Hazel House"] {
            let one = json!({"quantity": {"amount": "1", "unit": "ITEM"}});
            other(&pair, name, "Offer", one.clone()).await;
            other(&pair, &format!("New {name}"), "Request", one).await;
        }
        posted(&pair.giver, "Offer", &pair.elm, json!({"quantity": {"amount": "1", "unit": "ITEM"}})).await;
        let seen = figures(&pair.world.stranger(), "").await;
        assert_eq!(measure(&seen, "ITEM").unwrap(), ["3", "42", "0", "0", "0"]);
        assert_eq!(counts(seen.at("statistics.0")), [3, 3, 0, 0, 0].map(Some));
        let member = figures(&pair.giver, "").await;
        assert_eq!(measure(&member, "ITEM"), measure(&seen, "ITEM"), "without an organisation, a member asks for what is public");
        let staff = figures(&pair.broker, "").await;
        assert_eq!(counts(staff.at("statistics.0")), [6, 3, 1, 1, 1].map(Some), "but no draft");
    }

    async fn an_answer_is_as_public_as_what_it_answers_and_posts_nothing(on) {
        let pair = Pair::new(on).await;
        let input = json!({"listingId": pair.offer, "organisationId": pair.oak, "terms": laptops("5")});
        let id = act(&pair.taker, "respondToListing", input).await.text("act.match.id");
        accept(&pair.giver, &id, 1).await.at("act.match");
        for name in ["Fir Farm", "Hazel House"] {
            other(&pair, name, "Offer", json!({"quantity": {"amount": "1", "unit": "ITEM"}})).await;
        }
        let seen = figures(&pair.broker, "").await;
        assert_eq!(measure(&seen, "ITEM").unwrap(), ["42", "40", "5", "0", "0"]);
        let seen = figures(&pair.world.stranger(), "").await;
        assert_eq!(counts(seen.at("statistics.0")), [Some(3), None, None, Some(0), Some(0)], "one match is public, and so suppressed");
    }

    async fn members_see_what_their_own_organisation_did(on) {
        let pair = Pair::with(on, json!({"audience": "MEMBERS"}), json!({})).await;
        twenty_five_agreed(&pair).await;
        let of = |id: &str| format!("filter: {{organisationId: {id:?}}}");
        let own = figures(&pair.giver, &of(&pair.elm)).await;
        assert_eq!(measure(&own, "ITEM").unwrap(), ["40", "0", "25", "8", "12"]);
        assert_eq!(own.at("statistics.0.suppressed"), &json!([]));
        assert_eq!(figures(&pair.taker, &of(&pair.elm)).await.codes(), ["FORBIDDEN"]);
        assert_eq!(figures(&pair.world.stranger(), &of(&pair.elm)).await.codes(), ["UNAUTHENTICATED"]);
        let staff = figures(&pair.broker, &of(&pair.oak)).await;
        assert_eq!(measure(&staff, "ITEM").unwrap(), ["0", "40", "25", "8", "12"]);
    }

    async fn what_names_several_areas_counts_in_each_and_once_in_all(on) {
        let pair = Pair::with(on, json!({}), json!({"areas": ["elmbridge", "woking"], "priorityAreas": ["sustainable-economy"]})).await;
        twenty_five_agreed(&pair).await;
        let by = async |more: &str, name: &str| {
            let reply = figures(&pair.broker, more).await;
            let groups = reply.at("statistics").as_array().unwrap().clone();
            groups.iter().map(|group| {
                let agreed = group["measures"][0]["agreed"].as_str().unwrap().to_owned();
                (group[name]["code"].as_str().map(str::to_owned), agreed)
            }).collect::<Vec<_>>()
        };
        let code = |code: &str| Some(code.to_owned());
        assert_eq!(by("groupBy: AREA", "area").await, [(code("elmbridge"), "25".into()), (code("woking"), "25".into())]);
        assert_eq!(by("", "area").await, [(None, "25".to_owned())]);
        let filtered = by("groupBy: AREA, filter: {areas: [\"woking\"]}", "area").await;
        assert_eq!(filtered, [(code("woking"), "25".into())], "groups are those that were asked for");
        let none = figures(&pair.broker, "filter: {areas: [\"guildford\"]}").await;
        assert_eq!(counts(none.at("statistics.0")), [0; 5].map(Some));
        // The offer serves no priority area, the request does.
        let priorities = by("groupBy: PRIORITY_AREA", "priorityArea").await;
        assert_eq!(priorities, [(code("sustainable-economy"), "25".into()), (None, "0".into())]);
    }

    async fn months_begin_at_midnight_in_surrey(on) {
        use entity::{listing, matching, fulfilment};
        use sea_orm::{EntityTrait, sea_query::Expr};

        let pair = Pair::new(on).await;
        twenty_five_agreed(&pair).await;
        // Half past midnight on the first of July in Surrey is still June in UTC.
        let at: chrono::DateTime<chrono::Utc> = "2026-06-30T23:30:00Z".parse().unwrap();
        let june: NaiveDate = "2026-06-30".parse().unwrap();
        let write = &pair.world.app.database.write;
        listing::Entity::update_many().col_expr(listing::Column::FirstPublishedAt, Expr::value(at)).exec(write).await.unwrap();
        matching::Entity::update_many().col_expr(matching::Column::AgreedAt, Expr::value(at)).exec(write).await.unwrap();
        fulfilment::Entity::update_many().col_expr(fulfilment::Column::DeliveredOn, Expr::value(june)).exec(write).await.unwrap();
        let query = format!("{{ statistics(groupBy: MONTH, period: {{from: \"2026-05\", until: \"2026-07\"}}) {{ {GROUP} }} }}");
        let seen = pair.broker.ask(&query, json!({})).await;
        assert_eq!(seen.each("statistics", "month"), ["2026-06", "2026-07"], "May was empty");
        assert_eq!(counts(seen.at("statistics.0")), [0, 0, 0, 1, 1].map(Some));
        assert_eq!(counts(seen.at("statistics.1")), [1, 1, 1, 0, 0].map(Some));
        let june = query.replace("2026-07", "2026-06");
        let seen = pair.broker.ask(&june, json!({})).await;
        assert_eq!(seen.each("statistics", "month"), ["2026-06"]);
    }

    async fn questions_that_make_no_sense_name_the_argument(on) {
        let pair = Pair::new(on).await;
        let ask = async |period: &str, filter: &str| {
            let query = format!("{{ statistics(period: {{{period}}}, filter: {{{filter}}}) {{ offers }} }}");
            let reply = pair.world.stranger().ask(&query, json!({})).await;
            (reply.codes().join(" "), reply.body["errors"][0]["extensions"]["argument"].clone())
        };
        let good = "from: \"2026-01\", until: \"2026-12\"";
        let many = format!("areas: {:?}", vec!["woking"; 51]);
        for (period, filter, argument) in [
            ("from: \"2026-02\", until: \"2026-01\"", "", "period"),
            ("from: \"2016-01\", until: \"2026-01\"", "", "period"),
            (good, "areas: [\"woking\", \"atlantis\"]", "filter.areas"),
            (good, "priorityAreas: [\"joy\"]", "filter.priorityAreas"),
            (good, &many, "filter.areas"),
        ] {
            let (codes, named) = ask(period, filter).await;
            assert_eq!((codes, named), ("BAD_USER_INPUT".to_owned(), json!(argument)), "{period} {filter}");
        }
    }
}
