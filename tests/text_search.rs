//! Text search: one table of titles and queries, for listings, their subscription, events, organisations and people, on
//! both databases.

use std::time::Duration;

use api::activities::outbox;
use serde_json::json;

use crate::{
    both,
    events::draft,
    listings::post,
    support::{Caller, On, World},
};

/// Title, queries that find it, and queries that do not.
#[rustfmt::skip] // One line for each title.
const TABLE: [(&str, &[&str], &[&str]); 36] = [
    ("Laptops/tablets to lend", &["laptops", "tablets", "laptop tablet", "lending tablets", "laptops/tablets", "tablets/laptops"], &["laptopstablets"]),
    ("Covid-19 test kits", &["covid-19", "covid", "covid 19", "covid 19 kit*", "tests"], &["covid-20", "covid19"]),
    ("A4 paper, twelve boxes", &["A4", "a4 paper", "box"], &["a3", "a 5"]),
    ("Open 24/7 warehouse", &["24/7", "24-7", "warehouses"], &["24/8"]),
    ("Flour in 2.5kg bags", &["2.5kg", "2,5kg", "5kg", "bag"], &["3.5kg", "25kg"]),
    ("Toys for ages 5-11", &["5-11", "5–11", "toy", "ages 5"], &["5-12"]),
    ("Print our poster.pdf", &["poster.pdf", "posters", "pdf"], &["poster.doc"]),
    ("Write to hub@riverside.example", &["hub@riverside.example", "riverside", "hub riverside"], &["hub@riverbank.example"]),
    ("See https://hub.example.org/list?a=b", &["https://hub.example.org/list", "hub.example.org", "example.org"], &["https://hut.example.org"]),
    ("Café furniture", &["cafe", "CAFÉ", "cafe\u{301}", "cafés", "caf*"], &["cafeteria"]),
    ("Cafeteria chairs", &["cafeteria", "cafe*", "chair"], &["café"]),
    ("Volunteering morning", &["volunteers", "volunteer", "volunteer*", "volunteeri*", "volunteerin*", "volunteering*", "vol*"], &["volunteerings*", "voluntary*"]),
    ("Women’s group meeting", &["women's", "womens", "women’s", "WOMEN`S GROUPS"], &["womans"]),
    ("O'Neill brothers' van", &["oneill", "O’Neill", "brothers", "o'neill's"], &["neill"]),
    ("Straße cleaning kit", &["strasse", "STRASSE", "straße", "cleaned"], &["strase"]),
    ("ŵyl y dŵr", &["wyl", "ŵyl dwr", "DŴR"], &["gwyl"]),
    ("Łódź and Ørsted posters", &["lodz", "łódź", "orsted", "Ørsted"], &["lod"]),
    ("Зал для встреч", &["зал", "ЗАЛ", "встреч", "встр*"], &["залы"]),
    ("ΑΙΘΟΥΣΑ συλλόγος", &["αιθουσα", "ΣΥΛΛΟΓΟΣ", "συλλογος"], &["αιθουσες"]),
    ("قاعة اجتماعات", &["قاعة", "اجتماعات"], &["قاع"]),
    ("会議室 free on Mondays", &["会議室", "会*", "monday"], &["会議"]),
    ("ﬁve ｗｉｄｅ tables", &["five", "wide", "table wide"], &["fivewide"]),
    ("Room of 40m² with ½ kitchen", &["40m2", "40m²", "kitchens"], &["40m3"]),
    ("C++ and C# lessons", &["c++", "c#", "lesson"], &["d++"]),
    ("Three PCs and a TV", &["pc", "PCs", "tvs"], &["pct"]),
    ("Picnic-tables for hire", &["picnic table", "\"picnic tables\"", "hire", "hiring"], &["\"tables picnic\"", "\"picnic hire\""]),
    ("Lunch club at the hall", &["\"lunch club\"", "\"lunch clubs\"", "lunch hall", "\"club at the hall\""], &["\"lunch hall\"", "lunch dinner"]),
    ("Fish & chips for 30", &["fish & chips", "fish chips"], &["fish bread", "fish | bread"]),
    ("Rock'n'roll band", &["rock'n'roll", "rocknroll", "bands"], &["rock"]),
    ("Snow_shovels: ten", &["snow_shovels", "shovel", "snow:shovel"], &["snowshovel"]),
    ("(Nearly) new: 100% wool", &["nearly", "100%", "\"nearly new\"", "wool*"], &["100 cotton"]),
    ("Semi-detached shed", &["semi-detached", "semi detached", "sheds"], &["semidetached"]),
    ("Vol\u{ad}un\u{ad}teers' minibus", &["volunteers' minibus", "minibuses"], &["minibusing*"]),
    ("1e5 beads 0x1f 007", &["1e5", "0x1f", "007", "bead"], &["7", "1e6"]),
    ("NOT a toy AND or NEAR", &["not toy", "near", "NOT NEAR"], &["nottoy"]),
    ("नमस्ते चाय", &["नमस्ते", "चाय"], &["काफी"]),
];

