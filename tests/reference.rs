//! Areas, resource types and priorities: dated rows with codes, read from memory, kept by administrators.

use api::{App, reference};
use entity::{activity, area, person::PlatformRole, priority_area, priority_edition};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::{
    both,
    support::{Caller, Reply, World},
};

const SAVE_AREA: &str = "mutation ($input: SaveAreaInput!) { saveArea(input: $input) {
    area { code name kind gss parent { code } point { latitude longitude } validFrom validTo
           successors { area { code } from } predecessors { code } }
    userErrors { code field message } } }";
const SAVE_TYPE: &str = "mutation ($input: SaveResourceTypeInput!) { saveResourceType(input: $input) {
    resourceType { code kind label parent { code } synonyms defaultUnit allowedUnits allowedLendingModes
                   safeguardingDefault validFrom validTo replacedBy { code } }
    userErrors { code field message } } }";
const CREATE: &str = "mutation ($input: CreatePriorityEditionInput!) { createPriorityEdition(input: $input) {
    priorityEdition { id code title state validFrom validTo follows { code }
                      areas { id code predecessor { code edition { code } } outcomes { code parent { code } } } }
    userErrors { code field message } } }";
const SAVE_PRIORITY: &str = "mutation ($input: SavePriorityAreaInput!) { savePriorityArea(input: $input) {
    priorityArea { id code title description edition { code } parent { code } predecessor { code } outcomes { code } }
    userErrors { code field message } } }";
const REMOVE_PRIORITY: &str =
    "mutation ($input: RemovePriorityAreaInput!) { removePriorityArea(input: $input) {
    priorityEdition { areas { code } } userErrors { code field message } } }";
const CONSULT: &str =
    "mutation ($input: ConsultPriorityEditionInput!) { consultPriorityEdition(input: $input) {
    priorityEdition { state } userErrors { code field message } } }";
const ADOPT: &str =
    "mutation ($input: AdoptPriorityEditionInput!) { adoptPriorityEdition(input: $input) {
    priorityEdition { state validFrom validTo } userErrors { code field message } } }";
const EDITION: &str = "query ($code: String, $asOf: Date) { priorityEdition(code: $code, asOf: $asOf) { code state validFrom validTo } }";
const NODE: &str = "query ($id: ID!) { node(id: $id) { __typename id } }";

