//! The demonstration, from the command line.

use crate::{App, accounts, demo};

use super::explain;

/// Loads the demonstration into a database in which there is nobody yet.
pub async fn load(app: &App) -> Result<(), String> {
    demo::load(app).await.map_err(explain)?;
    print_sign_ins(app).await
}

/// Loads the demonstration where there is nobody yet, and prints how to sign in where it is there.
pub async fn offer(app: &App) -> Result<(), String> {
    let empty = !accounts::service::anybody(app).await.map_err(explain)?;
    if empty || app.config.production {
        demo::load(app).await.map_err(explain)?;
    }
    print_sign_ins(app).await
}

async fn print_sign_ins(app: &App) -> Result<(), String> {
    for (email, role) in demo::sign_ins(app).await.map_err(explain)? {
        println!("demo sign-in: {email} / {} ({role})", demo::PASSWORD);
    }
    Ok(())
}
