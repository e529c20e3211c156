//! Reads, validates, prices and executes GraphQL documents, and completes responses as the specification requires.

pub mod body;
pub mod coercion;
pub mod complexity;
pub mod descriptions;
pub mod document_cache;
pub mod document_limits;
pub mod document_validation;
pub mod errors;
pub mod execution;
pub mod executor;
pub mod introspection;
pub mod json_limits;
pub mod limits;
pub mod null_arguments;
pub mod parser;
pub mod persisted_documents;
pub mod position;
pub mod request;
pub mod response;
pub mod to_engine;
pub mod trusted_documents;
pub mod workarounds;
