//! The serve command: starts the listener and the worker, and shuts them down in order.

use std::{net::SocketAddr, time::Duration};

use crate::{
    App,
    config::Config,
    http::{self, server::Timeouts},
    jobs,
};
use tokio::{net::TcpListener, time::timeout};

use super::{demo, explain};

/// Time for WebSocket connections to close when the server stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// Serves until the process receives a stop signal.
pub async fn run(config: Config) -> Result<(), String> {
    let faults = config.faults();
    if !faults.is_empty() {
        let mode = if config.production {
            "production mode requires these settings:"
        } else {
            "these settings are invalid:"
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
    // Long-lived connections close themselves. The channel is closed when the last of them ends.
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
    if app.mailer.is_some() {
        println!("mail        from {}", app.config.mail_from);
    } else {
        println!("mail        not sent: MARKETPLACE_SMTP_URL is not set");
    }
}

/// Waits for Ctrl-C or SIGTERM, by which containers are stopped.
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
