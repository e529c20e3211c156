//! A world of its own for every test, and callers who act in it.

mod caller;
pub mod database;
mod events;
mod organisations;
pub mod program;
pub mod remote;
mod reply;
pub mod sink;

use std::{panic::resume_unwind, sync::Arc, thread};

use api::{
    App,
    activities::outbox,
    config::Config,
    kit::{Viewer, viewer::Who},
    notifications,
};
use axum::Router;
use chrono::{DateTime, Utc};
use entity::person::{self, PlatformRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use tokio::runtime;

pub use caller::Caller;
pub use events::Events;
pub use program::Program;
pub use reply::Reply;
pub use sink::Sink;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// The program on a database of its own, which goes with the last of those who hold it.
#[derive(Clone)]
pub struct World {
    pub app: App,
    pub router: Router,
    _database: Arc<database::Own>,
}

impl World {
    /// A world with reference data and nobody in it.
    pub async fn new(on: On) -> Self {
        Self::with(on, |_| {}).await
    }

    /// The same with other settings.
    pub async fn with(on: On, change: impl FnOnce(&mut Config)) -> Self {
        // Faults are told beside the test that met them.
        let _ = tracing_subscriber::fmt()
            .with_env_filter("error")
            .with_test_writer()
            .try_init();
        let database = database::Own::new(on).await;
        let mut config = database::config(&database.url);
        change(&mut config);
        let app = App::start(config)
            .await
            .map_err(|error| format!("{error:?}"))
            .expect("the program starts");
        Self {
            router: api::http::router(app.clone()),
            app,
            _database: Arc::new(database),
        }
    }

    /// A world whose mail goes into a sink.
    pub async fn mailing(on: On, sink: &Sink) -> Self {
        Self::with(on, |config| config.smtp_url = Some(sink.url.clone())).await
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.app.config.database.database_url
    }

    /// Gives what was done its place and tells people of it, as the worker does at this time; says how many it told.
    pub async fn tell(&self, now: DateTime<Utc>) -> usize {
        let told = async {
            outbox::service::sequence(&self.app.database).await?;
            notifications::jobs::tell(&self.app, &system(now)).await
        };
        told.await.map_err(|error| error.message()).unwrap()
    }

    /// Sends what is due at this time, and says how many mails that were or would have been.
    pub async fn mail(&self, now: DateTime<Utc>) -> usize {
        let mut count = 0;
        while notifications::jobs::mail_next(&self.app, &system(now))
            .await
            .map_err(|error| error.message())
            .unwrap()
        {
            count += 1;
        }
        count
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Caller {
        Caller::new(self.router.clone(), None)
    }

    /// Somebody who signed up with this name, as `name@example.org`.
    pub async fn person(&self, name: &str) -> Caller {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let reply = self
            .stranger()
            .ask(
                "mutation ($input: SignUpInput!) { signUp(input: $input) {
                    accessToken viewer { person { id } } userErrors { code message } } }",
                json!({"input": {"email": email, "password": PASSWORD, "displayName": name}}),
            )
            .await;
        let token = reply.text("signUp.accessToken");
        Caller::known(
            self.router.clone(),
            token,
            reply.text("signUp.viewer.person.id"),
            email,
        )
    }

    /// Somebody's address is verified, as by the link in a mail.
    pub async fn verify_address(&self, who: &Caller) {
        let found = person::Column::Email.eq(who.email.clone());
        let verified = person::Entity::update_many()
            .col_expr(
                person::Column::EmailVerifiedAt,
                Expr::value(api::kit::clock::now()),
            )
            .filter(found)
            .exec(&self.app.database.write);
        assert_eq!(verified.await.unwrap().rows_affected, 1);
    }

    /// Somebody who holds a platform role.
    pub async fn staff(&self, name: &str, role: PlatformRole) -> Caller {
        let person = self.person(name).await;
        let id = person.id.as_deref().unwrap().parse().unwrap();
        let system = api::kit::Viewer::system();
        api::accounts::service::set_role(&self.app, &system, id, role, true)
            .await
            .map_err(|e| e.message())
            .unwrap();
        person
    }

    /// A programme administrator.
    pub async fn admin(&self) -> Caller {
        self.staff("Ada Admin", PlatformRole::ProgrammeAdmin).await
    }
}

/// The marketplace itself at some time.
pub const fn system(now: DateTime<Utc>) -> Viewer {
    Viewer {
        now,
        who: Who::System,
    }
}

/// The password of everybody in a test's world.
pub const PASSWORD: &str = "seven wooden otters read";

/// Room for the steps of a long story, which stand on the stack and are large where nothing is optimised.
const STACK: usize = 32 << 20;

/// Lives through a story, on threads with room for it.
pub fn go<F: Future<Output = ()>>(story: impl FnOnce() -> F + Send + 'static) {
    let mut threads = runtime::Builder::new_multi_thread();
    threads.worker_threads(2).thread_stack_size(STACK);
    within(threads, story);
}

/// The same on one thread, on which things come in the same order every time.
pub fn alone<F: Future<Output = ()>>(story: impl FnOnce() -> F + Send + 'static) {
    within(runtime::Builder::new_current_thread(), story);
}

fn within<F: Future<Output = ()>>(
    mut threads: runtime::Builder,
    story: impl FnOnce() -> F + Send + 'static,
) {
    with_room(move || {
        let runtime = threads.enable_all().build().unwrap();
        runtime.block_on(story());
    });
}

/// Does something on a thread with room for it.
pub fn with_room(act: impl FnOnce() + Send + 'static) {
    let mut thread = thread::Builder::new().stack_size(STACK);
    if let Some(name) = thread::current().name() {
        thread = thread.name(name.into());
    }
    if let Err(panic) = thread.spawn(act).unwrap().join() {
        resume_unwind(panic);
    }
}

/// Declares tests that run on both databases: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($on:ident) $body:block)*) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "one list of imports serves the whole file")]
            use super::*;

            async fn run($on: $crate::support::On) $body

            #[test]
            fn sqlite() {
                $crate::support::go(|| run($crate::support::On::Sqlite));
            }

            #[test]
            fn postgres() {
                $crate::support::go(|| run($crate::support::On::Postgres));
            }
        })*
    };
}
