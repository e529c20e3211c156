//! Every act is refused to callers who lost their session, or their role, after the request began: here by the mutation
//! before it in the same document.

use serde_json::json;

use super::{
    County, both, filled, none, outcome,
    shape::Shape,
    table::{COLUMNS, Row, Table},
};
use crate::support::{Caller, PASSWORD};

/// Acts that need no rights, or that only take something away from the caller.
const WITHOUT_RIGHTS: [&str; 9] = [
    "acceptGuestPlace",
    "cancelGuestRegistration",
    "confirmGuestRegistration",
    "refreshSession",
    "registerAsGuest",
    "signIn",
    "signOut",
    "signUp",
    "verifyEmail",
];

both! {
    async fn whoever_signs_out_does_nothing_more_in_the_same_document(on) {
        let county = County::furnished(on).await;
        let (table, shape) = (Table::read(), Shape::read(&county.world.stranger()).await);
        let mut faults = Vec::new();
        for row in table.acts.iter().filter(|row| !WITHOUT_RIGHTS.contains(&row.field())) {
            let Some(column) = COLUMNS.iter().rev().find(|column| row.cell(column) == "ok") else {
                continue;
            };
            let caller = signed_in_again(&county, column).await;
            let act = act(&county, &shape, row, column).await;
            let document = format!("mutation {{ first: signOut(input: {{}}) {{ userErrors {{ code }} }} {act} }}");
            let reply = caller.ask(&document, json!({})).await;
            let (got, _) = outcome(&reply);
            if got != "unauthenticated" {
                faults.push(format!("{}, {column}: the answer was {got}: {}", row.text, reply.text));
            }
        }
        none(&faults);
    }

    async fn whoever_leaves_an_organisation_does_nothing_more_for_it_in_the_same_document(on) {
        let county = County::furnished(on).await;
        let (table, shape) = (Table::read(), Shape::read(&county.world.stranger()).await);
        let (owner, organisation) = (county.owner(), county.named("organisation"));
        let (mut faults, mut tried) = (Vec::new(), 0);
        for row in &table.acts {
            if row.cell("manager") != "ok" || row.cell("outsider") == "ok" || row.text.contains("$own") {
                continue;
            }
            tried += 1;
            let name = format!("Mia Manager {tried}");
            let id = organisation.trim_matches('"');
            let caller = owner.joined_by(&county.world, id, &name, "MANAGER").await;
            let act = act(&county, &shape, row, "manager").await;
            let document = format!(
                "mutation {{ first: leaveOrganisation(input: {{organisationId: {organisation}}}) {{ userErrors {{ code }} }} {act} }}"
            );
            let reply = caller.ask(&document, json!({})).await;
            assert_eq!(reply.peek("first.userErrors"), &json!([]), "{}", reply.text);
            let (got, _) = outcome(&reply);
            if got == "ok" {
                faults.push(format!("{}: it was done: {}", row.text, reply.text));
            }
        }
        assert!(tried > 50, "only {tried} acts were tried");
        none(&faults);
    }
}

/// The act of a row, with what its names stand for.
async fn act(county: &County, shape: &Shape, row: &Row, column: &str) -> String {
    let mut values = std::collections::BTreeMap::new();
    for name in super::names(&row.text) {
        values.insert(name.to_owned(), county.subject(name, column).await);
    }
    let selection = shape.selection("Mutation", row.field());
    format!("act: {} {selection}", filled(&row.text, &values))
}

/// The caller of a column, with a session that they alone have.
async fn signed_in_again(county: &County, column: &str) -> Caller {
    let known = county.caller(column);
    let query = format!(
        "mutation {{ signIn(input: {{email: {:?}, password: {PASSWORD:?}}}) {{ accessToken }} }}",
        known.email
    );
    let reply = county.world.stranger().ask(&query, json!({})).await;
    let token = reply.text("signIn.accessToken");
    Caller {
        token: Some(token),
        ..county.world.stranger()
    }
}
