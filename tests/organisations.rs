//! Organisations: their profiles, versions, numbers, parts and verification, and finding them.

use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, Reply, World},
};

const CREATE: &str = "mutation ($input: CreateOrganisationInput!) { createOrganisation(input: $input) {
    organisation { id name viewerRole version identifiers { scheme value } place { point { latitude longitude } } }
    userErrors { code field message } } }";
const UPDATE: &str = "mutation ($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) {
    organisation { name version size website areas { code } identifiers { scheme value } verification { status method at }
        place { addressLines town postcode point { latitude longitude } } parent { name } }
    userErrors { code field message } } }";
const VERIFY: &str = "mutation ($input: VerifyOrganisationInput!) { verifyOrganisation(input: $input) {
    organisation { version verification { status method at } } userErrors { code field message } } }";

async fn create(caller: &Caller, input: Value) -> Reply {
    caller.ask(CREATE, json!({"input": input})).await
}

/// Changes fields of an organisation as it is now.
async fn change(caller: &Caller, id: &str, fields: Value) -> Reply {
    let read = caller
        .ask(
            "query ($id: ID!) { organisation(id: $id) { version } }",
            json!({"id": id}),
        )
        .await;
    let mut input = json!({"organisationId": id, "version": read.at("organisation.version")});
    for (name, value) in fields.as_object().unwrap() {
        input[name] = value.clone();
    }
    caller.ask(UPDATE, json!({"input": input})).await
}

async fn verification(caller: &Caller, input: Value) -> Reply {
    caller.ask(VERIFY, json!({"input": input})).await
}

async fn names(caller: &Caller, filter: Value) -> Vec<String> {
    let query = "query ($filter: OrganisationFilter) { organisations(filter: $filter) { nodes { name } totalCount } }";
    let reply = caller.ask(query, json!({"filter": filter})).await;
    let names = reply.each("organisations.nodes", "name");
    assert_eq!(reply.at("organisations.totalCount"), &json!(names.len()));
    names
}

