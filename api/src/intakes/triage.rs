//! What brokers decide: putting a record right, merging it, letting it go, sending it back to whoever told it.

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
        validation::Checks,
    },
    mail::links,
};

/// What a broker changes of what was told; what is left out stays.
#[derive(Debug, Default)]
pub struct Correction {
    /// In a line.
    pub title: Option<String>,
    /// In full.
    pub description: Option<String>,
    /// Code of the resource type.
    pub resource_type: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    /// A note of the staff's own.
    pub note: Option<String>,
}

/// Marks a record as looked at, with what was put right.
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
    let mut checks = Checks::new();
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

/// Lets a record go.
pub async fn reject(
    app: &App,
    viewer: &Viewer,
    id: IntakeId,
    note: Option<&str>,
) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::Reject, None).await?;
    let mut checks = Checks::new();
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

/// Says that a record tells what another one tells, which gets the contact where it has none. The duplicate keeps none.
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
        let message = "It cannot be merged into itself.";
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
        let message = "One offers and the other requests: they cannot be the same.";
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
            // Nobody's is kept for longer than they were told.
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

/// Decides that whoever told it is sent a link by which they make a listing of it. An earlier link is good no more.
pub async fn send_claim(app: &App, viewer: &Viewer, id: IntakeId) -> Result<intake::Model, Error> {
    rules::may_decide(viewer)?;
    let transaction = app.database.begin().await?;
    let (row, ()) = lifecycle::load(&transaction, viewer, id, &(), Act::SendClaim, None).await?;
    let refused = |message: &str| UserError::new(Code::InvalidState, message);
    let Some(post) = &app.post else {
        return Err(refused("This server sends no mail, so nobody can be sent a link.").into());
    };
    if Contact::of(&row, viewer.now).email.is_none() {
        return Err(refused("No e-mail address is kept of whoever told it.").into());
    }
    if row.resource_type.is_none() {
        return Err(refused("Say first of which resource type it is: triageIntake.").into());
    }
    let link = (LinkPurpose::Claim, row.id);
    if links::count(&transaction, link, None).await? >= rules::MOST_CLAIMS {
        let message = "They were sent a link often enough. Call them.";
        return Err(UserError::new(Code::LimitReached, message).into());
    }
    links::end(&transaction, link, viewer.now).await?;
    let until = row.contact_until.min(viewer.now + rules::CLAIM_DAYS);
    links::decide(&transaction, post, link, None, (viewer.now, until)).await?;
    // The row is written, so that of two who do this at once one is told to read again.
    let change = intake::ActiveModel::default();
    let row = lifecycle::apply(&transaction, viewer, &row, Act::SendClaim, change, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}
