//! What the schema says of people, their sessions and whoever asks.

use crate::kit::graphql::cost::{COUNT, STATEMENT, cost, list_size};
use std::sync::Arc;

use async_graphql::{
    Context, Enum, InputObject, MaybeUndefined, Object, Result, SimpleObject,
    connection::Connection,
};
use chrono::{DateTime, Utc};
use entity::{
    person::{self, PlatformRole},
    registration::RegistrationState,
};

use super::sessions::Session;
use crate::{
    calendars::Calendar,
    context::Ask,
    conversations::Conversation,
    events::registrations::Registration,
    kit::{
        self, Error, Id, UserError,
        page::{PageArgs, Total},
    },
    listings::{
        Listing,
        search::{self, ListingFilter, ListingOrder, conditions::Among, query::ListingPage},
    },
    notifications::{self, Notification, NotificationPreferences},
    organisations::members::Membership,
    tasks::Task,
};

/// Someone who signs in.
pub struct Person {
    row: person::Model,
    /// Whether whoever reads this may see what is private.
    private: bool,
}

impl Person {
    /// The person as this viewer sees them.
    #[must_use]
    pub fn seen_by(viewer: &kit::Viewer, row: person::Model) -> Self {
        let private = viewer.person_id() == Some(row.id) || viewer.is_admin();
        Self { row, private }
    }
}

/// Someone who signs in. Seen by themselves, by those who share an organisation with them or deal with them in a
/// match or a conversation, and by staff.
#[Object]
impl Person {
    /// Global id.
    pub async fn id(&self) -> Id<person::Entity> {
        Id::new(self.row.id)
    }

    /// What others call them.
    async fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// The address they sign in with. Only they and administrators see it.
    async fn email(&self) -> Option<&str> {
        self.private.then_some(&self.row.email)
    }

    /// When they showed that mail to it reaches them; null while they have not. Only they and administrators see it.
    async fn email_verified_at(&self) -> Option<DateTime<Utc>> {
        self.row.email_verified_at.filter(|_| self.private)
    }

    /// Their telephone number, if they gave one. Only they and administrators see it.
    async fn phone(&self) -> Option<&str> {
        self.row.phone.as_deref().filter(|_| self.private)
    }

    /// What they may do for the whole marketplace.
    #[graphql(directive = list_size::apply(3, None))]
    async fn platform_roles(&self) -> &[PlatformRole] {
        &self.row.platform_roles.0
    }

    /// When they signed up.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}

/// What kind of caller asks.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    /// Nobody signed in.
    Anonymous,
    /// A person who signed in.
    Person,
}

/// Whoever asks.
pub struct Viewer(pub Arc<kit::Viewer>);

/// Whoever asks, and what is theirs. Start here to show what somebody may do.
#[Object]
impl Viewer {
    /// What kind of caller it is.
    async fn kind(&self) -> ViewerKind {
        if self.0.person().is_some() {
            ViewerKind::Person
        } else {
            ViewerKind::Anonymous
        }
    }

