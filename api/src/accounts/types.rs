//! GraphQL types of people, the viewer and sessions.

use std::sync::Arc;

use async_graphql::{
    Context, Enum, InputObject, MaybeUndefined, Object, Result, SimpleObject,
    connection::Connection,
};
use chrono::{DateTime, Utc};
use entity::{
    person::{self, PlatformRole},
    registration::RegistrationState,
    rejected_address,
};

use super::sessions::Session;
use crate::{
    calendars::Calendar,
    context::ContextExt,
    conversations::Conversation,
    events::registrations::Registration,
    inputs,
    kit::{
        self, Error, Id, UserError,
        graphql::cost::{COUNT, STATEMENT, cost, list_size},
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

/// A person with an account.
pub struct Person {
    row: person::Model,
    /// True if the viewer may see the private fields: it is their own row, or they are an administrator.
    private: bool,
}

impl Person {
    /// Wraps a row with the visibility of this viewer.
    #[must_use]
    pub fn seen_by(viewer: &kit::Viewer, row: person::Model) -> Self {
        let private = viewer.person_id() == Some(row.id) || viewer.is_admin();
        Self { row, private }
    }
}

/// A person with an account. Visible to themselves, to people who share an organisation with them or deal with them in
/// a match or a conversation, and to staff.
#[Object]
impl Person {
    /// Global id.
    pub async fn id(&self) -> Id<person::Entity> {
        Id::new(self.row.id)
    }

    /// Name that the person chose to show to others.
    async fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// Email address that the person signs in with. Null unless the viewer is the person or a programme administrator.
    async fn email(&self) -> Option<&str> {
        self.private.then_some(&self.row.email)
    }

    /// Instant at which the person verified their email address; null if they have not. Null unless the viewer is the
    /// person or a programme administrator.
    async fn email_verified_at(&self) -> Option<DateTime<Utc>> {
        self.row.email_verified_at.filter(|_| self.private)
    }

    /// Instant at which a mail server rejected the email address for ever; null if none did. The person then gets no
    /// email until they verify the address again with `requestEmailVerification`. Null unless the viewer is the person
    /// or a programme administrator.
    async fn email_rejected_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        if !self.private {
            return Ok(None);
        }
        let found = ctx.parts::<rejected_address::Entity>(self.row.id).await?;
        Ok(found.first().map(|row| row.at))
    }

    /// Telephone number; null if the person entered none. Null unless the viewer is the person or a programme
    /// administrator.
    async fn phone(&self) -> Option<&str> {
        self.row.phone.as_deref().filter(|_| self.private)
    }

    /// Roles that the person has across the whole marketplace.
    #[graphql(directive = list_size::apply(3, None))]
    async fn platform_roles(&self) -> &[PlatformRole] {
        &self.row.platform_roles.0
    }

    /// Instant at which the person signed up.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}

/// Kind of caller.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    /// A caller who is not signed in.
    Anonymous,
    /// A person who is signed in.
    Person,
}

/// The caller of a request.
pub struct Viewer(pub Arc<kit::Viewer>);

/// The caller of this request, with their listings, notifications, tasks and memberships. Use it to decide which
/// actions to show.
#[Object]
impl Viewer {
    /// Kind of the caller: anonymous, or a person.
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

    /// Platform roles that the viewer has now.
    #[graphql(directive = list_size::apply(3, None))]
    async fn platform_roles(&self) -> Vec<PlatformRole> {
        self.0
            .person()
            .map(|person| person.roles.clone())
            .unwrap_or_default()
    }

    /// The listings of the viewer's organisations, in every state: those to edit, publish and renew.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's arguments are its interface"
    )]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Restricts the listings. Includes all states unless `states` is set.")]
        filter: Option<ListingFilter>,
        #[graphql(desc = "Sort order of the listings.", default)] order_by: ListingOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ListingPage<Listing>> {
        let args = PageArgs::new(first, after, last, before)?;
        search::query::page(ctx, &self.0, &Among::Own, filter, order_by, &args).await
    }

    /// Notifications of the viewer, newest first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns only unread notifications.", default)] unread_only: bool,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, Notification, Total>> {
        let args = PageArgs::new(first, after, last, before)?;
        Notification::of_viewer(ctx, &self.0, unread_only, args).await
    }

    /// Conversations of the viewer's organisations, the one with the latest message first.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Returns only conversations with messages that the viewer has not read.",
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

    /// The viewer's registrations for events, newest first.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Restricts the registrations to these states. Null returns all.")] states: Option<
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

    /// Tasks that wait for the viewer: things to answer, confirm or read. Ordered by due time or, without one,
    /// by the time since which they are open.
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

    /// Number of tasks that wait for the viewer.
    #[graphql(directive = cost::apply(COUNT))]
    async fn task_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Task::count(ctx, &self.0).await
    }

    /// Number of notifications that the viewer has not read.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn unread_notification_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(notifications::service::unread(&ctx.app().database.read, &self.0).await?)
    }

    /// The viewer's email preferences; null for anonymous callers.
    async fn notification_preferences(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<NotificationPreferences>> {
        let wishes = notifications::service::wishes(&ctx.app().database.read, &self.0).await?;
        Ok(wishes.map(Into::into))
    }

    /// The viewer's calendar subscriptions, in order of creation.
    #[graphql(directive = list_size::apply(crate::calendars::rules::MAX, None), directive = cost::apply(STATEMENT))]
    async fn calendars(&self, ctx: &Context<'_>) -> Result<Vec<Calendar>> {
        Calendar::of_viewer(ctx, &self.0).await
    }

    /// The viewer's memberships of organisations, including requests to join, in order of creation.
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

/// Tokens and viewer after signing up, signing in or refreshing.
#[derive(SimpleObject, Default)]
pub struct SignInPayload {
    /// Access token, sent as `Authorization: Bearer ...`. Null if the input was refused.
    pub access_token: Option<String>,
    /// Instant at which the access token expires. Refresh the session before it.
    pub access_token_expires_at: Option<DateTime<Utc>>,
    /// Token for one `refreshSession`, which returns the next one. Store it securely.
    pub refresh_token: Option<String>,
    /// The person who signed in; null if the input was refused.
    pub viewer: Option<Viewer>,
    /// Reasons for the refusal; empty if the mutation succeeded.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MAX_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

impl SignInPayload {
    /// Converts the result of the service into a payload.
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
                user_errors: UserError::first_errors(user_errors),
                ..Self::default()
            })),
            Err(error) => Err(error.into()),
        }
    }
}

