//! A client that speaks graphql-transport-ws, and anything else that it is told to say.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

/// How long is waited for what must come.
const SOON: Duration = Duration::from_secs(10);

/// One socket, from the client's side.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one with these headers.
    pub async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let opened = Self::try_open(address, "graphql-transport-ws", headers).await;
        opened.unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The same, or why it was not opened; with no subprotocol where that is empty.
    pub async fn try_open(
        address: SocketAddr,
        subprotocol: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request()?;
        if !subprotocol.is_empty() {
            let offered = subprotocol.parse().unwrap();
            request
                .headers_mut()
                .insert("sec-websocket-protocol", offered);
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Self(connect_async(request).await?.0))
    }

    /// Says anything.
    pub async fn say(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.unwrap();
    }

    pub async fn say_json(&mut self, message: Value) {
        self.say(message.to_string()).await;
    }

    /// Says who it is, and hears that it is known.
    pub async fn begin(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({"Authorization": format!("Bearer {token}")}));
        self.say_json(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(self.hear().await, json!({"type": "connection_ack"}));
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say_json(json!({"id": id, "type": "subscribe", "payload": payload}))
            .await;
    }

    async fn message(&mut self) -> Option<Message> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match timeout(SOON, self.message()).await.expect("a message") {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("no message but {other:?}"),
        }
    }

    /// The answer that comes next to what was asked under this name.
    pub async fn answer(&mut self, id: &str) -> Value {
        let heard = self.hear().await;
        assert!(heard["type"] == "next" && heard["id"] == id, "{heard}");
        heard["payload"].clone()
    }

    /// Whether nothing comes for so long.
    pub async fn is_silent(&mut self, during: Duration) -> bool {
        timeout(during, self.message()).await.is_err()
    }

    /// The number with which it is closed, whatever comes before; 1006 where it is cut off.
    pub async fn closed(&mut self) -> u16 {
        let closed = async {
            loop {
                match self.message().await {
                    Some(Message::Close(Some(frame))) => return frame.code.into(),
                    Some(Message::Close(None)) => return 1005,
                    None => return 1006,
                    Some(_) => {}
                }
            }
        };
        timeout(SOON, closed).await.expect("the end")
    }

    /// The number with which it is closed, and the reason.
    pub async fn goodbye(&mut self) -> (u16, String) {
        let closed = async {
            loop {
                match self.message().await {
                    Some(Message::Close(Some(frame))) => {
                        return (frame.code.into(), frame.reason.to_string());
                    }
                    Some(Message::Text(_) | Message::Binary(_)) => {}
                    other => panic!("no goodbye but {other:?}"),
                }
            }
        };
        timeout(SOON, closed).await.expect("the end")
    }

    /// Hangs up, and gives the number that comes back.
    pub async fn leave(mut self) -> u16 {
        self.0.close(None).await.unwrap();
        self.closed().await
    }
}
