//! Readiness check of the server on this machine, for containers without an HTTP client.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Timeout of the check.
const PATIENCE: Duration = Duration::from_secs(4);

/// Requests `/health/ready` from the server on this address, and fails unless the status is 200.
pub async fn run(listen: SocketAddr) -> Result<(), String> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let server = SocketAddr::new(ip, listen.port());
    let answer = timeout(PATIENCE, ask(server)).await;
    let answer = answer
        .map_err(|_| format!("{server} does not respond"))?
        .map_err(|error| format!("{server} cannot be reached: {error}"))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" {
        println!("ready");
        return Ok(());
    }
    Err(format!(
        "{server} is not ready: it responds with status {status:?}"
    ))
}

async fn ask(server: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn asked(answer: &'static str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answers = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 200];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        };
        let unspecified = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port());
        let (told, ()) = tokio::join!(run(unspecified), answers);
        told
    }

    #[tokio::test]
    async fn ready_is_what_answers_200_and_nothing_else() {
        assert_eq!(asked("HTTP/1.1 200 OK\r\n\r\n").await, Ok(()));
        assert!(
            asked("HTTP/1.1 503 Service Unavailable\r\n\r\n")
                .await
                .is_err()
        );
        assert!(asked("nonsense").await.is_err());
    }
}
