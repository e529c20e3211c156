//! Mutations on accounts.

use async_graphql::{Context, Object, Result};

use super::{
    email_verification,
    service::{self, Profile},
    sessions,
    types::{
        ChangePasswordInput, GrantPlatformRoleInput, Person, PersonPayload, RefreshSessionInput,
        RequestEmailVerificationInput, RevokePlatformRoleInput, SignInInput, SignInPayload,
        SignOutInput, SignOutPayload, SignUpInput, UpdateProfileInput, VerifyEmailInput,
    },
};
use crate::{
    context::ContextExt,
    kit::graphql::cost::{SIGN_IN, rate_limit},
};

/// Mutations on accounts.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Creates an account and signs in to it. Refused if the email address has an account, or the password is easy to
    /// guess.
    #[graphql(directive = rate_limit::apply(SIGN_IN.into()))]
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        input: SignUpInput,
    ) -> Result<Option<SignInPayload>> {
        let SignUpInput {
            email,
            password,
            display_name,
        } = input;
        SignInPayload::of(
            sessions::sign_up(ctx.app(), ctx.viewer().now, &email, &display_name, password).await,
        )
    }

    /// Signs in with email address and password.
    #[graphql(directive = rate_limit::apply(SIGN_IN.into()))]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        let SignInInput { email, password } = input;
        SignInPayload::of(sessions::sign_in(ctx.app(), ctx.viewer().now, &email, password).await)
    }

    /// Exchanges a refresh token for a new access token and the next refresh token. Presenting a used refresh token
    /// more than 30 seconds after its first use ends the session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        input: RefreshSessionInput,
    ) -> Result<Option<SignInPayload>> {
        let RefreshSessionInput { refresh_token } = input;
        SignInPayload::of(sessions::refresh(ctx.app(), ctx.viewer().now, &refresh_token).await)
    }

    /// Ends the viewer's session. Its access token stops working at once.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        input: SignOutInput,
    ) -> Result<Option<SignOutPayload>> {
        let SignOutInput { everywhere } = input;
        sessions::sign_out(ctx.app(), ctx.viewer(), everywhere).await?;
        Ok(Some(SignOutPayload {
            user_errors: Vec::new(),
        }))
    }

    /// Sets a new password for the viewer and ends all their other sessions. Requires the current password.
    #[graphql(directive = rate_limit::apply(SIGN_IN.into()))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<Option<PersonPayload>> {
        let ChangePasswordInput {
            current_password,
            new_password,
        } = input;
        let changed =
            service::change_password(ctx.app(), ctx.viewer(), current_password, new_password).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Changes the viewer's display name or telephone number.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<Option<PersonPayload>> {
        let UpdateProfileInput {
            display_name,
            phone,
        } = input;
        let profile = Profile {
            display_name,
            phone: phone.into(),
        };
        let changed = service::update_profile(ctx.app(), ctx.viewer(), profile).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Emails the viewer a link that verifies the address of their account. Limit: 5 links in 24 hours. A link is valid
    /// for 2 days and ends when the next one is requested.
    async fn request_email_verification(
        &self,
        ctx: &Context<'_>,
        input: RequestEmailVerificationInput,
    ) -> Result<Option<PersonPayload>> {
        let RequestEmailVerificationInput { email } = input;
        let asked = email_verification::request(ctx.app(), ctx.viewer(), &email).await;
        PersonPayload::of(asked.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Verifies the email address of the viewer's account, by the token in the link that was mailed to it. Repeating it
    /// changes nothing.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        input: VerifyEmailInput,
    ) -> Result<Option<PersonPayload>> {
        let VerifyEmailInput { token } = input;
        let verified = email_verification::verify(ctx.app(), ctx.viewer(), &token).await;
        PersonPayload::of(verified.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Grants a platform role to a person. Programme administrators only.
    async fn grant_platform_role(
        &self,
        ctx: &Context<'_>,
        input: GrantPlatformRoleInput,
    ) -> Result<Option<PersonPayload>> {
        let GrantPlatformRoleInput { person_id, role } = input;
        let changed = service::set_role(ctx.app(), ctx.viewer(), person_id, role, true).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Revokes a platform role from a person. Programme administrators only; they cannot revoke their own
    /// `PROGRAMME_ADMIN` role.
    async fn revoke_platform_role(
        &self,
        ctx: &Context<'_>,
        input: RevokePlatformRoleInput,
    ) -> Result<Option<PersonPayload>> {
        let RevokePlatformRoleInput { person_id, role } = input;
        let changed = service::set_role(ctx.app(), ctx.viewer(), person_id, role, false).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }
}
