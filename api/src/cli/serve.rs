//! Serving: the log, the listener, the worker, and an end in good order.

use std::{net::SocketAddr, time::Duration};

use crate::{
    App,
    config::Config,
    http::{self, server::Timeouts},
    jobs,
};
use tokio::{net::TcpListener, time::timeout};

use super::{demo, explain};

/// How long sockets have to say goodbye when the server stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// Serves until it is told to stop.
pub async fn run(config: Config) -> Result<(), String> {
    let faults = config.faults();
    if !faults.is_empty() {
        let mode = if config.production {
            "production mode needs"
        } else {
            "these settings are wrong:"
        };
        return Err(format!("{mode}\n  {}", faults.join("\n  ")));
    }
    let (listen, wants_demo) = (config.listen, config.demo);
    let app = App::start(config).await.map_err(explain)?;
    if wants_demo {
        demo::offer(&app).await?;
    }
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    announce(&app, address);
    if let Some(address) = app.config.metrics_listen {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("cannot listen on {address}: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("metrics     http://{address}/metrics");
        let router = http::metrics_router(app.clone());
        tokio::spawn(http::server::serve(
            listener,
            router,
            Timeouts::default(),
            std::future::pending(),
        ));
    }
    let worker = tokio::spawn({
        let app = app.clone();
        async move { jobs::run(&app).await }
    });
    let stop = async {
        stop().await;
        app.closing.send_replace(true);
    };
    http::server::serve(
        listener,
        http::router(app.clone()),
        Timeouts::default(),
        stop,
    )
    .await;
    // Sockets say goodbye on their own; the last of them to go is the last that listens.
    let _ = timeout(GOODBYE, app.closing.closed()).await;
    worker.abort();
    Ok(())
}

fn announce(app: &App, address: SocketAddr) {
    let url = &app.config.database.database_url;
    let database = url.split(':').next().unwrap_or_default();
    println!("GraphQL     http://{address}/graphql");
    println!("playground  http://{address}/graphiql");
    println!("database    {database}");
    if app.post.is_some() {
        println!("mail        from {}", app.config.mail_from);
    } else {
        println!("mail        none is sent: MARKETPLACE_SMTP_URL names no server");
    }
}

/// Ctrl-C, or the signal by which a container is stopped.
async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        return;
    }
    let _ = interrupted.await;
}
