//! Every setting, once: a flag, an environment variable and its help text. `--help` is the documentation.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use sea_orm::DbErr;

use crate::{
    http::{Allowance, Limits, Load},
    kit::Database,
};

/// Where the database is when nothing else is said.
const DATABASE: &str = "sqlite://data/marketplace.db";

/// Which database to use.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
    /// The database: `sqlite://path` or `postgres://user:password@host/name`.
    #[arg(long, env = "DATABASE_URL", default_value = DATABASE, hide_env_values = true)]
    pub database_url: String,

    /// Most connections to keep open for requests: for reading on SQLite, which has one more for writing; for both on
    /// PostgreSQL, where workers have half as many more. One request uses at most half of them at once, one person five
    /// eighths and one network three quarters.
    #[arg(long, env = "MARKETPLACE_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_connections: u32,

    /// Seconds after which a database statement of a request is stopped.
    #[arg(long, env = "MARKETPLACE_STATEMENT_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub statement_seconds: u32,
}

impl DatabaseConfig {
    /// Opens the database.
    ///
    /// # Errors
    /// The address is none, or the database cannot be reached.
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

/// Where people reach the server when nothing else is said.
const PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// How to serve.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "settings are switched on and off"
)]
pub struct Config {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Address and port to listen on.
    #[arg(long, env = "MARKETPLACE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address and port on which Prometheus reads /metrics; without it there is none. Nobody else should reach it.
    #[arg(long, env = "MARKETPLACE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// Production mode: secrets are required and demo data is refused.
    #[arg(long, env = "MARKETPLACE_PRODUCTION", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub production: bool,

    /// Ed25519 private key (PKCS #8, PEM) that signs access tokens. Outside production mode it is made
    /// beside the database folder, as `data/token-key.pem`, where it is missing.
    #[arg(long, env = "MARKETPLACE_TOKEN_KEY_FILE")]
    pub token_key_file: Option<PathBuf>,

    /// Minutes for which an access token is valid.
    #[arg(long, env = "MARKETPLACE_ACCESS_TOKEN_MINUTES", default_value_t = 15, value_parser = clap::value_parser!(i64).range(1..=60))]
    pub access_token_minutes: i64,

    /// Days for which a session can be refreshed after it began.
    #[arg(long, env = "MARKETPLACE_SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub session_days: i64,

    /// Days for which a listing is live where its organisation names no end.
    #[arg(long, env = "MARKETPLACE_LISTING_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=730))]
    pub listing_days: i64,

    /// Origins whose pages may call from a browser, separated by commas, such as `https://app.example.org`.
    #[arg(long, env = "MARKETPLACE_ORIGINS", value_delimiter = ',')]
    pub origins: Vec<String>,

    /// The mail server: `smtp://host:port`, `smtps://user:password@host`, or `smtp://host:587?tls=required`. Without
    /// it no mail is sent.
    #[arg(long, env = "MARKETPLACE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Who mail is from.
    #[arg(
        long,
        env = "MARKETPLACE_MAIL_FROM",
        default_value = "Social Value Marketplace <marketplace@localhost>"
    )]
    pub mail_from: String,

    /// The address at which people reach this server, with which links in mail begin.
    #[arg(
        long,
        env = "MARKETPLACE_PUBLIC_URL",
        default_value = PUBLIC_URL
    )]
    pub public_url: url::Url,

    /// The licence under which the feeds give their data, by its address.
    #[arg(
        long,
        env = "MARKETPLACE_FEED_LICENCE",
        default_value = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    )]
    pub feed_licence: url::Url,

    /// Load the demo data where the database is still empty, and print two demo sign-ins.
    /// Not in production mode.
    #[arg(long)]
    pub demo: bool,

    /// Write logs as JSON, one object a line.
    #[arg(long, env = "MARKETPLACE_JSON_LOGS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub json_logs: bool,

    /// Serve the playground at /graphiql: by default, only where it is not production mode. Who may see the schema there is
    /// whoever may see it anywhere.
    #[arg(long, env = "MARKETPLACE_PLAYGROUND")]
    pub playground: Option<bool>,

    /// A JSON file of documents by name or hash, as Relay's compiler and graphql-codegen write them: clients may send the
    /// name as `documentId` instead of the document.
    #[arg(long, env = "MARKETPLACE_TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,

    /// Answer only documents of that file.
    #[arg(long, env = "MARKETPLACE_ONLY_TRUSTED_DOCUMENTS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true", requires = "trusted_documents")]
    pub only_trusted_documents: bool,

    /// Seconds for which caches may keep what anybody may read, where it was asked for by GET without a token.
    #[arg(long, env = "MARKETPLACE_PUBLIC_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub public_seconds: u32,

    /// Addresses and networks of the proxies in front of the server, separated by commas, such as `10.0.0.0/8`: what they say
    /// in X-Forwarded-For is believed, and what anybody else says is not.
    #[arg(long, env = "MARKETPLACE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<ipnet::IpNet>,

    /// What a request may ask for.
    #[command(flatten)]
    pub limits: Limits,

    /// How much callers may ask for.
    #[command(flatten)]
    pub allowance: Allowance,

    /// How much is worked on at once.
    #[command(flatten)]
    pub load: Load,
}

impl Config {
    /// Whether the playground is served.
    #[must_use]
    pub fn serves_playground(&self) -> bool {
        self.playground.unwrap_or(!self.production)
    }

    /// What is wrong with these settings together, in a line each: production mode makes nothing up, and what is no origin
    /// would be no origin for ever.
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
                "DATABASE_URL: where the data is, such as postgres://user:password@host/name",
            );
            must(
                self.token_key_file.is_some(),
                "MARKETPLACE_TOKEN_KEY_FILE: the Ed25519 key (PKCS #8, PEM) that signs access tokens; make one with: \
                 openssl genpkey -algorithm ed25519 -out token-key.pem",
            );
            must(
                self.public_url.as_str().trim_end_matches('/') != PUBLIC_URL,
                "MARKETPLACE_PUBLIC_URL: where people reach this server, such as https://marketplace.example.org",
            );
            must(
                !self.demo,
                "no --demo: the demonstration's passwords are known to everybody",
            );
        }
        for origin in &self.origins {
            let url = url::Url::parse(origin);
            let whole = url.is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            must(
                whole,
                &format!(
                    "MARKETPLACE_ORIGINS: {origin:?} is no origin; write https://app.example.org"
                ),
            );
        }
        must(
            matches!(self.public_url.scheme(), "http" | "https"),
            "MARKETPLACE_PUBLIC_URL: an http or https address",
        );
        faults
    }
}
