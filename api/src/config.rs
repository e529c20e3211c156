//! Settings, each defined once: a flag, an environment variable and its help text. `--help` is the documentation.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use sea_orm::DbErr;

use crate::{
    http::{ConcurrencyConfig, Limits, RateLimitConfig},
    kit::Database,
    mail::link_urls::LinkTemplate,
};

/// Default database URL. Refused in production mode.
const DATABASE: &str = "sqlite://data/marketplace.db";

/// Settings of the database.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
    /// Database URL: `sqlite://path` or `postgres://user:password@host/name`.
    #[arg(long, env = "DATABASE_URL", default_value = DATABASE, hide_env_values = true)]
    pub database_url: String,

    /// Maximum number of database connections for single statements of requests. On PostgreSQL there are as many more
    /// for transactions, and half as many for workers; on SQLite one connection writes. At any time one request uses
    /// at most half of them, one person five eighths and one network three quarters.
    #[arg(long, env = "MARKETPLACE_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_connections: u32,

    /// Seconds after which a database statement of a request is cancelled.
    #[arg(long, env = "MARKETPLACE_STATEMENT_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub statement_seconds: u32,
}

impl DatabaseConfig {
    /// Opens the database.
    ///
    /// # Errors
    /// Fails if the URL is invalid or the database cannot be reached.
    pub async fn open(&self) -> Result<Database, DbErr> {
        let statement_timeout = Duration::from_secs(self.statement_seconds.into());
        Database::open(
            &self.database_url,
            self.database_connections,
            statement_timeout,
        )
        .await
    }
}

/// Default public URL. Refused in production mode.
const PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// Settings of the server.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "settings are switched on and off"
)]
pub struct Config {
    /// Settings of the database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Address and port to listen on.
    #[arg(long, env = "MARKETPLACE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address and port on which Prometheus scrapes /metrics. Default: no such endpoint. It has no authentication:
    /// keep it off public networks.
    #[arg(long, env = "MARKETPLACE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// Production mode: requires the database, the token key and the public URL to be set, refuses demo data, turns the
    /// playground off by default, and shows the schema to programme staff only.
    #[arg(long, env = "MARKETPLACE_PRODUCTION", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub production: bool,

    /// File with the Ed25519 private key (PKCS #8, PEM) that signs access tokens. Required in production mode.
    /// Otherwise the default is `data/token-key.pem`, and the key is generated if the file does not exist.
    #[arg(long, env = "MARKETPLACE_TOKEN_KEY_FILE")]
    pub token_key_file: Option<PathBuf>,

    /// Lifetime of an access token, in minutes.
    #[arg(long, env = "MARKETPLACE_ACCESS_TOKEN_MINUTES", default_value_t = 15, value_parser = clap::value_parser!(i64).range(1..=60))]
    pub access_token_minutes: i64,

    /// Lifetime of a session, in days from sign-in. After that it cannot be refreshed.
    #[arg(long, env = "MARKETPLACE_SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub session_days: i64,

    /// Lifetime of a listing, in days, if its organisation sets no end date.
    #[arg(long, env = "MARKETPLACE_LISTING_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=730))]
    pub listing_days: i64,

    /// Origins whose pages may call the API from a browser (CORS), separated by commas, such as
    /// `https://app.example.org`.
    #[arg(long, env = "MARKETPLACE_ORIGINS", value_delimiter = ',')]
    pub origins: Vec<String>,

