//! A database for each test, copied from one that was migrated once.

use std::path::PathBuf;

use api::{
    App,
    config::{Config, DatabaseConfig},
};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

use super::On;

/// A database that nobody else uses.
pub struct Own {
    pub url: String,
    _folder: Option<TempDir>,
}

impl Own {
    /// One in which there is nothing yet; on SQLite there is not even a file.
    pub async fn empty(on: On) -> Self {
        match on {
            On::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("empty.db");
                Self {
                    url: format!("sqlite://{}", path.display()),
                    _folder: Some(folder),
                }
            }
            On::Postgres => {
                let name = format!("test_{}", Uuid::now_v7().simple());
                execute(&format!("CREATE DATABASE {name}")).await;
                Self {
                    url: postgres_database(&name),
                    _folder: None,
                }
            }
        }
    }

    pub async fn new(on: On) -> Self {
        match on {
            On::Sqlite => {
                static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
                let template = TEMPLATE.get_or_init(sqlite_template).await;
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("marketplace.db");
                std::fs::copy(template, &path).unwrap();
                Self {
                    url: format!("sqlite://{}", path.display()),
                    _folder: Some(folder),
                }
            }
            On::Postgres => {
                static TEMPLATE: OnceCell<String> = OnceCell::const_new();
                let template = TEMPLATE.get_or_init(postgres_template).await;
                let name = format!("test_{}", Uuid::now_v7().simple());
                execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                Self {
                    url: postgres_database(&name),
                    _folder: None,
                }
            }
        }
    }
}

/// Settings as they are by default, for a database.
pub fn config(url: &str) -> Config {
    Config {
        database: DatabaseConfig {
            database_url: url.into(),
            database_connections: 4,
            statement_seconds: 10,
        },
        listen: "127.0.0.1:0".parse().unwrap(),
        production: false,
        token_key_file: Some(scratch().join("token-key.pem")),
        access_token_minutes: 15,
        session_days: 30,
        listing_days: 90,
        origins: Vec::new(),
        smtp_url: None,
        mail_from: "Social Value Marketplace <marketplace@example.org>".into(),
        public_url: "https://marketplace.example.org".parse().unwrap(),
        links: Vec::new(),
        feed_licence: "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
            .parse()
            .unwrap(),
        demo: false,
        json_logs: false,
        playground: None,
        trusted_documents: None,
        only_trusted_documents: false,
        public_seconds: 15,
        statistics_seconds: 0,
        trusted_proxies: Vec::new(),
        metrics_listen: None,
        limits: api::http::Limits::default(),
        rate_limits: api::http::RateLimitConfig::default(),
        concurrency: api::http::ConcurrencyConfig::default(),
    }
}

/// A folder for what all tests of this process share.
fn scratch() -> PathBuf {
    static FOLDER: std::sync::OnceLock<TempDir> = std::sync::OnceLock::new();
    FOLDER
        .get_or_init(|| tempfile::tempdir().unwrap())
        .path()
        .to_owned()
}

async fn migrated(url: &str) {
    let app = App::start(config(url))
        .await
        .map_err(|error| format!("{error:?}"))
        .expect("the template is made");
    app.database.read.clone().close().await.unwrap();
    app.database.write.clone().close().await.unwrap();
}

/// A file that nobody has open: the program's own may still be written after its pools are closed.
async fn sqlite_template() -> PathBuf {
    let (own, path) = (scratch().join("own.db"), scratch().join("template.db"));
    migrated(&format!("sqlite://{}", own.display())).await;
    let conn = Database::connect(format!("sqlite://{}", own.display()))
        .await
        .unwrap();
    conn.execute_unprepared(&format!("VACUUM INTO '{}'", path.display()))
        .await
        .unwrap();
    conn.close().await.unwrap();
    path
}

async fn postgres_template() -> String {
    let name = format!("template_{}", Uuid::now_v7().simple());
    execute(&format!("CREATE DATABASE {name}")).await;
    migrated(&postgres_database(&name)).await;
    name
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server is the test command's, not a setting of the product"
)]
fn postgres() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("PostgreSQL tests need TEST_POSTGRES_URL: run `make test`, which starts a server")
}

fn postgres_database(name: &str) -> String {
    let url = postgres();
    let (server, _) = url
        .rsplit_once('/')
        .expect("TEST_POSTGRES_URL ends with a database");
    format!("{server}/{name}")
}

async fn execute(sql: &str) {
    // Databases are copied one at a time: the server refuses to copy a template that is in use.
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let server = Database::connect(postgres()).await.unwrap();
    server.execute_unprepared(sql).await.unwrap();
    server.close().await.unwrap();
}
