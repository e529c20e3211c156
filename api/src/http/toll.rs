//! What is read at addresses of its own, without GraphQL, is paid for and waits for its turn as operations do: nobody reads
//! by one door what the other is too busy for.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};

use super::{
    address,
    graphql::put_off,
    operation::{Door, overloaded},
    rates::{Payer, TooSoon, price},
};
use crate::{
    calendars::rules::MOST_EVENTS,
    feeds::{address::Changes, rules::NEWEST},
};

/// What is asked for of each listing or event in a document, about as much as of one in a page of GraphQL.
const OF_EACH: u64 = 10;
/// What a caller who names the document that they have pays first of what it costs: all of it where it has changed.
const KNOWN: u32 = 4;

/// Takes what a request costs, and waits for its turn.
pub async fn pay_and_wait(State(door): State<Door>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let proxies = &door.app.config.trusted_proxies;
    let payer = Payer {
        person: None,
        address: address::client(request.extensions(), headers, proxies),
    };
    let full = price(rows(request.uri()).saturating_mul(OF_EACH));
    let first = if conditional(headers) {
        full / KNOWN
    } else {
        full
    };
    let too_soon = |soon: TooSoon| put_off(&[soon.error()]);
    let mut left = match door.rates.pay(payer, first.saturating_add(1)) {
        Ok(left) => left,
        Err(soon) => return too_soon(soon),
    };
    let Some(_turn) = door.turn().await else {
        return put_off(&[overloaded()]);
    };
    let scope = door.scope(None, payer.address);
    let (mut head, body) = scope.run(next.run(request)).await.into_parts();
    if head.status == StatusCode::OK && full > first {
        // It is read by now, and refused to nobody.
        left = door.rates.pay(payer, full - first).unwrap_or(left);
    }
    if let Some(left) = left {
        left.tell(&mut head);
    }
    Response::from_parts(head, body)
}

/// How many listings or events the document at an address may hold.
fn rows(address: &Uri) -> u64 {
    let path = address.path();
    match (path.split('/').nth(1), path.rsplit_once('.')) {
        (Some("calendars"), _) => MOST_EVENTS,
        (Some("feeds"), Some((_, "rpde"))) => {
            let asked = Changes::read(address.query().unwrap_or_default());
            asked.map_or(0, |asked| asked.limit)
        }
        (Some("feeds"), _) => NEWEST.unsigned_abs().into(),
        _ => 1,
    }
}

fn conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MODIFIED_SINCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_costs_what_it_may_hold() {
        let rows = |address: &str| rows(&address.parse().unwrap());
        assert_eq!(rows("/calendars/areas/surrey.ics"), 1_000);
        assert_eq!(rows("/feeds/events.rpde"), 200);
        assert_eq!(rows("/feeds/listings.rpde?limit=7&afterChangeNumber=3"), 7);
        assert_eq!(rows("/feeds/listings.rpde?limit=all"), 0, "it is refused");
        assert_eq!(rows("/feeds/listings.atom?text=a.rpde"), 50);
        assert_eq!(rows("/events/EVT-7K3M9-Q2X4T.ics"), 1);
    }
}
