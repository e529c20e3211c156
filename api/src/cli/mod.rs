//! The command line: serve, migrate, schema and the other commands. `--help` is the documentation.

mod admin;
mod backup;
mod demo;
mod healthcheck;
mod log;
mod serve;
#[cfg(feature = "otlp")]
mod traces;
mod transfer;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
#[cfg(feature = "otlp")]
use tracing_subscriber::Layer;

use crate::{
    App,
    config::{Config, DatabaseConfig},
    kit::{Database, Error},
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
    /// Serves the API and the playground, after applying the migrations of this version.
    Serve {
        #[command(flatten)]
        config: Config,
        #[cfg(feature = "otlp")]
        #[command(flatten)]
        traces: traces::Traces,
    },
    /// Checks if the server on this machine is ready; for containers.
    Healthcheck {
        /// Address and port on which the server listens.
        #[arg(long, env = "MARKETPLACE_LISTEN", default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
    },
    /// Applies the migrations of this version to the database, or reverts some.
    Migrate {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Reverts this number of migrations instead. The data that they added is lost.
        #[arg(long)]
        down: Option<u32>,
    },
    /// Writes the whole database into a new file, while servers run. BACKUP.md lists what else to keep.
    Backup {
        #[command(flatten)]
        database: DatabaseConfig,
        /// File to write. It must not exist yet.
        file: PathBuf,
    },
    /// Restores a backup into an empty database.
    Restore {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Backup file to read.
        file: PathBuf,
    },
    /// Prints the GraphQL schema.
    Schema {
        /// Prints the schema as an Apollo Federation subgraph, with its directives, for gateways.
        #[arg(long)]
        subgraph: bool,
    },
    /// Loads the demo data into a database without accounts. Refused in production mode.
    Demo(Config),
    /// Imports listings from a file, for an organisation of the marketplace or, with a mapping, from another platform.
    Import {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        what: transfer::ImportArgs,
    },
    /// Exports listings to a file, newest first, at most 1,000.
    Export {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        what: transfer::ExportArgs,
    },
    /// Administers accounts without the API. Use it to create the first administrator.
    Admin {
        #[command(flatten)]
        config: Config,
        #[command(subcommand)]
        act: admin::AdminAct,
    },
}

/// Stack size of each thread. Requests use the stack, and need a lot of it in builds without optimisation.
const STACK: usize = 8 << 20;

/// Runs the command with these arguments, prints its error if it fails, and returns the exit code.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Cli::parse_from(words).command;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(command)),
        Err(error) => Err(format!("cannot start the threads of the program: {error}")),
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
            let url = config.database.database_url.clone();
            if let Some(path) = Database::missing_file(&url).map(Path::display) {
                if !matches!(act, admin::AdminAct::Create { .. }) {
                    return Err(format!(
                        "there is no database at {path}. Set DATABASE_URL to that of the server."
                    ));
                }
                eprintln!("marketplace: there was no database at {path}: creating one");
            }
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

/// Formats an error for the operator, with the cause of internal errors.
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
