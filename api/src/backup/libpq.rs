//! Conversion of a PostgreSQL URL to the environment of PostgreSQL's own programs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

/// Environment variables for PostgreSQL's programs, from a database URL. Fails if the address is not a URL.
pub fn environment(address: &str) -> Result<Vec<(&'static str, String)>, String> {
    let url = Url::parse(address)
        .map_err(|_| "DATABASE_URL is not valid: expected postgres://user:password@host/name")?;
    let plain = |text: &str| -> String { percent_decode_str(text).decode_utf8_lossy().into() };
    let mut said = vec![
        ("PGUSER", plain(url.username())),
        ("PGPASSWORD", plain(url.password().unwrap_or_default())),
        (
            "PGHOST",
            plain(url.host_str().unwrap_or_default().trim_matches(['[', ']'])),
        ),
        (
            "PGPORT",
            url.port().map_or_else(String::new, |port| port.to_string()),
        ),
        ("PGDATABASE", plain(url.path().trim_start_matches('/'))),
    ];
    for (name, value) in url.query_pairs() {
        if let Some(known) = known(&name) {
            said.push((known, Cow::into_owned(value)));
        }
    }
    said.retain(|(_, value)| !value.is_empty());
    Ok(said)
}

/// Environment variable for a URL parameter; `None` for one that the server's own connections do not support either.
fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "sslmode" | "ssl-mode" => "PGSSLMODE",
        "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
        "sslcert" | "ssl-cert" => "PGSSLCERT",
        "sslkey" | "ssl-key" => "PGSSLKEY",
        "host" => "PGHOST",
        "hostaddr" => "PGHOSTADDR",
        "port" => "PGPORT",
        "dbname" => "PGDATABASE",
        "user" => "PGUSER",
        "password" => "PGPASSWORD",
        "options" => "PGOPTIONS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str) -> String {
        let said = environment(address).unwrap();
        let said = said.iter().map(|(name, value)| format!("{name}={value}"));
        said.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_part_of_an_address_has_its_name() {
        assert_eq!(
            told("postgres://ada:p%40ss%20w%2Frd@db.example:5433/market?sslmode=require"),
            "PGUSER=ada PGPASSWORD=p@ss w/rd PGHOST=db.example PGPORT=5433 PGDATABASE=market PGSSLMODE=require"
        );
        assert_eq!(
            told("postgresql://%2Fvar%2Frun/market?user=ada"),
            "PGHOST=/var/run PGDATABASE=market PGUSER=ada"
        );
        assert_eq!(
            told("postgres://[::1]/market"),
            "PGHOST=::1 PGDATABASE=market"
        );
        assert!(
            environment("nonsense")
                .unwrap_err()
                .contains("DATABASE_URL")
        );
    }
}
