//! IP address of the client. `X-Forwarded-For` is trusted only if it comes from a proxy that the operator named,
//! because any client can send the header.

use std::net::{IpAddr, SocketAddr};

use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// Socket address of the other end of the connection: the client, or a proxy.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Returns the IP address of the client; `None` if the request came over no connection.
pub fn client(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let Peer(peer) = extensions.get()?;
    let peer = peer.ip().to_canonical();
    let known = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(&address));
    if !known(peer) {
        return Some(peer);
    }
    // Each proxy appends the address from which it received the request. The last address that is not a trusted proxy
    // is the client.
    let said = headers.get_all("x-forwarded-for").iter();
    let said: Vec<&str> = said
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for hop in said.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !known(client) {
            break;
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proxies_that_are_named_are_believed() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let from = |peer: &str, said: &[&str]| {
            let mut extensions = Extensions::new();
            extensions.insert(Peer(SocketAddr::new(peer.parse().unwrap(), 1)));
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            client(&extensions, &headers, &proxies).unwrap().to_string()
        };
        for (peer, said, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.7, 198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                &["192.0.2.7", "198.51.100.1, 10.2.3.4"],
                "198.51.100.1",
            ),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7, nonsense, 10.2.3.4"], "10.2.3.4"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(from(peer, said), expected, "{peer} {said:?}");
        }
        assert_eq!(
            client(&Extensions::new(), &HeaderMap::new(), &proxies),
            None
        );
    }
}