both! {
    async fn eleven_districts_and_the_county_end_on_the_day_before_two_successors_begin(on) {
        let world = World::new(on).await;
        let query = "query ($day: Date!) {
            districts: areas(asOf: $day, kind: DISTRICT) { code }
            counties: areas(asOf: $day, kind: COUNTY) { code }
            unitaries: areas(asOf: $day, kind: UNITARY) { code }
            towns: areas(asOf: $day, within: \"east-surrey\", kind: TOWN) { code }
            inside: areas(asOf: $day, within: \"elmbridge\") { code }
            elmbridge: area(code: \"elmbridge\") { inForce(asOf: $day) successors { area { code inForce(asOf: $day) } from } } }";
        let eve = world.stranger().ask(query, json!({"day": "2027-03-31"})).await;
        let morning = world.stranger().ask(query, json!({"day": "2027-04-01"})).await;
        let has = |reply: &Reply, list: &str, code: &str| reply.each(list, "code").contains(&code.to_owned());
        assert_eq!((eve.each("districts", "code").len(), morning.each("districts", "code").len()), (11, 0));
        assert_eq!((has(&eve, "counties", "surrey"), has(&morning, "counties", "surrey")), (true, false));
        for code in ["east-surrey", "west-surrey"] {
            assert_eq!((has(&eve, "unitaries", code), has(&morning, "unitaries", code)), (false, true));
        }
        for reply in [&eve, &morning] {
            assert!(has(reply, "towns", "esher") && has(reply, "towns", "oxted"));
            assert!(!has(reply, "towns", "woking-town"));
            assert!(has(reply, "inside", "esher") && !has(reply, "inside", "elmbridge"));
        }
        let successor = |in_force: bool| json!({"inForce": !in_force, "successors": [
            {"area": {"code": "east-surrey", "inForce": in_force}, "from": "2027-04-01"}]});
        assert_eq!(eve.at("elmbridge"), &successor(false));
        assert_eq!(morning.at("elmbridge"), &successor(true));
    }

    async fn everybody_reads_areas_and_types_by_code_and_by_id(on) {
        let world = World::new(on).await;
        let query = "{
            area(code: \"esher\") { id name kind gss point { latitude longitude } parent { code parent { code } } }
            east: area(code: \"east-surrey\") { predecessors { code } validFrom validTo }
            resourceType(code: \"it-hardware\") { id kind children { code parent { code } } defaultUnit allowedUnits }
            skills: resourceTypes(asOf: \"2026-06-01\", kind: SKILLS) { kind }
            early: resourceTypes(asOf: \"1999-01-01\") { code }
            nowhere: area(code: \"nowhere\") { id }
            nothing: resourceType(code: \"nothing\") { id }
            never: priorityEdition(code: \"never\") { id }
            empty: areas(within: \"nowhere\") { code } }";
        let reply = world.stranger().ask(query, json!({})).await;
        assert_eq!(reply.at("area.parent"), &json!({"code": "elmbridge", "parent": {"code": "surrey"}}));
        assert!(reply.at("area.point.latitude").as_f64().unwrap() > 51.0);
        assert_eq!(reply.each("east.predecessors", "code"), [
            "elmbridge", "epsom-and-ewell", "mole-valley", "reigate-and-banstead", "surrey", "tandridge"]);
        assert!(reply.each("resourceType.children", "code").contains(&"laptops".to_owned()));
        assert!(reply.each("skills", "kind").iter().all(|kind| kind == "SKILLS"));
        assert!(reply.each("skills", "kind").len() > 5);
        for absent in ["nowhere", "nothing", "never"] {
            assert!(reply.at(absent).is_null());
        }
        assert_eq!((reply.at("early"), reply.at("empty")), (&json!([]), &json!([])));
        for (path, kind) in [("area.id", "Area"), ("resourceType.id", "ResourceType")] {
            let id = reply.text(path);
            let node = world.stranger().ask(NODE, json!({"id": id})).await;
            assert_eq!(node.at("node"), &json!({"__typename": kind, "id": id}));
        }
        let wrong = reply.text("area.id").replace("area:", "resourceType:");
        assert!(world.stranger().ask(NODE, json!({"id": wrong})).await.at("node").is_null());
    }

    async fn reading_reference_data_asks_the_database_nothing(on) {
        let world = World::new(on).await;
        world.app.database.read.clone().close().await.unwrap();
        world.app.database.write.clone().close().await.unwrap();
        let query = "{ areas(asOf: \"2026-06-01\") { code parent { code } children { code } }
            resourceTypes(asOf: \"2026-06-01\") { code replacedBy { code } }
            priorityEdition(asOf: \"2026-06-01\") { areas { code outcomes { code edition { code } } } } }";
        let reply = world.stranger().ask(query, json!({})).await;
        assert!(reply.each("areas", "code").len() > 60);
        assert_eq!(reply.each("priorityEdition.areas", "code").len(), 4);
    }

    async fn only_administrators_change_reference_data(on) {
        let world = World::new(on).await;
        let (stranger, member, admin) = (world.stranger(), world.person("Mary Major").await, world.admin().await);
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let moderator = world.staff("Mo Moderator", PlatformRole::Moderator).await;
        let cells = [
            (SAVE_AREA, json!({"code": "new-area", "name": "New", "kind": "CUSTOM"})),
            (SAVE_TYPE, json!({"code": "kites", "kind": "EQUIPMENT", "label": "Kites", "defaultUnit": "ITEM",
                "allowedUnits": ["ITEM"], "allowedLendingModes": ["LEND"]})),
            (CREATE, json!({"code": "2031-2035", "title": "Next"})),
            (SAVE_PRIORITY, json!({"edition": "2031-2035", "code": "first", "title": "First"})),
            (REMOVE_PRIORITY, json!({"edition": "2031-2035", "code": "first"})),
            (CONSULT, json!({"code": "2031-2035"})),
            (ADOPT, json!({"code": "2031-2035", "version": 4, "validFrom": "2031-04-01"})),
        ];
        for (act, input) in cells {
            let variables = json!({"input": input});
            assert_eq!(stranger.ask(act, variables.clone()).await.codes(), ["UNAUTHENTICATED"], "{act}");
            for caller in [&member, &broker, &moderator] {
                assert_eq!(caller.ask(act, variables.clone()).await.codes(), ["FORBIDDEN"], "{act}");
            }
            assert_eq!(admin.ask(act, variables).await.refusals(), [""; 0], "{act}");
        }
        let acts = activity::Entity::find()
            .filter(activity::Column::SubjectKind.is_in(["area", "resourceType", "priorityEdition", "priorityArea"]))
            .order_by_asc(activity::Column::Id)
            .all(&world.app.database.read).await.unwrap();
        let acts: Vec<&str> = acts.iter().map(|activity| activity.act.as_str()).collect();
        assert_eq!(acts, ["area.saved", "resource_type.saved", "priority_edition.created", "priority_area.saved",
            "priority_area.removed", "priority_edition.opened_for_consultation", "priority_edition.adopted"]);
    }

    async fn an_area_is_made_changed_and_ended_and_what_is_left_out_stays(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let made = save(&admin, SAVE_AREA, json!({"code": "painshill", "name": " Painshill Park ", "kind": "CUSTOM", "gss": "E05000001",
            "parent": "elmbridge", "point": {"latitude": 51.33, "longitude": -0.42}, "validFrom": "2020-01-01"})).await;
        assert_eq!(made.at("saveArea.area"), &json!({"code": "painshill", "name": "Painshill Park", "kind": "CUSTOM",
            "gss": "E05000001", "parent": {"code": "elmbridge"}, "point": {"latitude": 51.33, "longitude": -0.42},
            "validFrom": "2020-01-01", "validTo": null, "successors": [], "predecessors": []}));
        let ended = save(&admin, SAVE_AREA, json!({"code": "painshill", "gss": null, "validTo": "2026-12-31",
            "successors": [{"area": "esher", "from": "2027-01-01"}, {"area": "cobham", "from": "2027-01-01"}]})).await;
        assert_eq!(ended.at("saveArea.area"), &json!({"code": "painshill", "name": "Painshill Park", "kind": "CUSTOM",
            "gss": null, "parent": {"code": "elmbridge"}, "point": {"latitude": 51.33, "longitude": -0.42},
            "validFrom": "2020-01-01", "validTo": "2026-12-31", "successors": [
                {"area": {"code": "cobham"}, "from": "2027-01-01"}, {"area": {"code": "esher"}, "from": "2027-01-01"}],
            "predecessors": []}));
        let fewer = save(&admin, SAVE_AREA, json!({"code": "painshill", "parent": null, "successors": []})).await;
        assert_eq!(fewer.at("saveArea.area.successors"), &json!([]));
        assert!(fewer.at("saveArea.area.parent").is_null());
        let last = activity::Entity::find().order_by_desc(activity::Column::Id).one(&world.app.database.read).await;
        assert_eq!(last.unwrap().unwrap().fields.0, ["parent", "successors"]);
    }

    async fn a_resource_type_is_made_changed_and_replaced(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let made = save(&admin, SAVE_TYPE, json!({"code": "tablets-old", "kind": "EQUIPMENT", "label": "Old tablets",
            "parent": "it-hardware", "synonyms": ["slate", "Slate"], "defaultUnit": "ITEM", "allowedUnits": ["ITEM", "ITEM"],
            "allowedLendingModes": ["GIVE", "LEND"], "safeguardingDefault": true})).await;
        assert_eq!(made.at("saveResourceType.resourceType"), &json!({"code": "tablets-old", "kind": "EQUIPMENT",
            "label": "Old tablets", "parent": {"code": "it-hardware"}, "synonyms": ["slate"], "defaultUnit": "ITEM",
            "allowedUnits": ["ITEM"], "allowedLendingModes": ["GIVE", "LEND"], "safeguardingDefault": true,
            "validFrom": null, "validTo": null, "replacedBy": []}));
        let gone = save(&admin, SAVE_TYPE, json!({"code": "tablets-old", "validTo": "2026-12-31", "replacedBy": ["laptops"]})).await;
        assert_eq!(gone.at("saveResourceType.resourceType.replacedBy"), &json!([{"code": "laptops"}]));
        assert_eq!(gone.at("saveResourceType.resourceType.synonyms"), &json!(["slate"]));
        let known = world.app.reference.now();
        assert!(known.types_named("slates").contains("tablets-old"));
        assert!(known.types_within(&["laptops".into()]).contains("tablets-old"));
    }

    async fn bad_input_is_refused_with_every_fault_and_its_field(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let long = "x".repeat(20_000);
        for (act, input, expected) in [
            (SAVE_AREA, json!({"code": "New Area"}), json!(["INVALID code", "REQUIRED name", "REQUIRED kind"])),
            (SAVE_AREA, json!({"code": "new\u{7}area", "name": "a\u{7}b", "kind": "TOWN"}), json!(["INVALID code", "INVALID name"])),
            (SAVE_AREA, json!({"code": "new", "name": long, "kind": "TOWN"}), json!(["TOO_LONG name"])),
            (SAVE_AREA, json!({"code": "surrey", "parent": "esher"}), json!(["CIRCULAR parent"])),
            (SAVE_AREA, json!({"code": "esher", "parent": "\u{7}"}), json!(["UNKNOWN parent"])),
            (SAVE_AREA, json!({"code": "esher", "gss": "'; DROP TABLE area"}), json!(["INVALID gss"])),
            (SAVE_AREA, json!({"code": "esher", "point": {"latitude": 1e300, "longitude": 0}}), json!(["OUT_OF_RANGE point"])),
            (SAVE_AREA, json!({"code": "esher", "validFrom": "2030-01-02", "validTo": "2030-01-01"}), json!(["OUT_OF_RANGE validTo"])),
            (SAVE_AREA, json!({"code": "esher", "validTo": "0001-01-01"}), json!(["OUT_OF_RANGE validTo"])),
            (SAVE_AREA, json!({"code": "esher", "successors": vec![json!({"area": "cobham", "from": "2027-01-01"}); 5_000]}),
                json!(["TOO_MANY successors"])),
            (SAVE_AREA, json!({"code": "east-surrey", "successors": [{"area": "elmbridge", "from": "2027-01-01"}]}),
                json!(["CIRCULAR successors.0.area"])),
            (SAVE_TYPE, json!({"code": "laptops", "synonyms": vec!["word"; 10_000]}), json!(["TOO_MANY synonyms"])),
            (SAVE_TYPE, json!({"code": "laptops", "synonyms": ["ok", long]}), json!(["TOO_LONG synonyms.1"])),
            (SAVE_TYPE, json!({"code": "laptops", "kind": "GOODS", "parent": "clothing"}), json!(["INVALID_STATE kind", "INVALID parent"])),
            (SAVE_TYPE, json!({"code": "laptops", "defaultUnit": "MILE"}), json!(["UNIT_NOT_ALLOWED defaultUnit"])),
            (SAVE_TYPE, json!({"code": "laptops", "replacedBy": ["laptops"]}), json!(["CIRCULAR replacedBy.0"])),
            (CREATE, json!({"code": "2021-2026", "title": "\u{7}"}), json!(["ALREADY_EXISTS code", "INVALID title"])),
            (SAVE_PRIORITY, json!({"edition": "2021-2026", "code": "new", "title": "New"}), json!(["INVALID_STATE edition"])),
            (SAVE_PRIORITY, json!({"edition": "2027-2031", "code": "new", "description": long}), json!(["REQUIRED title", "TOO_LONG description"])),
            (REMOVE_PRIORITY, json!({"edition": "2027-2031", "code": "good-work-nearby"}), json!(["INVALID_STATE code"])),
            (CONSULT, json!({"code": "never"}), json!(["UNKNOWN code"])),
            (ADOPT, json!({"code": "2027-2031", "version": 1, "validFrom": "2021-04-01"}), json!(["OUT_OF_RANGE validFrom"])),
        ] {
            let reply = admin.ask(act, json!({"input": input})).await;
            assert_eq!(json!(reply.refusals()), expected, "{act}");
        }
        let known = world.app.reference.now();
        assert!(known.area("new").is_none() && known.edition("2027-2031").unwrap().valid_to.is_none());
        let acts = activity::Entity::find().filter(activity::Column::SubjectKind.eq("area"));
        assert_eq!(acts.count(&world.app.database.read).await.unwrap(), 0);
    }

    async fn drafts_are_seen_by_staff_only_whichever_way_one_comes(on) {
        let world = World::new(on).await;
        let (stranger, member, admin) = (world.stranger(), world.person("Mary Major").await, world.admin().await);
        let broker = world.staff("Bo Broker", PlatformRole::Broker).await;
        let made = save(&admin, CREATE, json!({"code": "2031-2035", "title": "After next", "copyFrom": "2027-2031"})).await;
        let draft = made.text("createPriorityEdition.priorityEdition.id");
        let area = made.text("createPriorityEdition.priorityEdition.areas.0.id");
        let list = "{ priorityEditions { code } }";
        for (caller, sees) in [(&stranger, false), (&member, false), (&broker, true), (&admin, true)] {
            for id in [&draft, &area] {
                assert_eq!(caller.ask(NODE, json!({"id": id})).await.at("node").is_null(), !sees);
            }
            assert_eq!(caller.ask(EDITION, json!({"code": "2031-2035"})).await.at("priorityEdition").is_null(), !sees);
            let codes = caller.ask(list, json!({})).await.each("priorityEditions", "code");
            assert_eq!(codes.contains(&"2031-2035".to_owned()), sees);
            assert!(codes.contains(&"2021-2026".to_owned()));
        }
        // The follower is opened while what it follows is still a draft.
        save(&admin, CONSULT, json!({"code": "2031-2035"})).await;
        let edges = "query ($edition: ID!, $area: ID!) {
            edition: node(id: $edition) { ... on PriorityEdition { follows { code } areas { predecessor { code } } } }
            area: node(id: $area) { ... on PriorityArea { edition { code } predecessor { title edition { code } } } } }";
        for (caller, sees) in [(&stranger, false), (&member, false), (&broker, true)] {
            let reply = caller.ask(edges, json!({"edition": draft, "area": area})).await;
            assert_eq!(reply.text("area.edition.code"), "2031-2035");
            for path in ["edition.follows", "edition.areas.0.predecessor", "area.predecessor"] {
                assert_eq!(reply.at(path).is_null(), !sees, "{path}");
            }
            assert!(sees || !reply.text.contains("2027-2031"));
        }
    }

    async fn an_edition_goes_from_draft_to_consultation_to_adoption_and_never_back(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let write = |code: &str, title: &str| json!({"edition": "2031-2035", "code": code, "title": title});
        let made = save(&admin, CREATE, json!({"code": "2031-2035", "title": "After next", "copyFrom": "2021-2026",
            "validFrom": "2031-04-01"})).await;
        let edition = made.at("createPriorityEdition.priorityEdition");
        assert_eq!((&edition["state"], &edition["follows"]), (&json!("DRAFT"), &json!({"code": "2021-2026"})));
        assert_eq!(edition["areas"][0]["predecessor"], json!({"code": "sustainable-economy", "edition": {"code": "2021-2026"}}));
        assert_eq!(edition["areas"][0]["outcomes"][0], json!({"code": "barriers-to-work", "parent": {"code": "sustainable-economy"}}));

        let saved = save(&admin, SAVE_PRIORITY, json!({"edition": "2031-2035", "code": "rivers", "title": "Rivers",
            "description": "Clean\nand full", "parent": "greener-future", "predecessor": "nature-recovery"})).await;
        assert_eq!(saved.at("savePriorityArea.priorityArea.predecessor"), &json!({"code": "nature-recovery"}));
        let changed = save(&admin, SAVE_PRIORITY, write("rivers", "Rivers and lakes")).await;
        let area = changed.at("savePriorityArea.priorityArea");
        assert_eq!((&area["title"], &area["description"]), (&json!("Rivers and lakes"), &json!("Clean\nand full")));
        assert_eq!(area["parent"], json!({"code": "greener-future"}));

        let opened = save(&admin, CONSULT, json!({"code": "2031-2035"})).await;
        assert_eq!(opened.at("consultPriorityEdition.priorityEdition.state"), "CONSULTATION");
        assert_eq!(ask(&admin, CONSULT, json!({"code": "2031-2035"})).await.refusals(), ["INVALID_STATE code"]);
        save(&admin, SAVE_PRIORITY, write("rivers", "Rivers")).await;

        // The adoption names the version that was read: the areas have changed since.
        let early = ask(&admin, ADOPT, json!({"code": "2031-2035", "version": 1, "validFrom": "2030-07-01"})).await;
        assert_eq!(early.refusals(), ["VERSION_OUTDATED version"]);
        let read = "{ priorityEdition(code: \"2031-2035\") { version } }";
        let version = admin.ask(read, json!({})).await.at("priorityEdition.version").clone();
        let adopted = save(&admin, ADOPT, json!({"code": "2031-2035", "version": version, "validFrom": "2030-07-01"})).await;
        assert_eq!(adopted.at("adoptPriorityEdition.priorityEdition"),
            &json!({"state": "ADOPTED", "validFrom": "2030-07-01", "validTo": null}));
        for (day, code, state, to) in [
            ("2030-06-30", "2021-2026", "SUPERSEDED", json!("2030-06-30")),
            ("2030-07-01", "2031-2035", "ADOPTED", Value::Null),
        ] {
            let force = world.stranger().ask(EDITION, json!({"asOf": day})).await;
            let edition = force.at("priorityEdition");
            assert_eq!((&edition["code"], &edition["state"], &edition["validTo"]), (&json!(code), &json!(state), &to));
        }
        assert!(world.stranger().ask(EDITION, json!({"asOf": "2021-03-31"})).await.at("priorityEdition").is_null());
        for (act, input, expected) in [
            (ADOPT, json!({"code": "2031-2035", "version": 1, "validFrom": "2032-01-01"}), "INVALID_STATE code"),
            (ADOPT, json!({"code": "2021-2026", "version": 1, "validFrom": "2032-01-01"}), "INVALID_STATE code"),
            (ADOPT, json!({"code": "2027-2031", "version": 1, "validFrom": "2030-07-01"}), "OUT_OF_RANGE validFrom"),
            (CONSULT, json!({"code": "2021-2026"}), "INVALID_STATE code"),
            (SAVE_PRIORITY, write("rivers", "Streams"), "INVALID_STATE edition"),
            (REMOVE_PRIORITY, json!({"edition": "2031-2035", "code": "rivers"}), "INVALID_STATE edition"),
        ] {
            assert_eq!(ask(&admin, act, input).await.refusals(), [expected]);
        }
    }

    async fn of_editions_adopted_at_once_for_one_day_one_wins(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let codes: Vec<String> = (0..6).map(|at| format!("edition-{at}")).collect();
        for code in &codes {
            save(&admin, CREATE, json!({"code": code, "title": "One of many"})).await;
        }
        let adopt = codes.iter().map(|code| ask(&admin, ADOPT, json!({"code": code, "version": 1, "validFrom": "2028-04-01"})));
        let refusals: Vec<Vec<String>> = join_all(adopt).await.iter().map(Reply::refusals).collect();
        assert_eq!(refusals.iter().filter(|refusals| refusals.is_empty()).count(), 1);
        assert!(refusals.iter().flatten().all(|refusal| refusal == "OUT_OF_RANGE validFrom"), "{refusals:?}");
        let adopted = priority_edition::Entity::find()
            .filter(priority_edition::Column::State.eq(priority_edition::PriorityEditionState::Adopted));
        assert_eq!(adopted.count(&world.app.database.read).await.unwrap(), 1);
    }

    async fn of_two_moves_at_once_that_would_close_a_circle_one_is_refused(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        for round in 0..5 {
            let (a, b) = (format!("one-{round}"), format!("two-{round}"));
            for code in [&a, &b] {
                save(&admin, SAVE_AREA, json!({"code": code, "name": "A place", "kind": "CUSTOM"})).await;
            }
            let (left, right) = tokio::join!(
                ask(&admin, SAVE_AREA, json!({"code": a, "parent": b})),
                ask(&admin, SAVE_AREA, json!({"code": b, "parent": a})),
            );
            assert_eq!([left.refusals(), right.refusals()].concat(), ["CIRCULAR parent"]);
        }
    }

    async fn a_second_start_keeps_what_administrators_changed(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        save(&admin, SAVE_AREA, json!({"code": "elmbridge", "name": "Elmbridge Borough", "successors": []})).await;
        save(&admin, REMOVE_PRIORITY, json!({"edition": "2027-2031", "code": "open-doors"})).await;
        let before = world.app.reference.now();
        let again = App::start(world.app.config.clone()).await.map_err(|error| error.message()).unwrap();
        let after = again.reference.now();
        assert_eq!(after.version, before.version);
        assert_eq!(after.areas, before.areas);
        assert_eq!(after.successions, before.successions);
        assert_eq!(after.types, before.types);
        assert_eq!(after.priorities, before.priorities);
        assert_eq!(after.area("elmbridge").unwrap().name, "Elmbridge Borough");
    }

    async fn what_is_missing_comes_back_and_a_new_edition_comes_as_a_draft(on) {
        let world = World::new(on).await;
        let write = &world.app.database.write;
        let version = world.app.reference.now().version;
        area::Entity::delete_many().filter(area::Column::Code.eq("esher")).exec(write).await.unwrap();
        priority_area::Entity::delete_many().filter(priority_area::Column::Edition.eq("2021-2026")).exec(write).await.unwrap();
        priority_edition::Entity::delete_many().filter(priority_edition::Column::Code.eq("2021-2026")).exec(write).await.unwrap();
        let database = &world.app.database;
        let starts = (0..4).map(|_| reference::service::load_shipped(database));
        for start in join_all(starts).await {
            start.map_err(|error| error.message()).unwrap();
        }
        world.app.reference.refresh(&database.read).await.map_err(|error| error.message()).unwrap();
        let known = world.app.reference.now();
        assert_eq!(known.version, version + 1);
        assert_eq!(known.area("esher").unwrap().parent.as_deref(), Some("elmbridge"));
        let edition = known.edition("2021-2026").unwrap();
        assert_eq!(edition.state, priority_edition::PriorityEditionState::Draft);
        assert!(known.priority("2021-2026", "volunteering").is_some());
    }

    async fn servers_that_start_at_once_on_an_empty_database_load_it_once(on) {
        let world = World::new(on).await;
        let write = &world.app.database.write;
        entity::area_successor::Entity::delete_many().exec(write).await.unwrap();
        area::Entity::delete_many().exec(write).await.unwrap();
        entity::resource_type::Entity::delete_many().exec(write).await.unwrap();
        priority_area::Entity::delete_many().exec(write).await.unwrap();
        priority_edition::Entity::delete_many().exec(write).await.unwrap();
        let starts = (0..4).map(|_| tokio::spawn(App::start(world.app.config.clone())));
        for start in join_all(starts).await {
            let known = start.unwrap().map_err(|error| error.message()).unwrap().reference.now();
            assert_eq!(known.version, 2);
            assert_eq!((known.areas.len(), known.editions.len()), (74, 2));
            assert_eq!(known.edition("2021-2026").unwrap().state, priority_edition::PriorityEditionState::Adopted);
        }
    }

    async fn another_server_reads_a_change_when_it_looks(on) {
        let world = World::new(on).await;
        let admin = world.admin().await;
        let other = App::start(world.app.config.clone()).await.map_err(|error| error.message()).unwrap();
        save(&admin, SAVE_AREA, json!({"code": "new-area", "name": "New area", "kind": "CUSTOM"})).await;
        assert!(other.reference.now().area("new-area").is_none());
        let job = tokio::spawn(reference::jobs::keep_fresh(other.clone()));
        for _ in 0..100 {
            if other.reference.now().area("new-area").is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        job.abort();
        assert!(other.reference.now().area("new-area").is_some());
    }
}

async fn ask(caller: &Caller, act: &str, input: Value) -> Reply {
    caller.ask(act, json!({"input": input})).await
}

/// An act that must be done.
async fn save(caller: &Caller, act: &str, input: Value) -> Reply {
    let reply = ask(caller, act, input).await;
    reply.at("");
    reply
}
