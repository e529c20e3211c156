//! Reads, validates, prices and executes GraphQL documents, and completes responses as the specification requires.

pub mod coercion;
pub mod complexity;
pub mod document_cache;
pub mod document_limits;
pub mod document_validation;
pub mod executor;
pub mod introspection;
pub mod json_limits;
pub mod lexer_limits;
pub mod limits;
pub mod persisted_documents;
pub mod request;
pub mod response;
pub mod trusted_documents;
pub mod workarounds;
