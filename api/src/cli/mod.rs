//! The command line: serve, migrate, schema and the rest. `--help` is the documentation.

mod admin;
mod backup;
mod demo;
mod healthcheck;
mod log;
mod serve;
#[cfg(feature = "otlp")]
mod traces;
mod transfer;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
#[cfg(feature = "otlp")]
use tracing_subscriber::Layer;

use crate::{
    App,
    config::{Config, DatabaseConfig},
    kit::Error,
    schema,
};

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
    Serve {
        #[command(flatten)]
        config: Config,
        #[cfg(feature = "otlp")]
        #[command(flatten)]
        traces: traces::Traces,
    },
    /// Ask the server on this machine whether it is ready; for containers.
    Healthcheck {
        /// Where it listens.
        #[arg(long, env = "MARKETPLACE_LISTEN", default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
    },
    /// Bring the database up to this version, or take steps back.
    Migrate {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Take back so many steps instead. What they hold is lost.
        #[arg(long)]
        down: Option<u32>,
    },
    /// Write everything in the database into a new file, while servers run. BACKUP.md says what else to keep.
    Backup {
        #[command(flatten)]
        database: DatabaseConfig,
        /// The file. It must not be there yet.
        file: PathBuf,
    },
    /// Bring such a file into a database that is empty.
    Restore {
        #[command(flatten)]
        database: DatabaseConfig,
        /// The file.
        file: PathBuf,
    },
    /// Print the GraphQL schema.
    Schema {
        /// As a part of a larger graph: with the directives of Apollo Federation, for gateways.
        #[arg(long)]
        subgraph: bool,
    },
    /// Load the demonstration into a database in which there is nobody yet. Not in production mode.
    Demo(Config),
    /// Bring in listings from a file, of an organisation of ours or, with a mapping, of another platform.
    Import {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        what: transfer::ImportArgs,
    },
    /// Take listings out as a file, the newest first: at most 1,000.
    Export {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        what: transfer::ExportArgs,
    },
    /// Look after accounts without the API: the first administrator is made here.
    Admin {
        #[command(flatten)]
        config: Config,
        #[command(subcommand)]
        act: admin::AdminAct,
    },
}

/// How much room each thread has: what a request does stands on the stack, and is large where nothing is optimised.
const STACK: usize = 8 << 20;

/// Does what the words after the program's name say, and tells how it ended.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Cli::parse_from(words).command;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(command)),
        Err(error) => Err(format!("the program cannot start its threads: {error}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("marketplace: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        #[cfg(not(feature = "otlp"))]
        Command::Serve { config } => {
            log::begin(config.json_logs, None);
            serve::run(config).await
        }
        #[cfg(feature = "otlp")]
        Command::Serve { config, traces } => {
            let sender = traces.sender()?;
            let layer = sender.as_ref().map(|sender| sender.layer().boxed());
            log::begin(config.json_logs, layer);
            let served = serve::run(config).await;
            if let Some(sender) = sender {
                sender.end().await;
            }
            served
        }
        Command::Healthcheck { listen } => healthcheck::run(listen).await,
        Command::Migrate { database, down } => migrate(&database, down).await,
        Command::Backup { database, file } => backup::take(&database.database_url, &file).await,
        Command::Restore { database, file } => backup::restore(&database.database_url, &file).await,
        Command::Schema { subgraph: false } => {
            print!("{}", schema::sdl());
            Ok(())
        }
        Command::Schema { subgraph: true } => {
            print!("{}", schema::subgraph::sdl());
            Ok(())
        }
        Command::Demo(config) => demo::load(&start(config).await?).await,
        Command::Import { config, what } => transfer::import(&start(config).await?, what).await,
        Command::Export { config, what } => transfer::export(&start(config).await?, what).await,
        Command::Admin { config, act } => {
            let app = start(config).await?;
            admin::run(&app, act).await.map_err(explain)
        }
    }
}

async fn start(config: Config) -> Result<App, String> {
    App::start(config).await.map_err(explain)
}

async fn migrate(database: &DatabaseConfig, down: Option<u32>) -> Result<(), String> {
    let open = database.open().await.map_err(|error| error.to_string())?;
    match down {
        None => open.migrate().await,
        Some(steps) => open.take_back(steps).await,
    }
    .map_err(|error| error.to_string())
}

/// An error as the command line tells it: whoever reads it runs the server, and may know the cause.
fn explain(error: Error) -> String {
    match error {
        Error::Internal(cause) => cause.to_string(),
        Error::Refused(errors) => {
            let lines = errors.iter().map(|error| match &error.field {
                Some(field) => format!("{}: {}", field.join("."), error.message),
                None => error.message.clone(),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        error => error.message(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_can_be_read() {
        Cli::command().debug_assert();
    }
}
