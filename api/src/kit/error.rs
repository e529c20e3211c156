//! Errors, and the form in which clients receive them.
//!
//! | error | reported in | code |
//! |---|---|---|
//! | `Refused` | `userErrors` of the payload | one of [`UserErrorCode`] each |
//! | `Unauthenticated`, `Forbidden`, `NotFound`, `BadInput`, `Conflict` | top-level `errors` | the name in capitals |
//! | `PermissionsChanged` | top-level `errors`, in a document of several mutations | `FORBIDDEN` |
//! | `Contended` | top-level `errors`, after three repetitions | `CONFLICT` |
//! | `TooSlow`, `Overloaded` | top-level `errors` | `REQUEST_TIMEOUT`, `OVERLOADED` |
//! | `Internal` | top-level `errors`, without its cause, which is logged once | `INTERNAL` |
//!
//! [`Error`] has no `Display`: async-graphql would convert it to text for clients, and a message of the database could
//! leak through any `?`.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, SimpleObject};
use sea_orm::{ConnAcquireErr, DbErr, SqlErr};

use super::{database::dialect, graphql::cost::list_size};

pub use super::validation::UserErrorCode;

/// Maximum number of refusals in one payload.
pub const MAX_USER_ERRORS: usize = 20;
/// Maximum number of segments in the path of an input field.
pub const MAX_STEPS: usize = 6;

/// A problem of an input, or a reason why a mutation was refused.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// Kind of problem, for programs. Clients must tolerate codes that they do not know.
    pub code: UserErrorCode,
    /// Path of the input field that has the problem, with positions in lists; null if the problem concerns the whole
    /// act.
    #[graphql(directive = list_size::apply(MAX_STEPS as u64, None))]
    pub field: Option<Vec<String>>,
    /// Message for the user: what was expected and what to do.
    pub message: String,
}

impl UserError {
    /// Returns the refusals that a payload reports: the first [`MAX_USER_ERRORS`].
    #[must_use]
    pub fn first_errors(mut all: Vec<Self>) -> Vec<Self> {
        all.truncate(MAX_USER_ERRORS);
        all
    }

    /// Creates a refusal of the whole act.
    pub fn new(code: UserErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            field: None,
            message: message.into(),
        }
    }

    /// Creates a refusal because of one input field. `field` is its path with dots, such as `place.postcode`.
    pub fn at(field: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            field: Some(field.split('.').map(str::to_owned).collect()),
            message: message.into(),
        }
    }
}

/// Error of a query or a mutation. The module documentation lists the form in which clients receive each.
#[derive(Clone, Debug)]
pub enum Error {
    /// The caller must sign in.
    Unauthenticated,
    /// The viewer may see the row but has no permission for this act. The text names those who have.
    Forbidden(&'static str),
    /// The row does not exist, or the viewer may not see it: clients cannot tell the two apart.
    NotFound,
    /// Invalid argument of a query: its name, and the expected value.
    BadInput(&'static str, String),
    /// Violation of a uniqueness constraint.
    Conflict,
    /// The viewer lost a role while the request ran. The executor repeats the act with their present roles.
    PermissionsChanged,
    /// The database ended the transaction, because it and others waited for each other. The executor repeats it.
    Contended,
    /// Refusal of an act, for the reasons that the payload lists.
    Refused(Vec<UserError>),
    /// The database cancelled a statement that ran too long.
    TooSlow,
    /// No database connection became free in time.
    Overloaded,
    /// Error of async-graphql itself, passed on unchanged.
    Graphql(async_graphql::Error),
    /// Internal error. Clients do not receive its cause.
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Value of `extensions.code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden(_) | Self::PermissionsChanged => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadInput(..) | Self::Refused(_) | Self::Graphql(_) => "BAD_USER_INPUT",
            Self::Conflict | Self::Contended => "CONFLICT",
            Self::TooSlow => "REQUEST_TIMEOUT",
            Self::Overloaded => "OVERLOADED",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// Message for the client.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Unauthenticated => {
                "Sign in, and send the access token as a bearer token.".into()
            }
            Self::Forbidden(who) => (*who).into(),
            Self::NotFound => "This item does not exist, or you do not have permission to see it.".into(),
            Self::BadInput(field, expected) => format!("{field}: {expected}"),
            Self::Conflict => {
                "Another request made the same change at the same time. Reload the data and try again.".into()
            }
            Self::PermissionsChanged => {
                "Your roles changed while this request ran, so this was not done. Reload the page and try again.".into()
            }
            Self::Contended => {
                "Too many requests changed the same data at the same time, so nothing was done. Try again.".into()
            }
            Self::TooSlow => {
                "The request took too long and was stopped. Request less: a shorter page, a narrower filter or fewer counts.".into()
            }
            Self::Overloaded => {
                "The server is overloaded. Try again in a few seconds.".into()
            }
            Self::Refused(errors) => errors
                .first()
                .map(|error| error.message.clone())
                .unwrap_or_default(),
            Self::Graphql(error) => error.message.clone(),
            Self::Internal(_) => "An internal error occurred. Try again later.".into(),
        }
    }

    /// Wraps an unexpected error as [`Error::Internal`].
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(cause.into()))
    }

    /// Replaces [`Error::Conflict`] with a refusal; returns any other error unchanged.
    #[must_use]
    pub fn on_conflict(self, refusal: impl FnOnce() -> UserError) -> Self {
        if matches!(self, Self::Conflict) {
            refusal().into()
        } else {
            self
        }
    }
}

impl From<UserError> for Error {
    fn from(error: UserError) -> Self {
        Self::Refused(vec![error])
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        if let Error::Graphql(error) = error {
            return error;
        }
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code());
        if let Error::BadInput(field, _) = error {
            extensions.set("argument", field);
        }
        Self {
            message: error.message(),
            source: Some(Arc::new(error)),
            extensions: Some(extensions),
        }
    }
}

impl From<async_graphql::Error> for Error {
    fn from(error: async_graphql::Error) -> Self {
        Self::Graphql(error)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict,
            _ if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) => {
                Self::Overloaded
            }
            _ if dialect::was_contended(&error) => Self::Contended,
            _ if dialect::was_stopped(&error) => Self::TooSlow,
            _ => Self::Internal(Arc::new(error)),
        }
    }
}

/// Explicit conversion of any other error to an internal error.
pub trait OrInternal<T> {
    /// Returns the value, or [`Error::Internal`].
    fn internal(self) -> Result<T, Error>;
}

impl<T, E: std::error::Error + Send + Sync + 'static> OrInternal<T> for Result<T, E> {
    fn internal(self) -> Result<T, Error> {
        self.map_err(|error| Error::Internal(Arc::new(error)))
    }
}
