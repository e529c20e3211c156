//! Who is told of what, when, and with which eyes.

use std::{sync::Arc, time::Duration};

use api::{
    accounts::sessions,
    activities::live::Change,
    kit::{Id, Resource, Viewer, clock},
};
use entity::{activity, listing, person::PlatformRole};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{A_WHILE, RECORDED, Served, act, told};
use crate::{both, support::Caller};

/// Somebody as the program knows them at this moment.
async fn viewer(served: &Served, caller: &Caller) -> Viewer {
    let Some(token) = &caller.token else {
        return Viewer::anonymous();
    };
    let found = sessions::viewer(&served.world.app, clock::now(), token).await;
    found.map_err(|error| error.message()).unwrap().unwrap()
}

both! {
    async fn each_is_told_what_concerns_them_and_nobody_else(on) {
        let served = Served::new(on).await;
        let (olive, fay) = (served.world.person("Olive Owner").await, served.world.person("Fay Foreign").await);
        let (elm, beech) = (olive.organisation("Elm Works").await, fay.organisation("Beech House").await);
        let broker = served.world.staff("Bo Broker", PlatformRole::Broker).await;
        let (mut at_elm, mut at_beech) = (served.listener(&olive, json!({})).await, served.listener(&fay, json!({})).await);
        let mut of_all = served.listener(&broker, json!({})).await;
        let mut narrowed = served.listener(&broker, json!({"organisation": beech})).await;
        let desk = act(&olive, &elm, "A desk").await;
        let lamp = act(&fay, &beech, "A lamp").await;
        let answer = at_elm.answer("1").await;
        assert_eq!(answer, json!({"data": {"activityRecorded": {"act": "listing.drafted", "subjectId": desk,
            "fields": answer["data"]["activityRecorded"]["fields"], "actor": {"displayName": "Olive Owner"},
            "organisation": {"name": "Elm Works"}, "subject": {"id": desk}}}}));
        let of = |answer: &Value| answer["data"]["activityRecorded"]["subjectId"].as_str().unwrap().to_owned();
        assert_eq!(of(&at_beech.answer("1").await), lamp);
        assert_eq!([of(&of_all.answer("1").await), of(&of_all.answer("1").await)], [desk, lamp.clone()]);
        let told = narrowed.answer("1").await;
        // A draft is seen by its organisation alone: staff hear that something was done, and not what it is.
        assert_eq!((of(&told), &told["data"]["activityRecorded"]["subject"]), (lamp, &Value::Null));
        for socket in [&mut at_elm, &mut at_beech, &mut narrowed] {
            assert!(socket.is_silent(A_WHILE).await);
        }
    }

    async fn who_leaves_hears_no_more_and_who_joins_hears_at_once(on) {
        let served = Served::new(on).await;
        let olive = served.world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        let mia = served.world.person("Mia Member").await;
        let mut socket = served.listener(&mia, json!({"organisation": elm})).await;
        act(&olive, &elm, "Before").await;
        assert!(socket.is_silent(A_WHILE).await);
        let membership = olive.admits(&elm, &mia, "MEMBER").await;
        // She may be told of the invitation too: by the time that it is told she has taken it.
        let mut heard = socket.answer("1").await;
        if told(&heard) == "organisation.invitation_created" {
            heard = socket.answer("1").await;
        }
        assert_eq!(told(&heard), "organisation.member_joined");
        act(&olive, &elm, "While").await;
        assert_eq!(told(&socket.answer("1").await), "listing.drafted");
        let remove = "mutation ($id: ID!) { removeMember(input: {membershipId: $id}) { userErrors { code } } }";
        olive.ask(remove, json!({"id": membership})).await.at("removeMember");
        act(&olive, &elm, "After").await;
        assert_eq!(told(&socket.answer("1").await), "organisation.member_removed", "that was done to her");
        assert!(socket.is_silent(A_WHILE).await);
        // The same person's other doings are still theirs to hear of.
        served.listens(&mut socket, "2", RECORDED, json!({})).await;
        mia.organisation("Cedar Centre").await;
        assert_eq!(told(&socket.answer("2").await), "organisation.created");
    }

    async fn every_event_is_read_anew(on) {
        let served = Served::new(on).await;
        let olive = served.world.person("Olive Owner").await;
        let elm = olive.organisation("Elm Works").await;
        let mut socket = served.listener(&olive, json!({"subject": elm})).await;
        for (version, name) in [(1, "Elm Works and Wood"), (2, "Elm Workshop")] {
            let update = "mutation ($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { userErrors { code message } } }";
            let input = json!({"organisationId": elm, "version": version, "name": name});
            olive.ask(update, json!({"input": input})).await.at("updateOrganisation");
            let answer = socket.answer("1").await;
            assert_eq!(answer["data"]["activityRecorded"]["organisation"]["name"], name);
        }
    }

    async fn who_falls_behind_is_told_everything_in_its_order(on) {
        let served = Served::new(on).await;
        let broker = served.world.staff("Bo Broker", PlatformRole::Broker).await;
        let subject = Uuid::now_v7();
        let mut socket = served.listener(&broker, json!({"subject": format!("listing:{subject}")})).await;
        // More than are kept for whoever does not listen, in a few statements.
        let count: u32 = 2_000;
        for begin in (0..count).step_by(500) {
            let rows = (begin..begin + 500).map(|n| activity::ActiveModel {
                id: Set(Uuid::now_v7()), at: Set(clock::now()), actor_kind: Set(activity::ActorKind::System),
                actor_id: Set(None), organisation_id: Set(None), other_organisation_id: Set(None),
                person_id: Set(None), act: Set(format!("test.{n}")), subject_kind: Set("listing".into()), subject_id: Set(subject),
                fields: Set(Vec::<String>::new().into()), seq: Set(None),
            });
            activity::Entity::insert_many(rows).exec_without_returning(&served.world.app.database.write).await.unwrap();
        }
        served.world.app.outbox.wake();
        for n in 0..count {
            assert_eq!(told(&socket.answer("1").await), format!("test.{n}"));
        }
        assert!(socket.is_silent(Duration::from_millis(100)).await);
    }

    async fn what_is_said_in_memory_of_who_may_read_an_act_is_what_the_database_says(on) {
        let served = Served::new(on).await;
        let cast = served.world.cast().await;
        let other = cast.the("outsider").organisation("Beech House").await;
        act(cast.the("outsider"), &other, "A lamp").await;
        act(cast.the("editor"), &cast.organisation, "A desk").await;
        let conn = &served.world.app.database.read;
        let all = activity::Entity::find().all(conn).await.unwrap();
        for (who, caller) in &cast.callers {
            let viewer = viewer(&served, caller).await;
            let seen = activity::Entity::find().filter(activity::Entity::visible_to(&viewer)).all(conn).await.unwrap();
            let said = all.iter().filter(|act| api::activities::rules::visible(&viewer, act));
            assert_eq!(said.count(), seen.len(), "{who}");
            assert!(seen.iter().all(|act| api::activities::rules::visible(&viewer, act)), "{who}");
            // A thing is shown to those who see it as they are told, and to nobody else.
            let draft = all.iter().rfind(|act| act.act == "listing.drafted").unwrap();
            let change = Change { activity: Arc::new(draft.clone()), viewer: Arc::new(viewer), app: served.world.app.clone() };
            let shown = change.shown(Id::<listing::Entity>::new(draft.subject_id), |row| row.title).await;
            let inside = ["observer", "member", "editor", "manager", "owner"].contains(who);
            assert_eq!(matches!(shown, Some(Ok(_))), inside, "{who}");
            assert_eq!(shown.is_none(), !inside, "{who}");
        }
    }
}