fn pairs() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    TABLE.into_iter().flat_map(|(title, found, missed)| {
        let found = found.iter().map(move |query| (title, *query, true));
        found.chain(missed.iter().map(move |query| (title, *query, false)))
    })
}

async fn world(on: On) -> (World, Caller, String) {
    let world = World::with(on, |config| {
        config.rate_limits.points_per_person = 0;
        config.rate_limits.points_per_address = 0;
    })
    .await;
    let owner = world.person("Olive Owner").await;
    let organisation = owner.organisation("Elm Works").await;
    (world, owner, organisation)
}

async fn publish(owner: &Caller, organisation: &str, title: &str, description: &str) -> String {
    let more = json!({"title": title, "description": description, "resourceType": "other", "publish": true});
    post(owner, "Offer", organisation, more)
        .await
        .text("created.listing.id")
}

/// Sentences about pairs that a list answers in another way than the table says.
async fn faults(caller: &Caller, list: &str, filter: &str, title: &str) -> Vec<String> {
    let query = format!(
        "query ($filter: {filter}) {{ {list}(filter: $filter, first: 100) {{ nodes {{ title: {title} }} }} }}"
    );
    let mut faults = Vec::new();
    for (title, text, expected) in pairs() {
        let reply = caller.ask(&query, json!({"filter": {"text": text}})).await;
        let found = reply
            .each(&format!("{list}.nodes"), "title")
            .contains(&title.replace('\u{ad}', ""));
        if found != expected {
            faults.push(format!("{text:?} in {title:?}: {found}"));
        }
    }
    faults
}

