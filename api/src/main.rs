//! The command line: serve, migrate, schema and the rest. `--help` is the documentation.

use std::{net::SocketAddr, process::ExitCode};

use api::{
    App, accounts,
    config::{Config, DatabaseConfig},
    http,
    kit::{Database, Error, Viewer, secret},
    schema,
};
use clap::{Parser, Subcommand, ValueEnum};
use entity::person::PlatformRole;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The Social Value Marketplace.
#[derive(Parser)]
#[command(name = "marketplace", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the playground. Brings the database up to this version first.
    Serve(Config),
    /// Bring the database up to this version, or take steps back.
    Migrate {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Take back so many steps instead. What they hold is lost.
        #[arg(long)]
        down: Option<u32>,
    },
    /// Print the GraphQL schema.
    Schema,
    /// Look after accounts without the API: the first administrator is made here.
    Admin {
        #[command(flatten)]
        config: Config,
        #[command(subcommand)]
        act: AdminAct,
    },
}

#[derive(Subcommand)]
enum AdminAct {
    /// Make an account and print its password.
    Create {
        /// The address to sign in with.
        email: String,
        /// What others call them.
        name: String,
        /// A platform role to grant.
        #[arg(long)]
        role: Option<Role>,
    },
    /// Grant a platform role to an account.
    Grant {
        /// The account's address.
        email: String,
        /// The role.
        role: Role,
    },
    /// Set a new password, print it, and end all sessions of the account.
    ResetPassword {
        /// The account's address.
        email: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Broker,
    Moderator,
    ProgrammeAdmin,
}

impl From<Role> for PlatformRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Broker => Self::Broker,
            Role::Moderator => Self::Moderator,
            Role::ProgrammeAdmin => Self::ProgrammeAdmin,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("marketplace: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Serve(config) => serve(config).await,
        Command::Migrate { database, down } => {
            let open = Database::open(&database.database_url, 2)
                .await
                .map_err(|error| error.to_string())?;
            match down {
                None => open.migrate().await,
                Some(steps) => open.take_back(steps).await,
            }
            .map_err(|error| error.to_string())
        }
        Command::Schema => {
            print!("{}", schema::sdl());
            Ok(())
        }
        Command::Admin { config, act } => {
            let app = App::start(config).await.map_err(explain)?;
            administer(&app, act).await.map_err(explain)
        }
    }
}

async fn serve(config: Config) -> Result<(), String> {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm_migration=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if config.json_logs {
        log.json().init();
    } else {
        log.init();
    }
    if config.production && config.token_key_file.is_none() {
        return Err("production mode needs MARKETPLACE_TOKEN_KEY_FILE: the Ed25519 key (PKCS #8, PEM) that signs access tokens. Make one with: openssl genpkey -algorithm ed25519 -out token-key.pem".into());
    }
    let listen = config.listen;
    let app = App::start(config).await.map_err(explain)?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    announce(&app, address);
    axum::serve(listener, http::router(app))
        .with_graceful_shutdown(stop())
        .await
        .map_err(|error| error.to_string())
}

fn announce(app: &App, address: SocketAddr) {
    let database = app
        .config
        .database
        .database_url
        .split(':')
        .next()
        .unwrap_or_default();
    println!("GraphQL     http://{address}/graphql");
    println!("playground  http://{address}/graphiql");
    println!("database    {database}");
}

/// Ctrl-C, or the signal by which a container is stopped.
async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        return;
    }
    let _ = interrupted.await;
}

async fn administer(app: &App, act: AdminAct) -> Result<(), Error> {
    let viewer = Viewer::system();
    match act {
        AdminAct::Create { email, name, role } => {
            let password = secret::token()?;
            let id = accounts::service::register(app, viewer.now, &email, &name, password.clone())
                .await?;
            if let Some(role) = role {
                accounts::service::set_role(app, &viewer, api::kit::Id::new(id), role.into(), true)
                    .await?;
            }
            println!("{email} / {password}");
        }
        AdminAct::Grant { email, role } => {
            let person = accounts::service::by_email(app, &email).await?;
            accounts::service::set_role(
                app,
                &viewer,
                api::kit::Id::new(person.id),
                role.into(),
                true,
            )
            .await?;
            println!("{email} now holds the role.");
        }
        AdminAct::ResetPassword { email } => {
            let password = secret::token()?;
            accounts::service::reset_password(app, &viewer, &email, password.clone()).await?;
            println!("{email} / {password}");
        }
    }
    Ok(())
}

/// An error as the command line tells it: whoever reads it runs the server, and may know the cause.
fn explain(error: Error) -> String {
    match error {
        Error::Internal(cause) => cause.to_string(),
        error => error.message(),
    }
}
