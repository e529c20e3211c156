//! Who registered, as a file for the organisers: safe to open, on record, and without what is forgotten.

use api::kit::clock::now;
use chrono::{Duration, SubsecRound};
use entity::{
    event,
    registration::{self, Answers, RegistrationState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{act, people, register};
use crate::{
    both,
    events::{announced, hosts},
    support::{Caller, Reply, World},
};

async fn export(who: &Caller, event: &str, states: Value) -> Reply {
    export_after(who, event, states, Value::Null).await
}

async fn export_after(who: &Caller, event: &str, states: Value, after: Value) -> Reply {
    let query = "mutation ($event: ID!, $states: [RegistrationState!], $after: String) {
        act: exportAttendees(input: {eventId: $event, states: $states, after: $after}) {
            export { content rows truncated endCursor } userErrors { code field message } } }";
    let asked = json!({"event": event, "states": states, "after": after});
    who.ask(query, asked).await
}

/// Whoever has a place, and whoever waits for one, written as registering them would: the codes in the order in which
/// they came.
async fn filled(world: &World, event: &str, places: i64, waiting: i64) -> Vec<String> {
    let id: api::kit::Id<event::Entity> = event.parse().unwrap();
    let rows: Vec<_> = (0..places + waiting)
        .map(|at| {
            let queue_number = (at >= places).then(|| at - places + 1);
            let state = match queue_number {
                None => RegistrationState::Confirmed,
                Some(_) => RegistrationState::Waitlisted,
            };
            registration::ActiveModel {
                id: Set(Uuid::now_v7()),
                event_id: Set(id.0),
                capacity_id: Set(id.0),
                person_id: Set(None),
                guest_name: Set(Some(format!("Guest {at}"))),
                guest_email: Set(Some(format!("guest.{at}@example.org"))),
                organisation_id: Set(None),
                state: Set(state),
                places: Set(1),
                reservation_id: Set(None),
                answers: Set(Answers(Vec::new())),
                access_needs: Set(None),
                code: Set(format!("R-{at}")),
                queue_number: Set(queue_number),
                turn_until: Set(None),
                answer_by: Set(None),
                created_at: Set(now()),
                updated_at: Set(now()),
                checked_in_at: Set(None),
            }
        })
        .collect();
    for some in rows.chunks(1_000) {
        registration::Entity::insert_many(some.to_vec())
            .exec_without_returning(&world.app.database.write)
            .await
            .unwrap();
    }
    (0..places + waiting).map(|at| format!("R-{at}")).collect()
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
    async fn what_is_more_than_a_file_takes_comes_in_those_after_it(on) {
        let (world, owner, organisation) = hosts(on).await;
        let event = announced(&owner, &organisation, json!({})).await;
        // The first file ends among those who have a place, the second one among those who wait.
        let came = filled(&world, &event, 9_004, 1_001).await;
        let (mut found, mut after, mut sizes) = (Vec::new(), Value::Null, Vec::new());
        loop {
            let file = export_after(&owner, &event, Value::Null, after).await;
            let rows = rows(&file);
            sizes.push(rows.len() - 1);
            assert_eq!(file.at("act.export.rows"), rows.len() - 1);
            found.extend(rows[1..].iter().map(|row| row[0].clone()));
            after = file.at("act.export.endCursor").clone();
            if file.at("act.export.truncated") == false {
                break;
            }
        }
        assert_eq!(sizes, [5_000, 5_000, 5]);
        assert!(found == came, "each once, in the order in which they came");
        // More than a file takes of one state.
        let first = export(&owner, &event, json!(["CONFIRMED"])).await;
        let after = first.at("act.export.endCursor").clone();
        assert_eq!((first.at("act.export.rows"), first.at("act.export.truncated")), (&json!(5_000), &json!(true)));
        let rest = export_after(&owner, &event, json!(["CONFIRMED"]), after).await;
        let last = rows(&rest).pop().unwrap()[0].clone();
        assert_eq!((last.as_str(), rest.at("act.export.rows"), rest.at("act.export.truncated")), ("R-9003", &json!(4_004), &json!(false)));
        // What comes after the last is nothing, and no cursor is refused.
        let nothing = export_after(&owner, &event, json!(["CONFIRMED"]), rest.at("act.export.endCursor").clone()).await;
        assert_eq!((nothing.at("act.export.rows"), nothing.at("act.export.endCursor")), (&json!(0), &Value::Null));
        let wrong = export_after(&owner, &event, Value::Null, json!("5000")).await;
        assert_eq!(wrong.refusals(), ["INVALID after"]);
    }
}