both! {
    async fn listings_are_found_as_the_table_says(on) {
        assert!(pairs().count() >= 150);
        let (world, owner, organisation) = world(on).await;
        for (title, _, _) in TABLE {
            publish(&owner, &organisation, title, "Brought by us.").await;
        }
        let faults = faults(&world.stranger(), "listings", "ListingFilter", "title").await;
        assert!(faults.is_empty(), "{faults:#?}");
    }

    async fn descriptions_tags_and_towns_are_found_like_titles(on) {
        let (world, owner, organisation) = world(on).await;
        let more = json!({"title": "Ten things", "description": "Opposite the café: 24/7, see hub.example/a-b.", "resourceType": "other",
            "publish": true, "tags": ["second-hand"], "place": {"town": "Staines-upon-Thames"}});
        post(&owner, "Offer", &organisation, more).await.text("created.listing.id");
        let query = "query ($text: String) { listings(filter: {text: $text}) { totalCount } }";
        for (text, count) in [("cafe 24/7", 1), ("hub.example/a-b", 1), ("second-hand", 1), ("hands", 1), ("staines upon thames", 1), ("stain*", 1), ("hub.example/a-c", 0)] {
            let reply = world.stranger().ask(query, json!({"text": text})).await;
            assert_eq!(reply.at("listings.totalCount"), &json!(count), "{text}");
        }
    }

    async fn a_word_in_the_title_comes_before_a_word_in_the_description(on) {
        let (world, owner, organisation) = world(on).await;
        publish(&owner, &organisation, "Forty kites", "Also a few bicycles.").await;
        publish(&owner, &organisation, "Forty bicycles", "Also a few kites.").await;
        publish(&owner, &organisation, "Bicycling kites", "Bicycles with kites.").await;
        let query = "query ($text: String) { listings(filter: {text: $text}, orderBy: RELEVANCE) { nodes { title } } }";
        for (text, first) in [("bicycle", "Bicycl"), ("kite", "kites"), ("bicyc*", "Bicycl")] {
            let reply = world.stranger().ask(query, json!({"text": text})).await;
            let titles = reply.each("listings.nodes", "title");
            let last = titles.last().unwrap();
            assert!(titles.len() == 3 && !last.to_lowercase().contains(&first.to_lowercase()), "{text}: {titles:?}");
        }
    }

    async fn an_edit_changes_what_is_found(on) {
        let (world, owner, organisation) = world(on).await;
        let id = publish(&owner, &organisation, "Forty kites", "Also a few bicycles.").await;
        let edit = "mutation ($id: ID!, $version: Int!, $title: String!) { updateListing(input: {id: $id, version: $version, title: $title}) {
            listing { id } userErrors { message } } }";
        owner.ask(edit, json!({"id": id, "version": 2, "title": "Forty drums"})).await.at("updateListing.listing");
        let query = "query ($text: String) { listings(filter: {text: $text}) { totalCount } }";
        for (text, count) in [("kite", 0), ("drum*", 1), ("drum bicycle", 1)] {
            let reply = world.stranger().ask(query, json!({"text": text})).await;
            assert_eq!(reply.at("listings.totalCount"), &json!(count), "{text}");
        }
    }

    async fn events_are_found_as_the_table_says(on) {
        let (world, owner, organisation) = world(on).await;
        for (title, _, _) in TABLE {
            let more = json!({"title": title, "description": "Brought by us.", "schedule": true, "venue": null});
            draft(&owner, &organisation, more).await.text("act.event.id");
        }
        let faults = faults(&world.stranger(), "events", "EventFilter", "title").await;
        assert!(faults.is_empty(), "{faults:#?}");
    }

    async fn a_subscription_matches_as_the_list_does(on) {
        let (world, owner, organisation) = world(on).await;
        let app = world.app.clone();
        let rounds = tokio::spawn(async move { outbox::jobs::run(&app).await });
        let query = "subscription ($filter: ListingFilter) { listingPublished(filter: $filter) { title } }";
        let before = world.app.outbox.followers();
        for (title, found, missed) in TABLE.into_iter().step_by(4) {
            let hear = async |text: &str| owner.hear(query, json!({"filter": {"text": text}})).await;
            let (mut finds, mut misses) = (hear(found[0]).await, hear(missed[0]).await);
            // Both follow, and those of the title before have gone.
            while world.app.outbox.followers() != before + 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            publish(&owner, &organisation, title, "Brought by us.").await;
            let heard = finds.answer().await;
            assert_eq!(heard["data"]["listingPublished"]["title"], title.replace('\u{ad}', ""), "{heard}");
            assert!(misses.is_silent(Duration::from_millis(50)).await, "{title}");
        }
        rounds.abort();
    }

    async fn organisations_and_people_are_found_by_parts_of_their_words(on) {
        let (world, owner, _) = world(on).await;
        let admin = world.admin().await;
        for name in ["Café O’Neill & Łódź", "Elm-Tree Trust", "100% Straße"] {
            owner.organisation(name).await;
        }
        let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { message } } }";
        for (at, name) in ["Zoë O’Neill", "Anne-Marie Łuczak"].into_iter().enumerate() {
            let input = json!({"email": format!("p{at}@zed.example"), "password": crate::support::PASSWORD, "displayName": name});
            assert!(world.stranger().ask(sign_up, json!({"input": input})).await.refusals().is_empty());
        }
        let organisations = "query ($text: String) { it: organisations(filter: {text: $text}) { nodes { it: name } } }";
        let people = "query ($text: String) { it: people(text: $text) { nodes { it: displayName } } }";
        for (query, text, expected) in [
            (organisations, "cafe", &["Café O’Neill & Łódź"][..]),
            (organisations, "NEIL lodz", &["Café O’Neill & Łódź"]),
            (organisations, "o'neill", &["Café O’Neill & Łódź"]),
            (organisations, "elm tr", &["Elm-Tree Trust"]),
            (organisations, "elmtree", &[]),
            (organisations, "strasse", &["100% Straße"]),
            (organisations, "100%", &["100% Straße"]),
            (organisations, "%", &[]),
            (people, "zoe", &["Zoë O’Neill"]),
            (people, "oneill", &["Zoë O’Neill"]),
            (people, "marie anne", &["Anne-Marie Łuczak"]),
            (people, "LUCZ", &["Anne-Marie Łuczak"]),
            (people, "p1@zed", &["Anne-Marie Łuczak"]),
            (people, "_", &[]),
        ] {
            let reply = admin.ask(query, json!({"text": text})).await;
            assert_eq!(reply.each("it.nodes", "it"), expected, "{text}");
        }
        let rename = "mutation { updateProfile(input: {displayName: \"Ölive\"}) { userErrors { message } } }";
        owner.ask(rename, json!({})).await.at("updateProfile");
        assert_eq!(admin.ask(people, json!({"text": "olive own"})).await.each("it.nodes", "it"), [""; 0]);
        assert_eq!(admin.ask(people, json!({"text": "olive"})).await.each("it.nodes", "it"), ["Ölive"]);
    }
}