    /// The person who signed in; null for anonymous callers.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.person_id() else {
            return Ok(None);
        };
        let found = kit::database::resource::find(
            &ctx.app().database.read,
            &self.0,
            Id::<person::Entity>::new(id),
        )
        .await?;
        Ok(found.map(|row| Person::seen_by(&self.0, row)))
    }

    /// Platform roles held at this moment.
    #[graphql(directive = list_size::apply(3, None))]
    async fn platform_roles(&self) -> Vec<PlatformRole> {
        self.0
            .person()
            .map(|person| person.roles.clone())
            .unwrap_or_default()
    }

    /// The listings of the viewer's organisations, in every state: what there is to edit, publish and renew.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings; in all states unless `states` says otherwise.")]
        filter: Option<ListingFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Listing>> {
        let args = PageArgs::new(first, after, last, before)?;
        search::query::page(ctx, &self.0, &Among::Own, filter, order_by, &args).await
    }

    /// What the viewer is told, newest first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what was not marked as read.", default)] unread_only: bool,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Notification, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Notification::of_viewer(ctx, &self.0, unread_only, args).await
    }

    /// The conversations of the viewer's organisations, the one in which something was said last first.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only those with messages that the viewer has not read.",
            default
        )]
        unread_only: bool,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Conversation, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Conversation::of_viewer(ctx, &self.0, unread_only, args).await
    }

    /// The events for which the viewer registered, the newest registration first.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these states; without it, all.")] states: Option<
            Vec<RegistrationState>,
        >,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Registration, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Registration::of_viewer(ctx, &self.0, states, args).await
    }

    /// What waits for the viewer: to answer, to confirm, to read. What has waited longest or is due first comes first.
    #[graphql(directive = cost::apply(COUNT))]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Task, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Task::of_viewer(ctx, &self.0, args).await
    }

    /// How much waits for the viewer.
    #[graphql(directive = cost::apply(COUNT))]
    async fn task_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Task::count(ctx, &self.0).await
    }

    /// How many notifications the viewer has not read.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn unread_notification_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(notifications::service::unread(&ctx.app().database.read, &self.0).await?)
    }

    /// How the viewer wishes to have mail; null for anonymous callers.
    async fn notification_preferences(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<NotificationPreferences>> {
        let wishes = notifications::service::wishes(&ctx.app().database.read, &self.0).await?;
        Ok(wishes.map(Into::into))
    }

    /// The viewer's calendars to follow, in the order in which they were made.
    #[graphql(directive = list_size::apply(crate::calendars::rules::MOST, None), directive = cost::apply(STATEMENT))]
    async fn calendars(&self, ctx: &Context<'_>) -> Result<Vec<Calendar>> {
        Calendar::of_viewer(ctx, &self.0).await
    }

    /// The organisations that the viewer belongs to or asked to join, in the order in which they came.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Membership, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Membership::of_viewer(ctx, &self.0, args).await
    }
}

/// What a client holds after signing up, signing in or refreshing.
#[derive(SimpleObject, Default)]
pub struct SignInPayload {
    /// Send it as `Authorization: Bearer ...`.
    pub access_token: Option<String>,
    /// When the access token ends; refresh before.
    pub access_token_expires_at: Option<DateTime<Utc>>,
    /// Good for one `refreshSession`, which gives the next one. Keep it safe.
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub viewer: Option<Viewer>,
    /// Why it was refused; empty where it was done.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MOST_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl SignInPayload {
    /// The payload of what the service answered.
    pub fn of(answer: Result<Session, Error>) -> Result<Option<Self>> {
        match answer {
            Ok(session) => Ok(Some(Self {
                access_token: Some(session.access_token),
                access_token_expires_at: Some(session.access_token_expires_at),
                refresh_token: Some(session.refresh_token),
                viewer: Some(Viewer(Arc::new(session.viewer))),
                user_errors: Vec::new(),
            })),
            Err(Error::Refused(user_errors)) => Ok(Some(Self {
                user_errors: UserError::told(user_errors),
                ..Self::default()
            })),
            Err(error) => Err(error.into()),
        }
    }
}

/// What signing out gives back.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Why it was refused; empty where it was done.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MOST_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

crate::payload! {
    /// What an act on a person gives back.
    PersonPayload {
        /// The person after the act; null where it was refused.
        person: Person
    }
}

/// What somebody gives to sign up.
#[derive(InputObject)]
pub struct SignUpInput {
    /// Where they are reached, and what they sign in with.
    pub email: String,
    /// At least 10 characters, and not easy to guess.
    pub password: String,
    /// What others call them: 2 to 80 characters.
    pub display_name: String,
}

/// What somebody gives to sign in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The address they signed up with.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// What a client gives to go on without a password.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token of the last answer.
    pub refresh_token: String,
}

/// How to sign out.
#[derive(InputObject)]
pub struct SignOutInput {
    /// End the sessions on all devices, not only this one.
    #[graphql(default)]
    pub everywhere: bool,
}

/// What somebody gives to change their password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password so far.
    pub current_password: String,
    /// At least 10 characters, and not easy to guess.
    pub new_password: String,
}

/// What to change of the viewer's own profile. What is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// What others call them: 2 to 80 characters.
    pub display_name: Option<String>,
    /// A telephone number; null removes it.
    pub phone: MaybeUndefined<String>,
}

/// Where to mail a link.
#[derive(InputObject)]
pub struct RequestEmailVerificationInput {
    /// The address of your account: say it, so that you see where the mail goes.
    pub email: String,
}

/// By which link an address is verified.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// The token in the link that was mailed to it.
    pub token: String,
}

/// Which role to grant to whom, or revoke from whom.
#[derive(InputObject)]
pub struct PlatformRoleInput {
    /// The person.
    pub person_id: Id<person::Entity>,
    /// The role.
    pub role: PlatformRole,
}
