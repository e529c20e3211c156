//! The Social Value Marketplace: a GraphQL API through which the organisations of a county share resources.
//!
//! A request comes in through [`http`], which finds out who asks and admits the document. The
//! engine calls the resolvers of the features, each a folder in which a file name always means the
//! same: `rules` is pure, `service` acts, `types`, `query` and `mutation` are the schema. All are
//! built from [`kit`], which knows none of them. `ARCHITECTURE.md` tells the rest.

pub mod accounts;
pub mod activities;
pub mod amendments;
pub mod areas;
pub mod calendars;
pub mod cli;
pub mod config;
mod context;
pub mod conversations;
pub mod demo;
pub mod events;
pub mod feeds;
pub mod finding;
pub mod fulfilments;
pub mod http;
pub mod intakes;
pub mod invitations;
pub mod jobs;
pub mod kit;
pub mod listings;
pub mod live;
pub mod mail;
pub mod matches;
pub mod members;
pub mod mergers;
pub mod notifications;
pub mod organisations;
pub mod outbox;
pub mod outcomes;
pub mod places;
pub mod priorities;
pub mod reference;
pub mod registers;
pub mod registrations;
pub mod reservations;
pub mod resource_types;
pub mod schema;
pub mod statistics;
pub mod tasks;
pub mod thanks;
pub mod transfer;

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use config::Config;
use kit::{Database, Error, OrInternal};

/// The running program: everything that a request needs and that outlives it. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the program is made of.
pub struct Parts {
    /// Its settings.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Areas, resource types and priority areas, in memory.
    pub reference: reference::Cache,
    /// Announces what was done.
    pub outbox: outbox::Outbox,
    /// Documents that clients may name, by their names.
    pub trusted_documents: HashMap<String, String>,
    /// What is told to Prometheus.
    pub metrics: http::Metrics,
    /// Whose turn it is.
    pub queue: http::Queue,
    /// The way to the mail server, where there is one.
    pub post: Option<mail::Post>,
    /// Hashes and compares passwords.
    pub passwords: accounts::passwords::Passwords,
    /// Signs and checks access tokens.
    pub tokens: accounts::tokens::Tokens,
    /// Whether the program is about to end; whoever holds a connection open listens to it.
    pub closing: tokio::sync::watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database, brings it up to this version with the reference data that ships with it, and
    /// reads what is kept in memory.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let trusted = http::trusted_documents(&config).map_err(Error::internal)?;
        let database = config.database.open().await?;
        database.migrate().await?;
        reference::service::load_shipped(&database).await?;
        Self::of(config, database, trusted).await
    }

    /// The program on a database that is ready.
    pub async fn with(config: Config, database: Database) -> Result<Self, Error> {
        let trusted = http::trusted_documents(&config).map_err(Error::internal)?;
        Self::of(config, database, trusted).await
    }

    async fn of(
        config: Config,
        database: Database,
        trusted_documents: HashMap<String, String>,
    ) -> Result<Self, Error> {
        let path = config
            .token_key_file
            .clone()
            .unwrap_or_else(|| PathBuf::from("data/token-key.pem"));
        let key = accounts::tokens::key_file(&path, !config.production).internal()?;
        let post = match &config.smtp_url {
            Some(server) => Some(mail::Post::new(server, &config.mail_from)?),
            None => None,
        };
        Ok(Self(Arc::new(Parts {
            post,
            trusted_documents,
            metrics: http::Metrics::default(),
            queue: http::Queue::new(&config.load),
            reference: reference::Cache::read(&database.read).await?,
            outbox: outbox::Outbox::default(),
            passwords: accounts::passwords::Passwords::new()?,
            tokens: accounts::tokens::Tokens::new(&key, config.access_token_minutes)?,
            closing: tokio::sync::watch::Sender::new(false),
            database,
            config,
        })))
    }
}
