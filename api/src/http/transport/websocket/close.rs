//! Reasons for closing a WebSocket: the codes of the protocol, each with a text for people who debug a client.

/// Close code and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close(pub u16, pub &'static str);

impl Close {
    /// No operation ran for a long time.
    pub const IDLE: Self = Self(1000, "Nothing was asked for a long time");
    /// The server is shutting down.
    pub const GOING: Self = Self(1001, "The server stops");
    /// A message exceeds the size limit.
    pub const TOO_LARGE: Self = Self(1009, "The message is too large");
    /// Too many connections are open.
    pub const FULL: Self = Self(1013, "Too many connections are open");
    /// The client sent something that is not a message of the protocol.
    pub const BAD_MESSAGE: Self = Self(4400, "Invalid message");
    /// The client sent an operation before the connection was acknowledged.
    pub const UNAUTHORISED: Self = Self(4401, "Unauthorized");
    /// The access token is not valid.
    pub const FORBIDDEN: Self = Self(4403, "Forbidden");
    /// The access token or its session has ended.
    pub const OVER: Self = Self(4403, "The access token or its session has ended");
    /// The client does not support the subprotocol.
    pub const SUBPROTOCOL: Self = Self(4406, "Subprotocol not acceptable");
    /// The client did not send `connection_init` in time.
    pub const LATE: Self = Self(4408, "Connection initialisation timeout");
    /// Two running operations have the same id.
    pub const TAKEN: Self = Self(4409, "Subscriber already exists");
    /// The client sent `connection_init` twice.
    pub const AGAIN: Self = Self(4429, "Too many initialisation requests");
    /// Internal error.
    pub const FAULT: Self = Self(4500, "Internal server error");
}
