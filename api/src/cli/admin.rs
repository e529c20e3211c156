//! Administration of accounts on the command line.

use crate::{
    App, accounts,
    kit::{Error, Id, Viewer, secret},
};
use clap::{Subcommand, ValueEnum};
use entity::person::PlatformRole;

/// Administrative command.
#[derive(Subcommand)]
pub enum AdminAct {
    /// Creates an account and prints its password.
    Create {
        /// Email address for signing in.
        email: String,
        /// Display name.
        name: String,
        /// Platform role to grant.
        #[arg(long)]
        role: Option<Role>,
    },
    /// Grants a platform role to an account.
    Grant {
        /// Email address of the account.
        email: String,
        /// Platform role.
        role: Role,
    },
    /// Sets a new password, prints it, and ends all sessions of the account.
    ResetPassword {
        /// Email address of the account.
        email: String,
    },
}

/// Platform role, in the spelling of the command line.
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

/// Runs the command.
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
            println!("{email} now has the role.");
        }
        AdminAct::ResetPassword { email } => {
            let password = secret::token()?;
            accounts::service::reset_password(app, &viewer, &email, password.clone()).await?;
            println!("{email} / {password}");
        }
    }
    Ok(())
}
