//! Looking after accounts without the API.

use crate::{
    App, accounts,
    kit::{Error, Id, Viewer, secret},
};
use clap::{Subcommand, ValueEnum};
use entity::person::PlatformRole;

/// What is done to an account.
#[derive(Subcommand)]
pub enum AdminAct {
    /// Make an account and print its password.
    Create {
        /// The address to sign in with.
        email: String,
        /// What others call them.
        name: String,
        /// A platform role to grant.
        #[arg(long)]
        role: Option<Role>,
    },
    /// Grant a platform role to an account.
    Grant {
        /// The account's address.
        email: String,
        /// The role.
        role: Role,
    },
    /// Set a new password, print it, and end all sessions of the account.
    ResetPassword {
        /// The account's address.
        email: String,
    },
}

/// A platform role, as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    Broker,
    Moderator,
    ProgrammeAdmin,
}

impl From<Role> for PlatformRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Broker => Self::Broker,
            Role::Moderator => Self::Moderator,
            Role::ProgrammeAdmin => Self::ProgrammeAdmin,
        }
    }
}

/// Does it.
pub async fn run(app: &App, act: AdminAct) -> Result<(), Error> {
    let viewer = Viewer::system();
    match act {
        AdminAct::Create { email, name, role } => {
            let password = secret::token()?;
            let id = accounts::service::register(app, viewer.now, &email, &name, password.clone())
                .await?;
            if let Some(role) = role {
                accounts::service::set_role(app, &viewer, Id::new(id), role.into(), true).await?;
            }
            println!("{email} / {password}");
        }
        AdminAct::Grant { email, role } => {
            let person = accounts::service::by_email(app, &email).await?;
            accounts::service::set_role(app, &viewer, Id::new(person.id), role.into(), true)
                .await?;
            println!("{email} now holds the role.");
        }
        AdminAct::ResetPassword { email } => {
            let password = secret::token()?;
            accounts::service::reset_password(app, &viewer, &email, password.clone()).await?;
            println!("{email} / {password}");
        }
    }
    Ok(())
}
