//! Acts that lock the same rows in many combinations at once: each is done or refused for a reason of the marketplace,
//! and none fails because the database made it wait.

use futures_util::future::join_all;
use serde_json::json;

use super::{Pair, accept, act, laptops, posted, verified};
use crate::{both, support::Reply};

/// Refusals that other acts explain.
const EXPLAINED: [&str; 9] = [
    "done",
    "ALREADY_EXISTS",
    "ALREADY_MATCHED",
    "INVALID_STATE",
    "VERSION_OUTDATED",
    "NOT_FOUND",
    "FORBIDDEN",
    "INSUFFICIENT_QUANTITY",
    "NOT_YOUR_TURN",
];

both! {
    async fn responses_and_withdrawals_at_once_are_all_answered(on) {
        let pair = Pair::new(on).await;
        let mut others = Vec::new();
        for at in 0..4 {
            let person = pair.world.person(&format!("Petra Party {at}")).await;
            let organisation = verified(&person, &pair.broker, &format!("Party {at}")).await;
            others.push((person, organisation));
        }
        for _ in 0..4 {
            let respond = |(person, organisation): &(crate::support::Caller, String)| {
                let input = json!({"listingId": pair.offer, "organisationId": organisation, "terms": laptops("1")});
                let person = person.clone();
                async move { act(&person, "respondToListing", input).await }
            };
            let ids: Vec<String> = join_all(others.iter().map(respond)).await
                .into_iter().map(|reply| reply.text("act.match.id")).collect();
            let withdrawals = others.iter().zip(&ids).map(|((person, _), id)| act(person, "withdrawMatch", json!({"matchId": id})));
            let responses = others.iter().map(respond);
            let (withdrawn, responded) = futures_util::future::join(join_all(withdrawals), join_all(responses)).await;
            explained(withdrawn.iter().chain(&responded));
            let left: Vec<(usize, String)> = responded.iter().enumerate()
                .filter_map(|(at, reply)| Some((at, reply.peek("act.match.id").as_str()?.to_owned()))).collect();
            let ends = left.iter().map(|(at, id)| act(&others[*at].0, "withdrawMatch", json!({"matchId": id})));
            explained(join_all(ends).await.iter());
        }
    }

    async fn proposals_answers_and_mergers_at_once_are_all_answered(on) {
        let pair = Pair::new(on).await;
        let admin = pair.world.admin().await;
        for round in 0..4 {
            let ash = verified(&pair.taker, &pair.broker, &format!("Ash {round}")).await;
            let request = posted(&pair.taker, "Request", &ash, json!({})).await;
            let open = pair.proposed(laptops("1")).await;
            let input = json!({"offerId": pair.offer, "requestId": request, "terms": laptops("1")});
            let merge = "mutation ($id: ID!, $into: ID!) { act: mergeOrganisation(input: {organisationId: $id, intoId: $into}) {
                organisation { id } userErrors { code } } }";
            let into = json!({"id": ash, "into": pair.oak});
            let (proposed, accepted, merged) = futures_util::future::join3(
                join_all((0..4).map(|_| act(&pair.taker, "proposeMatch", input.clone()))),
                accept(&pair.giver, &open, 1),
                admin.ask(merge, into),
            ).await;
            explained(proposed.iter().chain([&accepted, &merged]));
            assert_eq!(merged.outcome(), "done", "{}", merged.text);
            // The offer is free for the next round.
            let cancel = json!({"matchId": open, "reason": "OTHER"});
            act(&pair.giver, "cancelMatch", cancel).await;
            act(&pair.taker, "withdrawMatch", json!({"matchId": open})).await;
        }
    }
}

fn explained<'a>(replies: impl Iterator<Item = &'a Reply>) {
    for reply in replies {
        let outcome = reply.outcome();
        let known = EXPLAINED.iter().any(|known| outcome.starts_with(known));
        assert!(known, "{outcome}: {}", reply.text);
    }
}
