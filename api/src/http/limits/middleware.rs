//! Rate limit and concurrency limit for routes without GraphQL, such as feeds and calendars. Both limits are shared
//! with GraphQL operations, so that a caller cannot avoid them by using the other interface.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};

use crate::http::{
    graphql::{errors::overloaded, executor::Executor},
    limits::rate_limit::{RateLimitKey, RateLimited, price},
    server::client_ip,
    transport::http::retry_later,
};
use crate::{
    calendars::rules::MAX_EVENTS,
    feeds::{request::Changes, rules::NEWEST},
};

/// Complexity of each listing or event in a document, about that of one row in a page of GraphQL.
const OF_EACH: u64 = 10;
/// Divisor of the price of a conditional request. The caller is charged the rest only if the document has changed.
const KNOWN: u32 = 4;

/// Charges the price of a request and waits for a permit before it runs. Responds with 429 if the caller has too few
/// points left, and with 503 if the server is overloaded.
pub async fn charge_and_queue(
    State(executor): State<Executor>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let proxies = &executor.app.config.trusted_proxies;
    let key = RateLimitKey {
        person: None,
        address: client_ip::client(request.extensions(), headers, proxies),
    };
    let full = price(rows(request.uri()).saturating_mul(OF_EACH));
    let first = if conditional(headers) {
        full / KNOWN
    } else {
        full
    };
    let rate_limited = |soon: RateLimited| retry_later(&[soon.error()]);
    let mut left = match executor.rates.charge(key, first.saturating_add(1)) {
        Ok(left) => left,
        Err(soon) => return rate_limited(soon),
    };
    let Some(_permit) = executor.permit().await else {
        return retry_later(&[overloaded()]);
    };
    let scope = executor.scope(None, key.address);
    let (mut head, body) = scope.run(next.run(request)).await.into_parts();
    if head.status == StatusCode::OK && full > first {
        // The document has already been read, so the caller gets it even without enough points for the rest.
        left = executor.rates.charge(key, full - first).unwrap_or(left);
    }
    if let Some(left) = left {
        left.tell(&mut head);
    }
    Response::from_parts(head, body)
}

/// Maximum number of listings or events in the document at this URI; 0 if its query string is invalid.
fn rows(address: &Uri) -> u64 {
    let path = address.path();
    match (path.split('/').nth(1), path.rsplit_once('.')) {
        (Some("calendars"), _) => MAX_EVENTS,
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
