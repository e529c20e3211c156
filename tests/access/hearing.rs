//! What is told as it happens, and to whom: everybody listens while somebody acts.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::sleep};

use super::{
    known,
    shape::Shape,
    table::{COLUMNS, NOTHING, Row, Table},
    world::{County, done},
};
use crate::support::{Caller, Events};

/// How long is waited for what should not come, once all who should hear have heard.
const A_WHILE: Duration = Duration::from_millis(300);

/// What is wrong with any subscription, for any caller.
pub async fn faults(county: &County, shape: &Shape, table: &Table) -> Vec<String> {
    let app = county.world.app.clone();
    let rounds: JoinHandle<()> =
        tokio::spawn(async move { api::activities::outbox::jobs::run(&app).await });
    let mut faults = Vec::new();
    for row in &table.hearing {
        faults.extend(heard(county, shape, row).await);
    }
    rounds.abort();
    faults
}

/// One row: its act, and what each caller hears of it.
async fn heard(county: &County, shape: &Shape, row: &Row) -> Vec<String> {
    let app = &county.world.app;
    // What was done before is not what they are to hear of.
    let placed = api::activities::outbox::service::sequence(&app.database).await;
    placed.map_err(|error| error.message()).unwrap();
    let before = app.outbox.followers();
    let columns = COLUMNS.iter().zip(&row.cells);
    let columns: Vec<_> = columns.filter(|(_, cell)| *cell != NOTHING).collect();
    let mut listening = join_all(columns.iter().map(|(column, _)| async {
        let text = known(county, &row.text, column);
        let query = format!(
            "subscription {{ it: {text} {} }}",
            shape.selection("Subscription", row.field())
        );
        county.caller(column).hear(&query, json!({})).await
    }))
    .await;
    let follow = columns
        .iter()
        .filter(|(_, cell)| ["ok", "silent"].contains(&cell.as_str()))
        .count();
    for _ in 0..400 {
        if app.outbox.followers() >= before + follow {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
    cause(county, row).await;
    // Those who should hear wait as long as it takes; the others a little longer than they.
    let mut faults = Vec::new();
    for silent in [false, true] {
        let those = listening
            .iter_mut()
            .zip(&columns)
            .filter(|(_, (_, cell))| (*cell == "silent") == silent);
        let outcomes = those.map(|(events, (column, cell))| async move {
            let got = outcome(events, silent).await;
            (got != **cell).then(|| {
                format!(
                    "{} after {}, {column}: the table says {cell}, but it was {got}",
                    row.text, row.cause
                )
            })
        });
        faults.extend(join_all(outcomes).await.into_iter().flatten());
    }
    faults
}

/// Does what there is to hear of.
async fn cause(county: &County, row: &Row) {
    let (who, act) = row.cause.split_once(' ').unwrap();
    let by: &Caller = match who {
        "poster" => &county.poster,
        "foreigner" => &county.foreigner,
        "partner" => &county.partner,
        column => county.caller(column),
    };
    let act = known(county, act, "owner");
    done(
        by,
        &format!("{act} {{ userErrors {{ code field message }} }}"),
    )
    .await;
}

async fn outcome(events: &mut Events, silent: bool) -> String {
    if silent && events.is_silent(A_WHILE).await {
        return "silent".into();
    }
    if silent {
        return "not silent".into();
    }
    let Some((_, answer)) = events.next().await else {
        return "the end".into();
    };
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_lowercase(),
        None if answer["data"]["it"] == Value::Null => "null".into(),
        None => "ok".into(),
    }
}
