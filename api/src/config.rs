//! Every setting, once: a flag, an environment variable and its help text. `--help` is the documentation.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

/// Where the database is when nothing else is said.
const DATABASE: &str = "sqlite://data/marketplace.db";

/// Which database to use.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
    /// The database: `sqlite://path` or `postgres://user:password@host/name`.
    #[arg(long, env = "DATABASE_URL", default_value = DATABASE, hide_env_values = true)]
    pub database_url: String,

    /// The most connections to keep open for reading (SQLite) or altogether (PostgreSQL).
    #[arg(long, env = "MARKETPLACE_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_connections: u32,
}

/// How to serve.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Address and port to listen on.
    #[arg(long, env = "MARKETPLACE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

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
        default_value = "http://127.0.0.1:8080"
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
}