/// Result of signing out.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Reasons why the sign-out was refused; empty if it succeeded.
    #[graphql(directive = crate::kit::graphql::cost::list_size::apply(crate::kit::error::MAX_USER_ERRORS as u64, None))]
    pub user_errors: Vec<UserError>,
}

crate::payload! {
    /// Result of a mutation on a person.
    PersonPayload {
        /// The person after the mutation; null if it was refused.
        person: Person
    }
}

/// Input of `signUp`.
#[derive(InputObject)]
pub struct SignUpInput {
    /// Email address to sign in with and to receive email: at most 254 characters. Its domain is stored in ASCII form.
    pub email: String,
    /// Password: 10 to 128 characters, not easy to guess.
    pub password: String,
    /// Name to show to others: 2 to 80 characters.
    pub display_name: String,
}

/// Input of `signIn`.
#[derive(InputObject)]
pub struct SignInInput {
    /// Email address of the account: at most 254 characters.
    pub email: String,
    /// Password of the account.
    pub password: String,
}

/// Input of `refreshSession`.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// Refresh token from the latest sign-in or refresh.
    pub refresh_token: String,
}

/// Input of `signOut`.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Ends the viewer's sessions on all devices, not only this one.
    #[graphql(default)]
    pub everywhere: bool,
}

/// Input of `changePassword`.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The viewer's current password.
    pub current_password: String,
    /// New password: 10 to 128 characters, not easy to guess.
    pub new_password: String,
}

/// Changes to the viewer's profile. A field that is left out stays unchanged.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// New name to show to others: 2 to 80 characters.
    pub display_name: Option<String>,
    /// Telephone number: at most 30 characters; null removes it.
    pub phone: MaybeUndefined<String>,
}

/// Input of `requestEmailVerification`.
#[derive(InputObject)]
pub struct RequestEmailVerificationInput {
    /// Email address of the viewer's account: at most 254 characters. Refused if it differs, so that the viewer sees where
    /// the link goes.
    pub email: String,
}

/// Input of `verifyEmail`.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// Token from the verification link.
    pub token: String,
}

inputs! {
    {
        /// The person whose roles change.
        person_id: Id<person::Entity>,
        /// The platform role.
        role: PlatformRole,
    }
    /// Platform role to grant to a person.
    GrantPlatformRoleInput;
    /// Platform role to revoke from a person.
    RevokePlatformRoleInput;
}
