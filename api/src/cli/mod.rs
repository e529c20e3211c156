//! What the commands do. `main.rs` says which there are.

pub mod admin;
pub mod demo;
pub mod healthcheck;
pub mod serve;
pub mod transfer;

use api::kit::Error;

/// An error as the command line tells it: whoever reads it runs the server, and may know the cause.
pub fn explain(error: Error) -> String {
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
