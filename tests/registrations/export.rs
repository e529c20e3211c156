//! Who registered, as a file for the organisers: safe to open, on record, and without what is forgotten.

use api::kit::clock::now;
use chrono::{Duration, SubsecRound};
use entity::event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use super::{act, people, register};
use crate::{
    both,
    events::{announced, hosts},
    support::{Caller, Reply},
};

async fn export(who: &Caller, event: &str, states: Value) -> Reply {
    let query = "mutation ($event: ID!, $states: [RegistrationState!]) { act: exportAttendees(input: {eventId: $event, states: $states}) {
        export { content rows truncated } userErrors { code field message } } }";
    who.ask(query, json!({"event": event, "states": states}))
        .await
}

/// The rows of a file, the headings first, cell by cell.
fn rows(reply: &Reply) -> Vec<Vec<String>> {
    let content = reply.text("act.export.content");
    let content = content
        .strip_prefix('\u{feff}')
        .expect("the mark by which spreadsheets know UTF-8");
    let lines = content.strip_suffix("\r\n").unwrap().split("\r\n");
    lines
        .map(|line| {
            line.split(',')
                .map(|cell| cell.trim_matches('"').to_owned())
                .collect()
        })
        .collect()
}

both! {
    async fn organisers_take_out_who_comes_and_every_time_is_on_record(on) {
        let (world, owner, organisation) = hosts(on).await;
        let questions = json!([{"code": "diet", "label": "=What do you eat?"}, {"code": "why", "label": "Why?"}]);
        let event = announced(&owner, &organisation, json!({"capacity": 2, "questions": questions})).await;
        let ash = world.person("Ada Ash").await;
        let trust = ash.organisation("Ash Trust").await;
        let [ann, bob] = people(&world, 2).await.try_into().ok().unwrap();
        let formula = "=HYPERLINK(1)";
        let asked = json!({"organisationId": trust, "places": 2, "accessNeeds": "@A ramp",
            "answers": [{"question": "diet", "answer": formula}]});
        let first = register(&ash, &event, asked).await;
        register(&ann, &event, json!({})).await.at("act.registration");
        let last = register(&bob, &event, json!({})).await.text("act.registration.id");
        let file = export(&owner, &event, Value::Null).await;
        assert_eq!((file.at("act.export.rows"), file.at("act.export.truncated")), (&json!(3), &json!(false)));
        let found = rows(&file);
        let head = ["code", "name", "guestEmail", "state", "places", "position", "session", "organisation", "reservation", "registeredAt",
            "'=What do you eat?", "Why?", "accessNeeds", "checkedInAt"];
        assert_eq!(found[0], head);
        let cells: Vec<&str> = [1, 3, 4, 5, 7, 10, 12].map(|at| found[1][at].as_str()).into();
        assert_eq!(cells, ["Ada Ash", "CONFIRMED", "2", "", "Ash Trust", "'=HYPERLINK(1)", "'@A ramp"]);
        assert_eq!(found[1][0], first.text("act.registration.code"));
        assert_eq!([&found[2][3], &found[2][5], &found[3][5]], ["WAITLISTED", "1", "2"]);
        act(&bob, "cancelRegistration", &last).await.at("act");
        let some = export(&owner, &event, json!(["WAITLISTED"])).await;
        assert_eq!((rows(&some).len(), some.at("act.export.rows")), (2, &json!(1)));
        assert_eq!((export(&ann, &event, Value::Null).await.codes(), export(&world.stranger(), &event, Value::Null).await.codes()), (vec!["FORBIDDEN"], vec!["UNAUTHENTICATED"]));
        let log = "{ activities(filter: {acts: [\"event.attendees_exported\"]}) { nodes { subject { id } actor { ... on Person { displayName } } fields } } }";
        let log = owner.ask(log, json!({})).await;
        assert_eq!(log.at("activities.nodes").as_array().unwrap().len(), 2, "of those that were made, each");

        // What is not kept any more is not in it.
        let id: api::kit::Id<event::Entity> = event.parse().unwrap();
        let long_ago = (now() - Duration::days(28)).trunc_subsecs(0);
        event::Entity::update_many()
            .col_expr(event::Column::StartsAt, Expr::val(long_ago - Duration::hours(1)))
            .col_expr(event::Column::EndsAt, Expr::val(long_ago))
            .filter(event::Column::Id.eq(id.0))
            .exec(&world.app.database.write)
            .await
            .unwrap();
        let found = rows(&export(&owner, &event, json!(["CONFIRMED"])).await);
        assert_eq!((found[1][12].as_str(), found[1][10].as_str()), ("", "'=HYPERLINK(1)"));
    }
}
