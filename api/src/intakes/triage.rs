//! Decisions of brokers: correcting, merging and rejecting an intake, and sending the link to claim it.

use entity::{intake, link::LinkPurpose};
use sea_orm::ActiveValue::Set;

use super::{
    acts,
    rules::{self, Act, Contact},
    service::{IntakeId, codes},
};
use crate::{
    App,
    kit::{
        Error, UserError, UserErrorCode as Code, Viewer, activity, database::resource, lifecycle,
        validation::Validator,
    },
    mail::links,
};

/// Corrections to an intake; a field that is `None` stays unchanged.
#[derive(Debug, Default)]
pub struct Correction {
    /// Title, in one line.
    pub title: Option<String>,
    /// Description, in plain text.
    pub description: Option<String>,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    /// Note of the brokers.
    pub note: Option<String>,
}

/// Marks an intake as triaged and applies corrections.
pub async fn triage(
    app: &App,
    viewer: &Viewer,
    id: IntakeId,
    version: i32,
    correction: Correction,
) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let Correction {
        title,
        description,
        resource_type,
        area,
        note,
    } = correction;
    let transaction = app.database.begin().await?;
    let (row, ()) =
        lifecycle::load(&transaction, viewer, id, &(), Act::Triage, Some(version)).await?;
    let mut checks = Validator::new();
    let title = title.map(|title| checks.line("title", &title, 3..=120));
    let description = description.map(|text| checks.lines("description", &text, 0..=5_000));
    let note = note.map(|note| checks.lines("note", &note, 0..=1_000));
    codes(app, &mut checks, resource_type.as_deref(), area.as_deref());
    checks.finish()?;
    let fields = [
        ("title", title.is_some()),
        ("description", description.is_some()),
        ("resourceType", resource_type.is_some()),
        ("area", area.is_some()),
        ("note", note.is_some()),
    ];
    let fields: Vec<_> = fields
        .into_iter()
        .filter(|(_, said)| *said)
        .map(|(name, _)| name)
        .collect();
    let change = intake::ActiveModel {
        title: Set(title.unwrap_or_else(|| row.title.clone())),
        description: Set(description.unwrap_or_else(|| row.description.clone())),
        resource_type: Set(resource_type.or_else(|| row.resource_type.clone())),
        area: Set(area.or_else(|| row.area.clone())),
        note: Set(note
            .or_else(|| row.note.clone())
            .filter(|note| !note.is_empty())),
        ..Default::default()
    };
    let row = lifecycle::apply(&transaction, viewer, &row, Act::Triage, change, &fields).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Rejects an intake.
pub async fn reject(
    app: &App,
    viewer: &Viewer,
    id: IntakeId,
    note: Option<&str>,
) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Reject, None).await?;
    let mut checks = Validator::new();
    let note = note.map(|note| checks.lines("note", note, 0..=1_000));
    checks.finish()?;
    let change = intake::ActiveModel {
        note: Set(note
            .filter(|note| !note.is_empty())
            .or_else(|| row.note.clone())),
        contact_until: Set(rules::kept_once_decided(&row, viewer.now)),
        ..Default::default()
    };
    let row = lifecycle::apply(&transaction, viewer, &row, Act::Reject, change, &["state"]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Merges an intake into another one, which receives contact details that it lacks. The duplicate keeps none.
pub async fn merge(
    app: &App,
    viewer: &Viewer,
    id: IntakeId,
    into: IntakeId,
) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Merge, None).await?;
    if id == into {
        let message = "An intake cannot be merged into itself. Choose another intake.";
        return Err(UserError::at("intoId", Code::Circular, message).into());
    }
    let other = resource::get(&transaction, viewer, into).await?;
    if let Err(mut refusal) =
        lifecycle::check::<intake::Entity>(&other, &(), Act::Merge, &(), viewer.now)
    {
        refusal.field = Some(vec!["intoId".into()]);
        return Err(refusal.into());
    }
    if other.kind != row.kind {
        let message =
            "One intake is an offer and the other a request. Choose an intake of the same kind.";
        return Err(UserError::at("intoId", Code::Invalid, message).into());
    }
    let theirs = Contact::of(&other, viewer.now);
    let both = theirs.clone().or(Contact::of(&row, viewer.now));
    if both != theirs {
        let change = intake::ActiveModel {
            contact_name: Set(both.name),
            contact_organisation: Set(both.organisation),
            contact_email: Set(both.email),
            contact_phone: Set(both.phone),
            // Contact details are kept no longer than the earlier of the two promised dates.
            contact_until: Set(other.contact_until.min(row.contact_until)),
            ..Default::default()
        };
        let other = lifecycle::write(&transaction, viewer, &other, change, None).await?;
        let fields = &["contact"];
        activity::record(&transaction, viewer, acts::CONTACT_ADDED, &other, fields).await?;
    }
    let change = intake::ActiveModel {
        merged_into: Set(Some(other.id)),
        contact_name: Set(None),
        contact_organisation: Set(None),
        contact_email: Set(None),
        contact_phone: Set(None),
        contact_until: Set(viewer.now.min(row.contact_until)),
        ..Default::default()
    };
    let row = lifecycle::apply(&transaction, viewer, &row, Act::Merge, change, &["state"]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Queues an email with a link to claim the intake, and ends earlier links.
pub async fn send_claim(app: &App, viewer: &Viewer, id: IntakeId) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::SendClaim, None).await?;
    let refused = |message: &str| UserError::new(Code::InvalidState, message);
    let Some(mailer) = &app.mailer else {
        return Err(refused(
            "This server is not set up to send email, so it cannot send a link. Call the contact instead.",
        )
        .into());
    };
    if Contact::of(&row, viewer.now).email.is_none() {
        return Err(refused(
            "This intake has no email address for its contact. Call the contact instead.",
        )
        .into());
    }
    if row.resource_type.is_none() {
        return Err(refused(
            "This intake has no resource type. Set one with `triageIntake`, then send the link.",
        )
        .into());
    }
    let link = (LinkPurpose::Claim, row.id);
    if links::count(&transaction, link, None).await? >= rules::MAX_CLAIMS {
        let message = "The contact has been sent the maximum number of links. Call them instead.";
        return Err(UserError::new(Code::LimitReached, message).into());
    }
    links::end(&transaction, link, viewer.now).await?;
    let until = row.contact_until.min(viewer.now + rules::CLAIM_DAYS);
    links::decide(&transaction, mailer, link, None, (viewer.now, until)).await?;
    // Updates the row without a change, so that the version check refuses one of two concurrent calls.
    let change = intake::ActiveModel::default();
    let row = lifecycle::apply(&transaction, viewer, &row, Act::SendClaim, change, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}
