//! Transports of GraphQL requests: HTTP GET and POST, server-sent events, WebSockets.
//!
//! async-graphql-axum 7.2.1 parses JSON bodies (`GraphQLRequest`) once their media type, size and number of values have
//! been checked, and writes the responses of operations that were executed (`GraphQLResponse`). The server's own code
//! does what the package does against a specification:
//!
//! - GraphQL over HTTP, GET: the extractor ignores `operationName`, because it reads `operation_name`.
//! - GraphQL over HTTP, POST: it takes a body of any media type for JSON, which lets other sites send requests without
//!   a preflight; it has no limit on the size of a body, and does not know `documentId`.
//! - GraphQL over HTTP, Response: a request that was not executed gets `"data": null` and status 200, and each response
//!   has the media type `application/graphql-response+json`, whatever the client accepts (upstream issue 1708).
//! - graphql-transport-ws: `GraphQLProtocol` prefers the older protocol graphql-ws if the client names it first, and
//!   does not tell which one it chose. `GraphQLWebSocket` closes with 1002 in place of 4400 and 4403, replaces a running
//!   operation in place of closing with 4409, waits for `connection_init` without limit (4408), and has no limit on
//!   the number of operations.

pub mod http;
pub mod sse;
pub mod websocket;
