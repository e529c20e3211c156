//! Listings in bulk: out to a file, and in from one.

use std::sync::LazyLock;

use api::{
    accounts,
    kit::{Id, clock},
    transfer::{
        mapping::Mapping,
        service::{self, How, Outcome, Report},
    },
};
use chrono::Days;
use serde_json::{Value, json};

use crate::{
    both,
    listings::{act, offer},
    support::{Caller, Reply, World},
};

const IMPORT: &str = "mutation ($input: ImportListingsInput!) { import: importListings(input: $input) {
    report { written created updated unchanged failed
             rows { row outcome externalReference listing { id state title version } userErrors { code field message } } }
    userErrors { code field message } } }";
const EXPORT: &str = "query ($filter: ListingFilter, $format: TransferFormat!) {
    export: exportListings(filter: $filter, format: $format) { content rows truncated } }";

/// Two rows, of which one is needed in two months.
static CSV: LazyLock<String> = LazyLock::new(|| {
    let needed = clock::local_day(clock::now()) + Days::new(60);
    format!(
        "kind,externalReference,title,description,resourceType,quantity,unit,unitLabel,availability,areas,tags,neededBy\r\n\
         OFFER,A-1,Forty refurbished laptops,\"Wiped, tested and ready.\",it-hardware,40,ITEM,laptops,2026-12-01..2099-03-31 MON 18:00-21:00,elmbridge,office; computers,\r\n\
         REQUEST,A-2,Somewhere warm for a lunch club,\"Twice a week, for thirty people.\",space-other,,,,,woking,,{needed}\r\n"
    )
});

async fn import(
    caller: &Caller,
    organisation: &str,
    format: &str,
    content: &str,
    more: Value,
) -> Reply {
    let mut input = json!({"organisationId": organisation, "format": format, "content": content});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    caller.ask(IMPORT, json!({"input": input})).await
}

/// `created updated unchanged failed` of an import.
fn counts(reply: &Reply) -> [i64; 4] {
    ["created", "updated", "unchanged", "failed"].map(|name| {
        reply.peek("import.report")[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{}", reply.text))
    })
}

/// `CODE field` of everything that is wrong with a row.
fn faults(reply: &Reply, row: usize) -> Vec<String> {
    let errors = &reply.peek("import.report.rows")[row]["userErrors"];
    let fault = |error: &Value| {
        let field: Vec<&str> = error["field"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        format!("{} {}", error["code"].as_str().unwrap(), field.join("."))
            .trim_end()
            .to_owned()
    };
    errors.as_array().unwrap().iter().map(fault).collect()
}

async fn export(caller: &Caller, format: &str, filter: Value) -> String {
    caller
        .ask(EXPORT, json!({"format": format, "filter": filter}))
        .await
        .text("export.content")
}

/// How many listings there are of an organisation, as the caller sees it.
async fn count(caller: &Caller, organisation: &str) -> i64 {
    let all =
        "query ($ids: [ID!]) { listings(first: 1, filter: {organisations: $ids, stillNeeded: null,
        states: [DRAFT, PUBLISHED, PAUSED, EXPIRED, CLOSED]}) { totalCount } }";
    let reply = caller.ask(all, json!({"ids": [organisation]})).await;
    reply.at("listings.totalCount").as_i64().unwrap()
}

