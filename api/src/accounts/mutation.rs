//! Acts on accounts.

use async_graphql::{Context, Object, Result};

use super::{
    email_verification,
    service::{self, Profile},
    sessions,
    types::{
        ChangePasswordInput, Person, PersonPayload, PlatformRoleInput, RefreshSessionInput,
        RequestEmailVerificationInput, SignInInput, SignInPayload, SignOutInput, SignOutPayload,
        SignUpInput, UpdateProfileInput, VerifyEmailInput,
    },
};
use crate::context::Ask;

/// Acts on accounts.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Make an account and sign in to it.
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

    /// Sign in with e-mail address and password.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        let SignInInput { email, password } = input;
        SignInPayload::of(sessions::sign_in(ctx.app(), ctx.viewer().now, &email, password).await)
    }

    /// Trade the refresh token for a new access token and the next refresh token.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        input: RefreshSessionInput,
    ) -> Result<Option<SignInPayload>> {
        let RefreshSessionInput { refresh_token } = input;
        SignInPayload::of(sessions::refresh(ctx.app(), ctx.viewer().now, &refresh_token).await)
    }

    /// End the session. Its access token stops working at once.
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

    /// Set a new password. All other sessions of the viewer end.
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

    /// Change what others see of the viewer.
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

    /// Be mailed a link by which to show that the address of your account is yours: at most five a day, of which the last is
    /// good for two days.
    async fn request_email_verification(
        &self,
        ctx: &Context<'_>,
        input: RequestEmailVerificationInput,
    ) -> Result<Option<PersonPayload>> {
        let RequestEmailVerificationInput { email } = input;
        let asked = email_verification::request(ctx.app(), ctx.viewer(), &email).await;
        PersonPayload::of(asked.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Show that the address of your account is yours, by the link that was mailed to it.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        input: VerifyEmailInput,
    ) -> Result<Option<PersonPayload>> {
        let VerifyEmailInput { token } = input;
        let verified = email_verification::verify(ctx.app(), ctx.viewer(), &token).await;
        PersonPayload::of(verified.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Grant a platform role. Administrators only.
    async fn grant_platform_role(
        &self,
        ctx: &Context<'_>,
        input: PlatformRoleInput,
    ) -> Result<Option<PersonPayload>> {
        let PlatformRoleInput { person_id, role } = input;
        let changed = service::set_role(ctx.app(), ctx.viewer(), person_id, role, true).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }

    /// Revoke a platform role. Administrators only, and not from themselves.
    async fn revoke_platform_role(
        &self,
        ctx: &Context<'_>,
        input: PlatformRoleInput,
    ) -> Result<Option<PersonPayload>> {
        let PlatformRoleInput { person_id, role } = input;
        let changed = service::set_role(ctx.app(), ctx.viewer(), person_id, role, false).await;
        PersonPayload::of(changed.map(|row| Person::seen_by(ctx.viewer(), row)))
    }
}
