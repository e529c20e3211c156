//! A way to a program in another process, which callers take as they take the router of their own.

use std::{fmt::Write as _, net::SocketAddr};

use axum::{Router, body::Body, extract::Request, response::Response};
use http_body_util::BodyExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Passes requests on to an address.
pub fn router(address: SocketAddr) -> Router {
    Router::new().fallback(move |request: Request| async move { pass_on(address, request).await })
}

async fn pass_on(address: SocketAddr, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n",
        parts.method, parts.uri
    );
    for (name, value) in &parts.headers {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(head, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse::<u16>().ok());
    Response::builder()
        .status(status.unwrap_or(500))
        .body(Body::from(body.to_owned()))
        .unwrap()
}