both! {
    async fn rows_have_the_numbers_that_a_spreadsheet_shows(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let hub = mary.organisation("Riverside Hub").await;
        let file = "sep=;\r\nkind;externalReference;title;description;resourceType;neededBy\r\n\r\n\
            OFFER;a;Chairs;\"Two lines:\r\none, \"\"two\"\"\";other;\r\n\r\n\r\nREQUEST;b;Tables;Four;other;31/03/27\r\n";
        let reply = import(&mary, &hub, "CSV", file, json!({"dryRun": true})).await;
        let rows = reply.peek("import.report.rows").as_array().unwrap().iter();
        assert_eq!(rows.map(|row| row["row"].clone()).collect::<Vec<_>>(), [json!(3), json!(6)], "{}", reply.text);
        assert_eq!(faults(&reply, 0), [""; 0]);
        assert_eq!(faults(&reply, 1), ["OUT_OF_RANGE neededBy"]);
        let torn = import(&mary, &hub, "CSV", "kind,externalReference,title\r\nOFFER,a,Caf\u{fffd}\r\n", json!({})).await;
        assert!(torn.text.contains("CSV UTF-8"), "{}", torn.text);
    }

    async fn a_file_is_imported_once_however_often_it_comes(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let first = import(&olive, &oaks, "CSV", &CSV, json!({})).await;
        assert_eq!(first.at("import.report.written"), true);
        assert_eq!(counts(&first), [2, 0, 0, 0]);
        assert_eq!(first.peek("import.report.rows.0.row"), 2);
        assert_eq!(first.peek("import.report.rows.1.listing.state"), "DRAFT");
        let again = import(&olive, &oaks, "CSV", &CSV, json!({})).await;
        assert_eq!(counts(&again), [0, 0, 2, 0]);
        assert_eq!(again.at("import.report.rows.0.listing"), first.at("import.report.rows.0.listing"));
        let published = import(&olive, &oaks, "CSV", &CSV, json!({"publish": true})).await;
        assert_eq!(counts(&published), [0, 2, 0, 0]);
        assert_eq!(published.at("import.report.rows.1.listing.state"), "PUBLISHED");
        assert_eq!(counts(&import(&olive, &oaks, "CSV", &CSV, json!({"publish": true})).await), [0, 0, 2, 0]);
        let found = world.stranger().ask(r#"{ offers(filter: {text: "laptop"}) { nodes {
            title quantity { amount unit unitLabel } availability { from weekdays startTime } tags externalReference } } }"#, json!({})).await;
        assert_eq!(found.at("offers.nodes"), &json!([{"title": "Forty refurbished laptops", "externalReference": null,
            "quantity": {"amount": "40", "unit": "ITEM", "unitLabel": "laptops"}, "tags": ["computers", "office"],
            "availability": [{"from": "2026-12-01", "weekdays": ["MONDAY"], "startTime": "18:00"}]}]));
    }

    async fn a_file_that_comes_twice_at_the_same_moment_is_imported_once(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let once = || import(&olive, &oaks, "CSV", &CSV, json!({}));
        let (first, second, third) = tokio::join!(once(), once(), once());
        let mut found = [&first, &second, &third].map(counts);
        found.sort_unstable();
        assert_eq!(found, [[0, 0, 2, 0], [0, 0, 2, 0], [2, 0, 0, 0]]);
        assert_eq!(count(&olive, &oaks).await, 2);
    }

    async fn only_what_differs_is_changed(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        import(&olive, &oaks, "CSV", &CSV, json!({"publish": true})).await;
        let fewer = CSV.replace(",40,", ",25,");
        let reply = import(&olive, &oaks, "CSV", &fewer, json!({})).await;
        assert_eq!(counts(&reply), [0, 1, 1, 0]);
        assert_eq!(reply.at("import.report.rows.0.listing.state"), "PUBLISHED");
        // What a row does not speak of stays; null removes it.
        let line = r#"{"kind": "OFFER", "externalReference": "A-1", "title": "Laptops", "tags": null}"#;
        assert_eq!(counts(&import(&olive, &oaks, "JSON_LINES", line, json!({})).await), [0, 1, 0, 0]);
        let said = olive.ask(r#"{ viewer { listings(filter: {externalReference: "A-1"}) { nodes {
            title description tags quantity { amount unitLabel } expiresAt } } } }"#, json!({})).await;
        let said = said.at("viewer.listings.nodes.0");
        assert_eq!(said["title"], "Laptops");
        assert_eq!(said["description"], "Wiped, tested and ready.");
        assert_eq!(said["tags"], json!([]));
        assert_eq!(said["quantity"], json!({"amount": "25", "unitLabel": "laptops"}));
        assert_ne!(said["expiresAt"], Value::Null);
    }

    async fn every_fault_of_every_row_is_told_and_nothing_is_written(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let lines = [
            r#"{"kind": "OFFER", "externalReference": "1", "title": "Twelve desks", "resourceType": "other"}"#,
            r#"{"kind": "GIFT", "title": "Twelve desks", "colour": "oak"}"#,
            r#"{"kind": "OFFER", "externalReference": "1", "title": "The same again", "resourceType": "other"}"#,
            r#"{"kind": "OFFER", "externalReference": "2", "title": "x", "resourceType": "furniture-of-gold", "postcode": "nowhere",
                "quantity": -3, "unit": "ITEM", "latitude": 51.2, "longitude": 451, "reachKm": 501, "areas": ["surrey", "atlantis"]}"#,
            r#"{"kind": "OFFER", "externalReference": "3", "title": "Chairs", "resourceType": "other", "remote": "perhaps",
                "availability": [{"weekdays": ["FUNDAY"]}], "latitude": 51.2}"#,
            "not JSON",
        ].map(|line| line.replace('\n', " ")).join("\n");
        let reply = import(&olive, &oaks, "JSON_LINES", &lines, json!({"publish": false})).await;
        assert_eq!(reply.refusals(), ["INVALID content"]);
        assert_eq!(counts(&reply), [0, 0, 0, 5]);
        assert_eq!(reply.peek("import.report.written"), false);
        assert_eq!(reply.peek("import.report.rows.0"), &json!({"row": 1, "outcome": "CREATED",
            "externalReference": "1", "listing": null, "userErrors": []}));
        assert_eq!(faults(&reply, 1), ["UNKNOWN colour", "INVALID kind", "REQUIRED externalReference"]);
        assert_eq!(faults(&reply, 2), ["ALREADY_EXISTS externalReference"]);
        let mut wrong = faults(&reply, 3);
        wrong.sort();
        assert_eq!(wrong, ["INVALID postcode", "OUT_OF_RANGE latitude", "OUT_OF_RANGE quantity", "OUT_OF_RANGE reachKm",
            "TOO_SHORT title", "UNKNOWN areas.1", "UNKNOWN resourceType"]);
        assert_eq!(faults(&reply, 4), ["INVALID availability", "REQUIRED longitude", "INVALID remote"]);
        assert_eq!(faults(&reply, 5)[0], "INVALID");
        assert_eq!(count(&olive, &oaks).await, 0);
    }

    async fn a_file_with_many_faults_is_told_of_the_first_of_them(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let headings = "a,".repeat(20_000);
        let reply = import(&olive, &oaks, "CSV", &headings, json!({})).await;
        assert_eq!(reply.refusals().len(), 20, "{:.300}", reply.text);
        let rows = "x\n".repeat(900);
        let reply = import(&olive, &oaks, "CSV", &format!("kind,title\n{rows}"), json!({})).await;
        assert!(reply.codes().is_empty(), "{:.300}", reply.text);
    }

    async fn a_dry_run_reports_and_leaves_everything_as_it_is(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let reply = import(&olive, &oaks, "CSV", &CSV, json!({"dryRun": true, "publish": true})).await;
        assert_eq!(counts(&reply), [2, 0, 0, 0]);
        assert_eq!(reply.at("import.report.written"), false);
        assert_eq!(reply.at("import.report.rows.0.listing"), &Value::Null);
        assert_eq!(count(&olive, &oaks).await, 0);
    }

    async fn a_file_that_is_no_list_of_listings_is_refused_whole(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        for (content, refusals) in [
            ("", vec!["REQUIRED content"; 4]),
            ("kind,externalReference,title,resourceType,colour\nOFFER,1,Desks,other,oak\n", vec!["UNKNOWN content"]),
            ("kind,externalReference,resourceType\nOFFER,1,other\n", vec!["REQUIRED content"]),
        ] {
            let reply = import(&olive, &oaks, "CSV", content, json!({})).await;
            assert_eq!(reply.refusals(), refusals, "{content}");
            assert_eq!(reply.peek("import.report"), &Value::Null);
        }
    }

    async fn editors_import_and_nobody_else(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let edith = olive.joined_by(&world, &oaks, "Edith Editor", "EDITOR").await;
        let max = olive.joined_by(&world, &oaks, "Max Member", "MEMBER").await;
        let admin = world.admin().await;
        assert_eq!(counts(&import(&edith, &oaks, "CSV", &CSV, json!({})).await), [2, 0, 0, 0]);
        for (caller, code) in [(&max, "FORBIDDEN"), (&admin, "FORBIDDEN"), (&world.stranger(), "UNAUTHENTICATED")] {
            assert_eq!(import(caller, &oaks, "CSV", &CSV, json!({})).await.codes(), [code]);
        }
    }

    async fn listings_that_have_ended_are_left_alone(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let first = import(&olive, &oaks, "CSV", &CSV, json!({"publish": true})).await;
        let id = first.text("import.report.rows.0.listing.id");
        act(&olive, "closeListing", &id, json!({"reason": "WITHDRAWN"})).await.at("act");
        assert_eq!(counts(&import(&olive, &oaks, "CSV", &CSV, json!({})).await), [0, 0, 2, 0]);
        let changed = import(&olive, &oaks, "CSV", &CSV.replace(",40,", ",25,"), json!({})).await;
        assert_eq!(faults(&changed, 0), ["INVALID_STATE externalReference"]);
        let other = import(&olive, &oaks, "CSV", &CSV.replace("REQUEST,A-2", "OFFER,A-2"), json!({})).await;
        assert_eq!(faults(&other, 1), ["INVALID kind"]);
    }

    async fn what_is_downloaded_can_be_uploaded_again(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        let tricky = json!({"externalReference": "B-1", "title": "=HYPERLINK(\"https://example.org\")", "lendingMode": "LEND",
            "description": "First line; with | and \\ and \"quotes\".\n- second line", "resourceType": "it-hardware",
            "quantity": {"amount": "2.5", "unit": "ITEM", "unitLabel": "+ boxes"}, "partialAllowed": false,
            "availability": [{"from": "2027-01-01", "weekdays": ["SATURDAY"], "startTime": "09:30", "endTime": "12:00"}, {}],
            "place": {"addressLines": ["Unit 3; rear", "@ the yard"], "town": "Esher", "postcode": "KT10 9AA",
                      "point": {"latitude": 51.369, "longitude": -0.365}},
            "reachKm": 12, "areas": ["elmbridge", "woking"], "priorityAreas": ["2021-2026/greener-future"],
            "audience": "MEMBERS", "expiryPolicy": "STANDING", "tags": ["a;b", "'=c"],
            "requirements": [{"kind": "MINIMUM_AGE", "minimumAge": 18}, {"kind": "OTHER", "detail": "a | b; c"}],
            "pictures": [{"url": "https://example.org/a;b.jpg", "alt": "- A | B"}]});
        offer(&olive, &oaks, tricky).await;
        offer(&olive, &oaks, json!({"externalReference": "B-2", "expiresAt": "2027-09-01T12:34:56.789Z", "publish": true})).await;
        // What has no reference of the organisation's own goes and comes by ours.
        offer(&olive, &oaks, json!({"title": "Without a reference of its own"})).await;
        let own = json!({"organisations": [oaks], "states": ["DRAFT", "PUBLISHED"]});
        for format in ["CSV", "JSON_LINES"] {
            let file = export(&olive, format, own.clone()).await;
            let reply = import(&olive, &oaks, format, &file, json!({})).await;
            assert_eq!(counts(&reply), [0, 0, 3, 0], "{format}: {}\n{file}", reply.text);
            // In another organisation it makes the same listings.
            let elms = olive.organisation(&format!("Elms {format}")).await;
            assert_eq!(counts(&import(&olive, &elms, format, &file, json!({})).await), [3, 0, 0, 0]);
            let copied = json!({"organisations": [elms], "states": ["DRAFT", "PUBLISHED"]});
            let copy = export(&olive, "JSON_LINES", copied).await;
            let plain = |file: &str| {
                let mut rows: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                for row in &mut rows {
                    for shown in ["id", "reference", "state", "organisation", "publishedAt"] {
                        row.as_object_mut().unwrap().remove(shown);
                    }
                }
                rows.sort_by_key(|row| row["externalReference"].to_string());
                rows
            };
            assert_eq!(plain(&copy), plain(&export(&olive, "JSON_LINES", own.clone()).await), "{format}");
            if format == "CSV" {
                let cells: Vec<&str> = file.split(['\r', '\n', ',']).collect();
                assert!(cells.iter().all(|cell| !cell.trim_start_matches('"').starts_with(['=', '+', '@'])), "{file}");
            }
        }
    }

    async fn an_export_holds_what_its_reader_sees_and_no_more(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let oaks = olive.organisation("Oaks").await;
        offer(&olive, &oaks, json!({"externalReference": "S-1", "title": "For everybody", "publish": true})).await;
        offer(&olive, &oaks, json!({"externalReference": "S-2", "title": "For members", "audience": "MEMBERS", "publish": true})).await;
        offer(&olive, &oaks, json!({"externalReference": "S-3", "title": "A draft"})).await;
        let titles = |file: String| {
            let rows = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            rows.map(|row| (row["title"].as_str().unwrap().to_owned(), row["externalReference"].clone())).collect::<Vec<_>>()
        };
        let all = json!({"states": ["DRAFT", "PUBLISHED"]});
        let seen = titles(export(&world.stranger(), "JSON_LINES", all.clone()).await);
        assert_eq!(seen, [("For everybody".to_owned(), Value::Null)]);
        let seen = titles(export(&world.person("Mary Major").await, "JSON_LINES", all.clone()).await);
        assert_eq!(seen, [("For members".to_owned(), Value::Null), ("For everybody".to_owned(), Value::Null)]);
        let mut seen = titles(export(&olive, "JSON_LINES", all).await);
        seen.sort_by_key(|(title, _)| title.clone());
        assert_eq!(seen.iter().map(|(_, reference)| reference.as_str().unwrap()).collect::<Vec<_>>(), ["S-3", "S-1", "S-2"]);
        let file = export(&olive, "CSV", Value::Null).await;
        assert!(file.starts_with("\u{feff}kind,externalReference,title,"), "{file}");
        assert_eq!(file.lines().count(), 3);
    }

    async fn listings_of_another_platform_come_in_by_a_mapping_and_are_found(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let mapping = Mapping::parse(include_str!("../api/data/mappings/matching-sample.toml")).unwrap();
        for _ in 0..2 {
            let offers = bring(&world, &olive, &mapping, include_str!("data/matching/offers.jsonl")).await;
            let requests = bring(&world, &olive, &mapping, include_str!("data/matching/requests.jsonl")).await;
            assert_eq!((offers.rows.len(), requests.rows.len()), (60, 10));
        }
        let found = world.stranger().ask(
            r#"{ all: listings(first: 1) { totalCount facets { kinds { kind count } } }
                text: offers(filter: {text: "print fold flyers"}) { nodes { title organisation { name kind } quantity { amount unit unitLabel } } }
                area: requests(filter: {areas: ["surrey-heath"]}) { nodes { title } }
                type: offers(filter: {resourceTypes: ["space-other"]}) { totalCount }
                near: offers(filter: {near: {point: {latitude: 51.3338, longitude: -0.4183}, withinKm: 3}}, orderBy: NEAREST, first: 1) { nodes { title } }
                organisations(first: 1) { totalCount } }"#,
            json!({}),
        ).await;
        assert_eq!(found.at("all.totalCount"), 70);
        assert_eq!(found.at("all.facets.kinds"), &json!([{"kind": "OFFER", "count": 60}, {"kind": "REQUEST", "count": 10}]));
        assert_eq!(found.at("text.nodes.0"), &json!({"title": "Digital print run",
            "organisation": {"name": "Business in Elmbridge (matching-sample)", "kind": "BUSINESS"},
            "quantity": {"amount": "5000", "unit": "ITEM", "unitLabel": "leaflets"}}));
        assert!(found.each("area.nodes", "title").contains(&"Interview practice for school leavers".into()));
        assert!(found.at("type.totalCount").as_i64().unwrap() >= 3);
        assert_eq!(found.at("near.nodes.0.title"), "Digital print run");
        assert_eq!(found.at("organisations.totalCount"), 43);
    }

    async fn a_mapped_row_that_fails_keeps_the_others_and_their_organisations_out(on) {
        let world = World::new(on).await;
        let olive = world.person("Olive Owner").await;
        let mapping = Mapping::parse(include_str!("../api/data/mappings/matching-sample.toml")).unwrap();
        let lines = r#"{"id": "1", "kind": "offer", "title": "Twelve desks", "resource_type": "spaceships", "organisation_kind": "guild", "quantity": 3, "unit": "bays", "district": "Atlantis"}
            {"id": "2", "kind": "swap", "title": "Twelve chairs", "resource_type": "goods", "organisation_kind": "charity"}"#;
        let report = bring_mapped(&world, &olive, &mapping, lines, How::default()).await;
        let [first, second] = report.rows.as_slice() else { panic!("{report:?}") };
        assert!(!report.written);
        assert_eq!((first.outcome, second.outcome), (Outcome::Created, Outcome::Failed));
        assert_eq!(first.warnings.len(), 4, "{first:?}");
        assert_eq!(second.errors[0].field.as_deref(), Some(["kind".to_owned()].as_slice()));
        let found = world.stranger().ask("{ organisations(first: 1) { totalCount } }", json!({})).await;
        assert_eq!(found.at("organisations.totalCount"), 0);
    }
}

async fn bring_mapped(
    world: &World,
    caller: &Caller,
    mapping: &Mapping,
    lines: &str,
    how: How,
) -> Report {
    let viewer = accounts::service::acting_as(&world.app, clock::now(), &caller.email)
        .await
        .unwrap();
    let entries = mapping.read(lines, &world.app.reference.now()).unwrap();
    service::import(&world.app, &viewer, None, entries, how)
        .await
        .unwrap()
}

/// Imports a file in which every row is right; a second time changes nothing.
async fn bring(world: &World, caller: &Caller, mapping: &Mapping, lines: &str) -> Report {
    let how = How {
        publish: true,
        ..How::default()
    };
    let report = bring_mapped(world, caller, mapping, lines, how).await;
    for row in &report.rows {
        assert!(row.errors.is_empty(), "{row:?}");
        let id = row
            .listing
            .as_ref()
            .map(|listing| Id::<entity::listing::Entity>::new(listing.id));
        assert!(id.is_some(), "{row:?}");
    }
    assert!(report.written);
    report
}
