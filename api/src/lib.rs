//! The Social Value Marketplace: a GraphQL API through which the organisations of a county share resources.
//!
//! A request enters through [`http`], which identifies the caller and validates the document. The GraphQL engine calls
//! the resolvers of the features. Each feature is a folder in which a file name always has the same meaning: `rules` is
//! pure, `service` reads and writes, and `types`, `query` and `mutation` define the schema. All features are built from
//! [`kit`], which depends on none of them. `ARCHITECTURE.md` has the details.

// The merged root types nest one future in another for each feature.
#![recursion_limit = "256"]

pub mod accounts;
pub mod activities;
pub mod backup;
pub mod calendars;
pub mod cli;
pub mod config;
mod context;
pub mod conversations;
pub mod demo;
pub mod events;
pub mod feature;
pub mod features;
pub mod feeds;
pub mod http;
pub mod intakes;
pub mod jobs;
pub mod kit;
pub mod listings;
pub mod locations;
pub mod mail;
pub mod matches;
pub mod notifications;
pub mod organisations;
pub mod reference;
pub mod schema;
pub mod statistics;
pub mod tasks;
pub mod transfer;

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use config::Config;
use kit::{Database, Error, OrInternal};

/// The running application: everything that requests need and that outlives them. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Contents of [`App`].
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Database connections.
    pub database: Database,
    /// Reference data in memory: areas, resource types and priority areas.
    pub reference: reference::Cache,
    /// Descriptors of all features.
    pub features: &'static [&'static feature::Feature],
    /// All acts of the program: what each notifies and changes.
    pub catalogue: kit::activity::Catalogue,
    /// Publishes committed acts to subscriptions and workers.
    pub outbox: activities::outbox::Outbox,
    /// Listings that subscriptions found after the latest acts.
    pub published: listings::search::watch::Published,
    /// Public statistics as they were computed last.
    pub public_figures: statistics::PublicFigures,
    /// Trusted documents by the name or hash that clients send.
    pub trusted_documents: HashMap<String, String>,
    /// Prometheus metrics.
    pub metrics: http::Metrics,
    /// Concurrency limit for requests.
    pub concurrency: http::ConcurrencyLimit,
    /// Client of the mail server; `None` if none is configured.
    pub mailer: Option<mail::Mailer>,
    /// Hashes and verifies passwords.
    pub passwords: accounts::passwords::Passwords,
    /// Signs and verifies access tokens.
    pub tokens: accounts::tokens::Tokens,
    /// True once the server begins to shut down. Long-lived connections watch it.
    pub closing: tokio::sync::watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database, applies migrations, loads the reference data that ships with this version, and builds the
    /// application.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let trusted = http::trusted_documents(&config).map_err(Error::internal)?;
        let database = config.database.open().await?;
        database.migrate().await?;
        reference::service::load_shipped(&database).await?;
        Self::of(config, database, trusted).await
    }

    /// Builds the application on a database that is migrated and loaded.
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
        let mailer = match &config.smtp_url {
            Some(server) => Some(mail::Mailer::new(server, &config.mail_from)?),
            None => None,
        };
        Ok(Self(Arc::new(Parts {
            mailer,
            trusted_documents,
            features: features::FEATURES,
            catalogue: features::catalogue(),
            metrics: http::Metrics::default(),
            concurrency: http::ConcurrencyLimit::new(&config.concurrency),
            reference: reference::Cache::read(&database.read).await?,
            outbox: activities::outbox::Outbox::default(),
            published: listings::search::watch::Published::default(),
            public_figures: statistics::PublicFigures::default(),
            passwords: accounts::passwords::Passwords::new()?,
            tokens: accounts::tokens::Tokens::new(&key, config.access_token_minutes)?,
            closing: tokio::sync::watch::Sender::new(false),
            database,
            config,
        })))
    }
}
