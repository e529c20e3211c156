//! The demonstration: an invented county with its people, organisations and listings, to look around in.
//!
//! It is readable files in `data/demo`, compiled in. They are brought to life by the product's own acts, each
//! by somebody who may do it and on a day before today, so that nothing is there that could not have come
//! about. All accounts share one password, which everybody knows: the demonstration is refused in production
//! mode, and wherever there is somebody already.

mod events;
mod files;
mod load;
mod match_files;
mod matches;

use crate::{
    App, accounts,
    kit::{Error, UserError, UserErrorCode},
};

/// The password of everybody in the demonstration. It is no secret.
pub const PASSWORD: &str = "otters-share-their-kettle";

/// Who is worth being, and why.
const SIGN_INS: [(&str, &str); 2] = [
    ("admin@example.org", "programme administrator"),
    ("oliver.trask@example.org", "owner of an organisation"),
];

/// Loads the demonstration.
pub async fn load(app: &App) -> Result<(), Error> {
    let refuse = |message: &str| Err(UserError::new(UserErrorCode::InvalidState, message).into());
    if app.config.production {
        return refuse("Demo data is for trying out: it is refused in production mode.");
    }
    if accounts::service::anybody(app).await? {
        return refuse(
            "There are accounts in this database. Demo data goes into an empty one only.",
        );
    }
    load::everything(app).await
}

/// The addresses to sign in with, and who that is, of those that are there.
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
