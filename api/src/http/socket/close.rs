//! Why a socket is closed: the numbers of the protocol, each with words for whoever looks.

/// A number and a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close(pub u16, pub &'static str);

impl Close {
    /// Nothing ran for a long time.
    pub const IDLE: Self = Self(1000, "Nothing was asked for a long time");
    /// The server stops.
    pub const GOING: Self = Self(1001, "The server stops");
    /// A message is over the limit.
    pub const TOO_LARGE: Self = Self(1009, "The message is too large");
    /// Too many sockets are open.
    pub const FULL: Self = Self(1013, "Too many connections are open");
    /// It is no message of the protocol.
    pub const BAD_MESSAGE: Self = Self(4400, "Invalid message");
    /// It asks before it said who it is.
    pub const UNAUTHORISED: Self = Self(4401, "Unauthorized");
    /// The token is not valid.
    pub const FORBIDDEN: Self = Self(4403, "Forbidden");
    /// The token was valid, and is no longer.
    pub const OVER: Self = Self(4403, "The access token or its session has ended");
    /// It does not speak the protocol.
    pub const SUBPROTOCOL: Self = Self(4406, "Subprotocol not acceptable");
    /// It does not say who it is.
    pub const LATE: Self = Self(4408, "Connection initialisation timeout");
    /// Two operations have one name.
    pub const TAKEN: Self = Self(4409, "Subscriber already exists");
    /// It says twice who it is.
    pub const AGAIN: Self = Self(4429, "Too many initialisation requests");
    /// A fault of ours.
    pub const FAULT: Self = Self(4500, "Internal server error");
}
