//! Demo data: people, organisations, listings, matches and events of an invented county.
//!
//! The data consists of readable files in `data/demo`, compiled in. It is loaded by the services of the product, each
//! call by a person with the permission and at a time in the past, so that no state exists that the product could not
//! have produced. All accounts share one public password, so demo data is refused in production mode and in a database
//! that already has accounts.

mod events;
mod files;
mod load;
mod match_files;
mod matches;

use crate::{
    App, accounts,
    kit::{Error, UserError, UserErrorCode},
};

/// Password of all demo accounts. It is public.
pub const PASSWORD: &str = "otters-share-their-kettle";

/// Demo accounts to sign in with, and their roles.
const SIGN_INS: [(&str, &str); 2] = [
    ("admin@example.org", "programme administrator"),
    ("oliver.trask@example.org", "owner of an organisation"),
];

/// Loads the demo data.
pub async fn load(app: &App) -> Result<(), Error> {
    let refuse = |message: &str| Err(UserError::new(UserErrorCode::InvalidState, message).into());
    if app.config.production {
        return refuse(
            "Demo data cannot be loaded in production mode. Turn production mode off, or start without demo data.",
        );
    }
    if accounts::service::anybody(app).await? {
        return refuse(
            "This database already has accounts. Load the demo data into an empty database.",
        );
    }
    load::everything(app).await
}

/// Returns the email addresses and roles of those demo accounts that exist.
pub async fn sign_ins(app: &App) -> Result<Vec<(&'static str, &'static str)>, Error> {
    let mut there = Vec::new();
    for (email, role) in SIGN_INS {
        match accounts::service::by_email(app, email).await {
            Ok(_) => there.push((email, role)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(there)
}
