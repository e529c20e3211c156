//! Loading of the demo data on the command line.

use crate::{App, accounts, demo};

use super::explain;

/// Loads the demo data into a database without accounts, and prints the demo sign-ins.
pub async fn load(app: &App) -> Result<(), String> {
    demo::load(app).await.map_err(explain)?;
    print_sign_ins(app).await
}

/// Loads the demo data if the database has no accounts, and prints the demo sign-ins that exist. Fails in production
/// mode.
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