both! {
    async fn whoever_creates_an_organisation_owns_it_and_everybody_sees_it(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let made = create(&mary, json!({"name": "  Riverside Hub ", "kind": "CIC"})).await;
        assert_eq!(made.at("createOrganisation.organisation.viewerRole"), "OWNER");
        let id = made.text("createOrganisation.organisation.id");
        let query = "query ($id: ID!) { organisation(id: $id) { name kind sector size description website identifiers { value }
            parent { id } verification { status method at } state mergedInto { id } version viewerRole
            members { nodes { role } totalCount } invitations { id } } node(id: $id) { ... on Organisation { name } } }";
        let seen = world.stranger().ask(query, json!({"id": id})).await;
        assert_eq!(seen.at("node.name"), "Riverside Hub");
        assert_eq!(seen.at("organisation"), &json!({"name": "Riverside Hub", "kind": "CIC", "sector": "VCSE", "size": null,
            "description": "", "website": null, "identifiers": [], "parent": null,
            "verification": {"status": "UNVERIFIED", "method": null, "at": null}, "state": "ACTIVE", "mergedInto": null,
            "version": 1, "viewerRole": null, "members": {"nodes": [], "totalCount": 0}, "invitations": []}));
        let own = mary.ask("{ viewer { memberships { nodes { role state organisation { name viewerRole } } } } }", json!({})).await;
        assert_eq!(own.at("viewer.memberships.nodes"), &json!([
            {"role": "OWNER", "state": "ACTIVE", "organisation": {"name": "Riverside Hub", "viewerRole": "OWNER"}}]));
        let nobody = create(&world.stranger(), json!({"name": "Riverside Hub", "kind": "CIC"})).await;
        assert_eq!(nobody.codes(), ["UNAUTHENTICATED"]);
    }

    async fn the_sector_follows_from_the_kind(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for (kind, sector) in [("COUNCIL_TEAM", "PUBLIC"), ("SOLE_TRADER", "PRIVATE"), ("HOUSING_ASSOCIATION", "VCSE")] {
            let create = format!("mutation {{ createOrganisation(input: {{name: \"Hub\", kind: {kind}}}) {{ organisation {{ sector }} }} }}");
            assert_eq!(mary.ask(&create, json!({})).await.at("createOrganisation.organisation.sector"), sector);
        }
    }

    async fn what_is_left_out_of_a_change_stays_and_null_empties_it(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let made = create(&mary, json!({"name": "Riverside Hub", "kind": "CHARITY", "size": "SMALL",
            "website": "https://hub.example", "areas": ["elmbridge", "guildford", "elmbridge"],
            "identifiers": [{"scheme": "GB-CHC", "value": "1164883"}],
            "place": {"addressLines": ["1 High Street", " "], "town": "Walton", "postcode": "kt121aa",
                "point": {"latitude": 51.39, "longitude": -0.41}}})).await;
        let id = made.text("createOrganisation.organisation.id");
        let place = json!({"addressLines": ["1 High Street"], "town": "Walton", "postcode": "KT12 1AA",
            "point": {"latitude": 51.39, "longitude": -0.41}});
        let renamed = change(&mary, &id, json!({"name": "Riverside"})).await;
        let now = renamed.at("updateOrganisation.organisation");
        assert_eq!((&now["name"], &now["size"], &now["website"]), (&json!("Riverside"), &json!("SMALL"), &json!("https://hub.example/")));
        assert_eq!((&now["place"], &now["version"]), (&place, &json!(2)));
        assert_eq!(now["areas"], json!([{"code": "elmbridge"}, {"code": "guildford"}]));
        assert_eq!(now["identifiers"], json!([{"scheme": "GB-CHC", "value": "1164883"}]));
        let emptied = change(&mary, &id, json!({"size": null, "website": null, "place": null, "areas": null, "identifiers": null})).await;
        let now = emptied.at("updateOrganisation.organisation");
        assert_eq!((&now["size"], &now["website"], &now["version"]), (&Value::Null, &Value::Null, &json!(3)));
        assert_eq!((&now["areas"], &now["identifiers"]), (&json!([]), &json!([])));
        assert!(now["place"].is_null(), "{now}");
        // To say what is so already is no change.
        let same = change(&mary, &id, json!({"name": "Riverside", "size": null})).await;
        assert_eq!(same.at("updateOrganisation.organisation.version"), &json!(3));
    }

    async fn the_middle_of_the_first_area_stands_in_for_a_point(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let point = "createOrganisation.organisation.place.point";
        let made = create(&mary, json!({"name": "Hub", "kind": "CIC", "areas": ["elmbridge"]})).await;
        assert_eq!(made.at(point), &json!({"latitude": 51.364, "longitude": -0.392}));
        let id = made.text("createOrganisation.organisation.id");
        let point = "updateOrganisation.organisation.place.point";
        let moved = change(&mary, &id, json!({"areas": ["guildford"]})).await;
        assert_eq!(moved.at(point), &json!({"latitude": 51.243, "longitude": -0.555}));
        let put = change(&mary, &id, json!({"place": {"point": {"latitude": 51.0, "longitude": -0.5}}})).await;
        assert_eq!(put.at(point), &json!({"latitude": 51.0, "longitude": -0.5}));
        let stays = change(&mary, &id, json!({"areas": ["elmbridge"]})).await;
        assert_eq!(stays.at(point), &json!({"latitude": 51.0, "longitude": -0.5}));
    }

    async fn a_change_of_a_version_that_is_gone_is_refused(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let id = mary.organisation("Riverside Hub").await;
        let input = |name: String| json!({"input": {"organisationId": id, "version": 1, "name": name}});
        let tries = (0..6).map(|n| {
            let (mary, input) = (mary.clone(), input(format!("Hub {n}")));
            tokio::spawn(async move { mary.ask(UPDATE, input).await.outcome() })
        });
        let mut outcomes = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            outcomes.push(one.await.unwrap());
        }
        outcomes.sort();
        assert_eq!(outcomes, [vec!["VERSION_OUTDATED version"; 5], vec!["done"]].concat());
        assert_eq!(mary.ask(UPDATE, input("Late Hub".into())).await.refusals(), ["VERSION_OUTDATED version"]);
    }

    async fn everything_that_is_wrong_is_named(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let good = json!({"name": "Riverside Hub", "kind": "CHARITY"});
        for (name, value, refusals) in [
            ("name", json!("x"), vec!["TOO_SHORT name"]),
            ("name", json!("   "), vec!["REQUIRED name"]),
            ("name", json!("River\u{7}side"), vec!["INVALID name"]),
            ("name", json!("River\u{7}side"), vec!["INVALID name"]),
            ("name", json!("River\u{202e}side"), vec!["INVALID name"]),
            ("name", json!("x".repeat(121)), vec!["TOO_LONG name"]),
            ("description", json!("x".repeat(5_001)), vec!["TOO_LONG description"]),
            ("description", json!("x\u{7}"), vec!["INVALID description"]),
            ("website", json!("javascript:alert(1)"), vec!["INVALID website"]),
            ("website", json!("hub.example"), vec!["INVALID website"]),
            ("publicEmail", json!("nobody"), vec!["INVALID publicEmail"]),
            ("publicPhone", json!("call me"), vec!["INVALID publicPhone"]),
            ("place", json!({"postcode": "GU1 CAA"}), vec!["INVALID place.postcode"]),
            ("place", json!({"point": {"latitude": 90.5, "longitude": 0}}), vec!["OUT_OF_RANGE place.point"]),
            ("place", json!({"point": {"latitude": 0, "longitude": -181}}), vec!["OUT_OF_RANGE place.point"]),
            ("place", json!({"addressLines": ["a", "b\u{7}"], "town": "\u{1}"}),
                vec!["INVALID place.addressLines.1", "INVALID place.town"]),
            ("place", json!({"addressLines": vec!["a"; 6]}), vec!["TOO_MANY place.addressLines"]),
            ("areas", json!(["elmbridge", "atlantis", "x\u{7}"]), vec!["UNKNOWN areas.1", "UNKNOWN areas.2"]),
            ("areas", json!(vec!["elmbridge"; 10_000]), vec!["TOO_MANY areas"]),
            ("identifiers", json!(vec![json!({"scheme": "GB-COH", "value": "1"}); 5_000]), vec!["TOO_MANY identifiers"]),
            ("identifiers", json!([{"scheme": "GB-COH", "value": "12"}, {"scheme": "GB-COH", "value": "X1"},
                {"scheme": "US-EIN", "value": "1"}, {"scheme": "gb-coh", "value": "00000012"}]),
                vec!["INVALID identifiers.1.value", "UNKNOWN identifiers.2.scheme", "ALREADY_EXISTS identifiers.3.value"]),
            ("parentId", json!("organisation:01890000-0000-7000-8000-000000000000"), vec!["UNKNOWN parentId"]),
            ("idempotencyKey", json!("a\u{7}b"), vec!["INVALID idempotencyKey"]),
            ("idempotencyKey", json!("x".repeat(101)), vec!["TOO_LONG idempotencyKey"]),
        ] {
            let mut input = good.clone();
            input[name] = value;
            assert_eq!(create(&mary, input).await.refusals(), refusals, "{name}");
        }
        let several = create(&mary, json!({"name": "", "kind": "CIC", "website": "x", "publicEmail": "nobody"})).await;
        assert_eq!(several.refusals(), ["REQUIRED name", "INVALID website", "INVALID publicEmail"]);
        let id = mary.organisation("Hub").await;
        let update = change(&mary, &id, json!({"name": "\u{7}", "place": {"postcode": "1"}})).await;
        assert_eq!(update.refusals(), ["INVALID name", "INVALID place.postcode"]);
        assert_eq!(names(&mary, json!({})).await, ["Hub"]);
    }

    async fn ids_of_another_kind_or_of_nothing_lead_nowhere(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let query = "query ($id: ID!) { organisation(id: $id) { name } }";
        for wrong in [mary.id.clone().unwrap(), "x".into(), "organisation:".into(), "organisation:ABC".into(), "\u{0}".into()] {
            assert_eq!(mary.ask(query, json!({"id": wrong})).await.codes(), ["BAD_USER_INPUT"], "{wrong}");
        }
        let nothing = "organisation:01890000-0000-7000-8000-000000000000";
        assert!(mary.ask(query, json!({"id": nothing})).await.at("organisation").is_null());
        let update = json!({"input": {"organisationId": nothing, "version": 1}});
        assert_eq!(mary.ask(UPDATE, update.clone()).await.codes(), ["NOT_FOUND"]);
        assert_eq!(world.stranger().ask(UPDATE, update).await.codes(), ["UNAUTHENTICATED"]);
    }

    async fn a_number_belongs_to_one_organisation_however_it_is_written(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let with = |value: &str| json!({"name": "Hub", "kind": "CIC", "identifiers": [
            {"scheme": "GB-NHS", "value": "RTA01"}, {"scheme": "gb-coh", "value": value}]});
        let made = create(&mary, with(" 123 4567")).await;
        assert_eq!(made.at("createOrganisation.organisation.identifiers"), &json!([
            {"scheme": "GB-COH", "value": "01234567"}, {"scheme": "GB-NHS", "value": "RTA01"}]));
        let other = json!({"name": "Hub", "kind": "CIC", "identifiers": [
            {"scheme": "GB-SC", "value": "SC1"}, {"scheme": "GB-COH", "value": "01234567"}]});
        assert_eq!(create(&tom, other).await.refusals(), ["ALREADY_EXISTS identifiers.1.value"]);
        // Nothing of what was refused is left: the free number can be used.
        let id = tom.organisation("Other").await;
        let taken = change(&tom, &id, json!({"identifiers": [{"scheme": "GB-SC", "value": "sc1"}, {"scheme": "GB-NHS", "value": "rta 01"}]})).await;
        assert_eq!(taken.refusals(), ["ALREADY_EXISTS identifiers.1.value"]);
        let free = change(&tom, &id, json!({"identifiers": [{"scheme": "GB-SC", "value": "sc1"}]})).await;
        assert_eq!(free.at("updateOrganisation.organisation.identifiers"), &json!([{"scheme": "GB-SC", "value": "SC000001"}]));
        // A number that is given up is free for others.
        let mine = made.text("createOrganisation.organisation.id");
        change(&mary, &mine, json!({"identifiers": []})).await.at("updateOrganisation");
        let both = change(&tom, &id, json!({"identifiers": [{"scheme": "GB-SC", "value": "sc1"}, {"scheme": "GB-NHS", "value": "RTA01"}]})).await;
        assert_eq!(both.each("updateOrganisation.organisation.identifiers", "value"), ["RTA01", "SC000001"]);
    }

    async fn of_many_who_claim_a_number_at_once_one_gets_it(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        let tries = (0..6).map(|n| {
            let mary = mary.clone();
            let numbers = [json!({"scheme": "GB-COH", "value": "7"}), json!({"scheme": "GB-CHC", "value": "1164883"})];
            let numbers = if n % 2 == 0 { numbers } else { let [a, b] = numbers; [b, a] };
            tokio::spawn(async move {
                create(&mary, json!({"name": format!("Hub {n}"), "kind": "CIC", "identifiers": numbers})).await.outcome()
            })
        });
        let mut outcomes = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            outcomes.push(one.await.unwrap());
        }
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "done").count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| outcome.starts_with("ALREADY_EXISTS identifiers.")).count(), 5, "{outcomes:?}");
        assert_eq!(names(&mary, json!({})).await.len(), 1);
    }

    async fn a_retry_with_the_same_key_gets_the_same_organisation(on) {
        let world = World::new(on).await;
        let (mary, tom) = (world.person("Mary Major").await, world.person("Tom Minor").await);
        let input = json!({"name": "Hub", "kind": "CIC", "idempotencyKey": "a key",
            "identifiers": [{"scheme": "GB-COH", "value": "7"}]});
        let tries = (0..5).map(|_| {
            let (mary, input) = (mary.clone(), input.clone());
            tokio::spawn(async move { create(&mary, input).await.text("createOrganisation.organisation.id") })
        });
        let mut ids = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            ids.push(one.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let mut other = input.clone();
        other["name"] = json!("Another");
        assert_eq!(create(&mary, other.clone()).await.refusals(), ["IDEMPOTENCY_KEY_REUSED idempotencyKey"]);
        // The key is the caller's own.
        other["identifiers"] = json!([]);
        create(&tom, other).await.at("createOrganisation");
        assert_eq!(names(&mary, json!({})).await, ["Another", "Hub"]);
    }

    async fn staff_verify_and_a_change_of_what_they_looked_at_undoes_it(on) {
        let world = World::new(on).await;
        let (mary, admin) = (world.person("Mary Major").await, world.admin().await);
        let id = mary.organisation("Riverside Hub").await;
        let verify = async |status: &str, method: Value, version: Option<i32>| {
            let query = "query ($id: ID!) { organisation(id: $id) { version } }";
            let now = admin.ask(query, json!({"id": id})).await.at("organisation.version").clone();
            let version = version.map_or(now, Value::from);
            let input = json!({"organisationId": id, "status": status, "method": method, "version": version});
            verification(&admin, input).await
        };
        assert_eq!(verify("VERIFIED", json!(null), None).await.refusals(), ["REQUIRED method"]);
        assert_eq!(verify("VERIFIED", json!("STAFF"), Some(9)).await.refusals(), ["VERSION_OUTDATED version"]);
        let verified = verify("VERIFIED", json!("REGISTER_LOOKUP"), Some(1)).await;
        let verification = verified.at("verifyOrganisation.organisation.verification");
        assert_eq!((&verification["status"], &verification["method"]), (&json!("VERIFIED"), &json!("REGISTER_LOOKUP")));
        assert!(verification["at"].is_string());
        let status = |reply: &Reply| reply.text("updateOrganisation.organisation.verification.status");
        for harmless in [json!({"website": "https://hub.example"}), json!({"name": "Riverside Hub"}), json!({"identifiers": []})] {
            assert_eq!(status(&change(&mary, &id, harmless).await), "VERIFIED");
        }
        for (who, fields, after) in [
            (&mary, json!({"name": "Riverbank Hub"}), "UNVERIFIED"),
            (&admin, json!({"name": "Riverside Hub"}), "VERIFIED"),
            (&mary, json!({"kind": "CIC"}), "UNVERIFIED"),
            (&admin, json!({"kind": "CIO"}), "VERIFIED"),
            (&mary, json!({"identifiers": [{"scheme": "GB-CHC", "value": "1164883"}]}), "UNVERIFIED"),
            (&admin, json!({"identifiers": [{"scheme": "GB-CHC", "value": "1164884"}]}), "VERIFIED"),
        ] {
            verify("VERIFIED", json!("DOCUMENT"), None).await.at("verifyOrganisation");
            let changed = change(who, &id, fields.clone()).await;
            assert_eq!(status(&changed), after, "{fields}");
            let verification = changed.at("updateOrganisation.organisation.verification");
            assert_eq!(verification["at"].is_null() && verification["method"].is_null(), after == "UNVERIFIED");
        }
        let failed = verify("FAILED", json!("REGISTER_LOOKUP"), None).await;
        assert_eq!(failed.at("verifyOrganisation.organisation.verification"),
            &json!({"status": "FAILED", "method": "REGISTER_LOOKUP", "at": null}));
        // What staff did not find stays so whatever is changed.
        assert_eq!(status(&change(&mary, &id, json!({"name": "Riverbend Hub"})).await), "FAILED");
    }

    async fn parts_go_under_those_who_want_them_and_never_in_a_circle(on) {
        let world = World::new(on).await;
        let (mary, tom, admin) = (world.person("Mary Major").await, world.person("Tom Minor").await, world.admin().await);
        let council = mary.organisation("Council").await;
        let team = create(&mary, json!({"name": "Team", "kind": "COUNCIL_TEAM", "parentId": council})).await.text("createOrganisation.organisation.id");
        let desk = create(&mary, json!({"name": "Desk", "kind": "COUNCIL_TEAM", "parentId": team})).await.text("createOrganisation.organisation.id");
        let toms = tom.organisation("Toms").await;
        assert_eq!(change(&tom, &toms, json!({"parentId": council})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(create(&tom, json!({"name": "Spy", "kind": "CIC", "parentId": council})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(change(&admin, &toms, json!({"parentId": council})).await.text("updateOrganisation.organisation.parent.name"), "Council");
        for parent in [&council, &team, &desk] {
            assert_eq!(change(&mary, &council, json!({"parentId": parent})).await.refusals(), ["CIRCULAR parentId"]);
        }
        let query = "query ($id: ID!) { organisation(id: $id) {
            children(first: 1) { nodes { name parent { name } } totalCount pageInfo { hasNextPage } } } }";
        let children = world.stranger().ask(query, json!({"id": council})).await;
        assert_eq!(children.at("organisation.children"), &json!({"nodes": [{"name": "Team", "parent": {"name": "Council"}}],
            "totalCount": 2, "pageInfo": {"hasNextPage": true}}));
        let freed = change(&mary, &desk, json!({"parentId": null})).await;
        assert!(freed.at("updateOrganisation.organisation.parent").is_null());
        assert_eq!(change(&mary, &council, json!({"parentId": desk})).await.text("updateOrganisation.organisation.parent.name"), "Desk");
    }

    async fn two_who_put_each_other_above_at_once_make_no_circle(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for round in 0..5 {
            let one = mary.organisation(&format!("One {round}")).await;
            let two = mary.organisation(&format!("Two {round}")).await;
            let (a, b) = (mary.clone(), mary.clone());
            let (first, second) = ((one.clone(), two.clone()), (two, one));
            let first = tokio::spawn(async move { change(&a, &first.0, json!({"parentId": first.1})).await.outcome() });
            let second = tokio::spawn(async move { change(&b, &second.0, json!({"parentId": second.1})).await.outcome() });
            let mut outcomes = [first.await.unwrap(), second.await.unwrap()];
            outcomes.sort();
            assert_eq!(outcomes, ["CIRCULAR parentId", "done"]);
        }
    }

    async fn organisations_are_found_by_what_is_known_of_them(on) {
        let world = World::new(on).await;
        let (mary, admin) = (world.person("Mary Major").await, world.admin().await);
        for (name, kind, area, value) in [
            ("Amber Äpfel 100%", "CHARITY", "elmbridge", "1164883"),
            ("Birch Books", "BUSINESS", "guildford", "1164884"),
            ("Cedar Council", "DISTRICT_OR_BOROUGH", "surrey", "1164885"),
        ] {
            create(&mary, json!({"name": name, "kind": kind, "areas": [area], "place": {"town": "Ripley"},
                "identifiers": [{"scheme": "GB-CHC", "value": value}]})).await.at("createOrganisation");
        }
        let birch = mary.ask("{ organisations(filter: {text: \"birch\"}) { nodes { id } } }", json!({})).await.text("organisations.nodes.0.id");
        let verify = json!({"input": {"organisationId": birch, "version": 1, "status": "VERIFIED", "method": "STAFF"}});
        admin.ask(VERIFY, verify).await.at("verifyOrganisation");
        for (filter, found) in [
            (json!({"text": "BIRCH"}), vec!["Birch"]),
            (json!({"text": "äPFEL"}), vec!["Amber"]),
            (json!({"text": "100%"}), vec!["Amber"]),
            (json!({"text": "%"}), vec![]),
            (json!({"text": "ripley"}), vec!["Amber", "Birch", "Cedar"]),
            (json!({"text": "116 4885"}), vec!["Cedar"]),
            (json!({"text": "116488"}), vec![]),
            (json!({"text": " "}), vec!["Amber", "Birch", "Cedar"]),
            (json!({"kinds": ["CHARITY", "BUSINESS"]}), vec!["Amber", "Birch"]),
            (json!({"sectors": ["PUBLIC", "PRIVATE"]}), vec!["Birch", "Cedar"]),
            (json!({"sectors": ["VCSE"], "kinds": ["BUSINESS"]}), vec![]),
            (json!({"areas": ["elmbridge"]}), vec!["Amber"]),
            (json!({"areas": ["surrey"]}), vec!["Amber", "Birch", "Cedar"]),
            (json!({"areas": ["west-surrey"]}), vec!["Birch", "Cedar"]),
            (json!({"areas": ["atlantis"]}), vec![]),
            (json!({"verification": ["VERIFIED"]}), vec!["Birch"]),
            (json!({"verification": ["UNVERIFIED", "FAILED"]}), vec!["Amber", "Cedar"]),
            (json!({"states": ["MERGED"]}), vec![]),
            (json!({"states": []}), vec!["Amber", "Birch", "Cedar"]),
        ] {
            let names = names(&world.stranger(), filter.clone()).await;
            let firsts: Vec<_> = names.iter().map(|name| name.split(' ').next().unwrap()).collect();
            assert_eq!(firsts, found, "{filter}");
        }
        let query = "query ($filter: OrganisationFilter) { organisations(filter: $filter) { nodes { name } } }";
        for filter in [json!({"text": "x".repeat(201)}), json!({"areas": vec!["elmbridge"; 10_000]}), json!({"kinds": vec!["CIC"; 10_000]})] {
            assert_eq!(mary.ask(query, json!({"filter": filter})).await.codes(), ["BAD_USER_INPUT"]);
        }
        let newest = mary.ask("{ organisations(orderBy: NEWEST, first: 2) { nodes { name } } }", json!({})).await;
        assert_eq!(newest.each("organisations.nodes", "name"), ["Cedar Council", "Birch Books"]);
    }

    async fn pages_lose_and_repeat_nothing_where_names_are_equal(on) {
        let world = World::new(on).await;
        let mary = world.person("Mary Major").await;
        for name in ["Hub", "hub", "Acorn", "HUB", "hub", "Zebra", "Hub", "a|b"] {
            mary.organisation(name).await;
        }
        let query = "query ($first: Int, $after: String, $last: Int, $before: String) {
            organisations(first: $first, after: $after, last: $last, before: $before) {
                nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
        let all = mary.ask(query, json!({"first": 100})).await.each("organisations.nodes", "id");
        assert_eq!(all.len(), 8);
        for size in [1, 3, 8] {
            for forward in [true, false] {
                let mut seen: Vec<String> = Vec::new();
                let mut cursor = Value::Null;
                loop {
                    let page = if forward { json!({"first": size, "after": cursor}) } else { json!({"last": size, "before": cursor}) };
                    let reply = mary.ask(query, page).await;
                    let ids = reply.each("organisations.nodes", "id");
                    let info = reply.at("organisations.pageInfo");
                    if forward { seen.extend(ids) } else { seen.splice(0..0, ids); }
                    if !info[if forward { "hasNextPage" } else { "hasPreviousPage" }].as_bool().unwrap() { break }
                    cursor = info[if forward { "endCursor" } else { "startCursor" }].clone();
                }
                assert_eq!(seen, all, "{size} {forward}");
            }
        }
        let cursor = mary.ask(query, json!({"first": 1})).await.text("organisations.pageInfo.endCursor");
        let newest = "query ($after: String) { organisations(orderBy: NEWEST, after: $after) { nodes { id } } }";
        for (query, variables) in [
            (newest, json!({"after": cursor})), (query, json!({"after": "x"})), (query, json!({"first": 101})),
            (query, json!({"first": -1})), (query, json!({"first": 1, "last": 1})),
        ] {
            assert_eq!(mary.ask(query, variables.clone()).await.codes(), ["BAD_USER_INPUT"], "{variables}");
        }
    }

    async fn only_those_who_may_change_and_verify_an_organisation_do(on) {
        let world = World::new(on).await;
        let cast = world.cast().await;
        for (who, caller) in &cast.callers {
            let changed = change(caller, &cast.organisation, json!({"description": format!("Written by the {who}.")})).await;
            assert_eq!(changed.outcome(), match *who {
                "stranger" => "UNAUTHENTICATED",
                "manager" | "owner" | "broker" | "admin" => "done",
                _ => "FORBIDDEN",
            }, "{who} updates");
            let query = "query ($id: ID!) { organisation(id: $id) { version } }";
            let found = world.stranger().ask(query, json!({"id": cast.organisation})).await;
            let version = found.at("organisation.version").clone();
            let verify = json!({"input": {"organisationId": cast.organisation, "version": version, "status": "VERIFIED", "method": "VOUCHED"}});
            assert_eq!(caller.ask(VERIFY, verify).await.outcome(), match *who {
                "stranger" => "UNAUTHENTICATED",
                "broker" | "admin" => "done",
                _ => "FORBIDDEN",
            }, "{who} verifies");
        }
    }
}
