//! Errors of requests that are not executed, and codes and log entries of errors during execution.

use async_graphql::{ErrorExtensionValues, Response, ServerError};

use crate::kit::Error;

/// Seconds after which an overloaded server should be asked again.
pub const RETRY_AFTER: u32 = 2;

/// Creates a GraphQL error with a code in its extensions.
pub fn graphql_error(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
    error
}

/// Fails with this code if a limit does not hold.
pub fn check_limit(holds: bool, code: &str, what: &str, most: usize) -> Result<(), ServerError> {
    if holds {
        return Ok(());
    }
    Err(graphql_error(
        code,
        format!("The document has more than {most} {what}."),
    ))
}

/// Error with the code `OVERLOADED`, for requests without a permit. Asks the client to retry after 2 seconds.
pub fn overloaded() -> ServerError {
    let message = "Too much is asked for at this moment. Try again in a few seconds.";
    let mut error = graphql_error("OVERLOADED", message.into());
    if let Some(extensions) = &mut error.extensions {
        extensions.set("retryAfter", RETRY_AFTER);
    }
    error
}

/// Error with the code `REQUEST_TIMEOUT`.
pub fn too_slow() -> ServerError {
    let message = "It took too long. Ask for less, or try again later.";
    graphql_error("REQUEST_TIMEOUT", message.into())
}

/// Error with the code `INTERNAL`. The cause is written only to the log.
pub fn internal() -> ServerError {
    let message = "Something went wrong on our side. Please try again later.";
    graphql_error("INTERNAL", message.into())
}

/// Error with the code `QUERY_TOO_COMPLEX`.
pub fn too_complex(most: usize) -> ServerError {
    let message = format!(
        "The document asks for more than {most} things, where a list counts what it selects once per row. Ask for less, or for shorter pages."
    );
    graphql_error("QUERY_TOO_COMPLEX", message)
}

/// Adds a code to an error that has none, such as those of the engine.
pub fn add_code(error: &mut ServerError) {
    let code = if error.path.is_empty() {
        "GRAPHQL_VALIDATION_FAILED"
    } else {
        "BAD_USER_INPUT"
    };
    let overloaded = matches!(error.source::<Error>(), Some(Error::Overloaded));
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    if overloaded {
        extensions.set("retryAfter", RETRY_AFTER);
    }
}

/// Logs the errors of a response that the server caused.
pub fn log_internal_of(response: &Response) {
    for error in &response.errors {
        if let Some(error) = error.source::<Error>() {
            log_internal(error);
        }
    }
}

/// Logs an error that the server caused. Clients do not see its cause.
pub fn log_internal(error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(?cause, "a request met a fault"),
        Error::TooSlow => tracing::warn!("a statement took too long and was stopped"),
        Error::Overloaded => tracing::warn!("no connection to the database became free in time"),
        _ => {}
    }
}