    /// Mail server URL: `smtp://host:port`, `smtps://user:password@host`, or `smtp://host:587?tls=required`. Without it
    /// no mail is sent.
    #[arg(long, env = "MARKETPLACE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Sender of outgoing mail: a name and an address.
    #[arg(
        long,
        env = "MARKETPLACE_MAIL_FROM",
        default_value = "Social Value Marketplace <marketplace@localhost>"
    )]
    pub mail_from: String,

    /// Public URL of this server. Links in mail and feeds begin with it.
    #[arg(
        long,
        env = "MARKETPLACE_PUBLIC_URL",
        default_value = PUBLIC_URL
    )]
    pub public_url: url::Url,

    /// URLs to which links in mail and notifications lead, separated by commas, such as
    /// `event=https://app.example.org/events/{id},guest=https://app.example.org/guests?token={token}`. Kinds with `{id}`:
    /// listing, match, message, event, organisation, account; with `{token}`: guest, claim, verify-email. Default: pages
    /// of this server.
    #[arg(long, env = "MARKETPLACE_LINKS", value_delimiter = ',')]
    pub links: Vec<LinkTemplate>,

    /// URL of the licence under which the feeds publish their data.
    #[arg(
        long,
        env = "MARKETPLACE_FEED_LICENCE",
        default_value = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    )]
    pub feed_licence: url::Url,

    /// Loads the demo data if the database is empty, and prints two demo sign-ins. Refused in production mode.
    #[arg(long)]
    pub demo: bool,

    /// Writes logs as JSON, one object per line.
    #[arg(long, env = "MARKETPLACE_JSON_LOGS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub json_logs: bool,

    /// Serves the playground at /graphiql. Default: true, except in production mode. It gives no additional access to
    /// the schema.
    #[arg(long, env = "MARKETPLACE_PLAYGROUND")]
    pub playground: Option<bool>,

    /// JSON file of trusted documents by name or hash, as Relay's compiler and graphql-codegen write them. Clients may
    /// send the name as `documentId` instead of the document.
    #[arg(long, env = "MARKETPLACE_TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,

    /// Refuses documents that are not in the file of trusted documents.
    #[arg(long, env = "MARKETPLACE_ONLY_TRUSTED_DOCUMENTS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true", requires = "trusted_documents")]
    pub only_trusted_documents: bool,

    /// Seconds for which caches may keep the response to a GET request without a token.
    #[arg(long, env = "MARKETPLACE_PUBLIC_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub public_seconds: u32,

    /// Seconds after which public statistics are computed again; 0 to compute them for each request.
    #[arg(long, env = "MARKETPLACE_STATISTICS_SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub statistics_seconds: u32,

    /// IP addresses and networks of the proxies in front of the server, separated by commas, such as `10.0.0.0/8`.
    /// X-Forwarded-For is trusted if it comes from one of them, and ignored otherwise.
    #[arg(long, env = "MARKETPLACE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<ipnet::IpNet>,

    /// Limits of a GraphQL request.
    #[command(flatten)]
    pub limits: Limits,

    /// Rate limits.
    #[command(flatten)]
    pub rate_limits: RateLimitConfig,

    /// Concurrency limits.
    #[command(flatten)]
    pub concurrency: ConcurrencyConfig,
}

impl Config {
    /// Returns true if the playground is served.
    #[must_use]
    pub fn serves_playground(&self) -> bool {
        self.playground.unwrap_or(!self.production)
    }

    /// Checks the settings as a whole, and returns one message per problem. Production mode requires settings to be
    /// explicit, and an allowed origin that is not written as browsers send it would never match.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, fault: &str| {
            if !holds {
                faults.push(fault.to_owned());
            }
        };
        if self.production {
            must(
                self.database.database_url != DATABASE,
                "DATABASE_URL: set the database URL, such as postgres://user:password@host/name",
            );
            must(
                self.token_key_file.is_some(),
                "MARKETPLACE_TOKEN_KEY_FILE: set the file with the Ed25519 key (PKCS #8, PEM) that signs access tokens; create one with: \
                 openssl genpkey -algorithm ed25519 -out token-key.pem",
            );
            must(
                self.public_url.scheme() == "https",
                "MARKETPLACE_PUBLIC_URL: set the public URL of this server, with https, because links with secrets begin with it, such as \
                 https://marketplace.example.org",
            );
            must(
                !self.token_key_file.as_deref().is_some_and(others_can_write),
                "MARKETPLACE_TOKEN_KEY_FILE: others can write the file, and could replace the key; allow it to its owner only: chmod 600",
            );
            must(
                !self.demo,
                "--demo: remove it; the passwords of demo accounts are public",
            );
        }
        for origin in &self.origins {
            let url = url::Url::parse(origin);
            let whole = url.is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            must(
                whole,
                &format!(
                    "MARKETPLACE_ORIGINS: {origin:?} is not an origin; use the form https://app.example.org"
                ),
            );
        }
        must(
            self.limits.max_bodies_bytes / 4 >= self.limits.max_body_bytes,
            "MARKETPLACE_MAX_BODIES_BYTES: set at least four times MARKETPLACE_MAX_BODY_BYTES, so that one address can send the largest body",
        );
        must(
            matches!(self.public_url.scheme(), "http" | "https"),
            "MARKETPLACE_PUBLIC_URL: use an http or https URL",
        );
        faults
    }
}

/// Reports whether users other than the owner can write a file; false if there is none.
fn others_can_write(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o022 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
