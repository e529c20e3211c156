//! Acts on reports of messages: report, hide and dismiss.

use entity::{
    conversation, message,
    message_report::{self, Column, MessageReportReason, MessageReportState},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{acts, rules, service::MessageId};
use crate::{
    App,
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer,
        activity::{self, Concerns},
        database::resource,
        validation::Validator,
    },
};

/// Global id of a report.
pub type ReportId = Id<message_report::Entity>;

/// Reports a message of another person in a conversation that the viewer can read.
pub async fn report(
    app: &App,
    viewer: &Viewer,
    id: MessageId,
    reason: MessageReportReason,
    note: Option<&str>,
) -> Result<message::Model, Error> {
    let me = viewer.signed_in()?.id;
    let mut checks = Validator::new();
    let note = note.map(|note| checks.lines("note", note, 0..=1_000));
    checks.finish()?;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    let of = Id::<conversation::Entity>::new(row.conversation_id);
    if resource::find(&transaction, viewer, of).await?.is_none() {
        return Err(Error::Forbidden(
            "Only members of the two organisations can report messages of this conversation.",
        ));
    }
    if row.person_id == me {
        let message = "You cannot report your own message.";
        return Err(UserError::at("messageId", Code::Invalid, message).into());
    }
    let new = message_report::Model {
        id: Uuid::now_v7(),
        message_id: row.id,
        person_id: me,
        reason,
        note: note.filter(|note| !note.is_empty()),
        state: MessageReportState::Open,
        created_at: viewer.now,
        decided_at: None,
        decided_by: None,
    };
    let insert: message_report::ActiveModel = new.into();
    message_report::Entity::insert(insert.reset_all())
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| Error::from(error).on_conflict(reported_already))?;
    activity::record(&transaction, viewer, acts::REPORTED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

fn reported_already() -> UserError {
    let message = "You have already reported this message.";
    UserError::at("messageId", Code::AlreadyExists, message)
}

/// Hides a reported message and upholds all of its open reports.
pub async fn hide(app: &App, viewer: &Viewer, id: MessageId) -> Result<message::Model, Error> {
    rules::may_moderate(viewer)?;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    let reports = message_report::Entity::find()
        .filter(Column::MessageId.eq(row.id))
        .one(&transaction)
        .await?;
    if reports.is_none() {
        let message = "This message has not been reported, so it cannot be hidden.";
        return Err(UserError::new(Code::InvalidState, message).into());
    }
    rules::can_hide(&row)?;
    let changed = message::Entity::update_many()
        .set(message::ActiveModel {
            hidden_at: Set(Some(viewer.now)),
            hidden_by: Set(viewer.person_id()),
            ..Default::default()
        })
        .filter(message::Column::Id.eq(row.id))
        .filter(message::Column::HiddenAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let changed = changed.into_iter().next().ok_or(Error::Conflict)?;
    message_report::Entity::update_many()
        .set(decided(viewer, MessageReportState::Upheld))
        .filter(Column::MessageId.eq(row.id))
        .filter(Column::State.eq(MessageReportState::Open))
        .exec(&transaction)
        .await?;
    let concerns = Concerns::organisation(row.organisation_id).and_person(Some(row.person_id));
    activity::record_for(&transaction, viewer, acts::HIDDEN, row.id, concerns, &[]).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Dismisses one report, so that its message stays as far as this report is concerned.
pub async fn dismiss(
    app: &App,
    viewer: &Viewer,
    id: ReportId,
) -> Result<message_report::Model, Error> {
    rules::may_moderate(viewer)?;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    rules::can_dismiss(row.state)?;
    let changed = message_report::Entity::update_many()
        .set(decided(viewer, MessageReportState::Dismissed))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(MessageReportState::Open))
        .exec_with_returning(&transaction)
        .await?;
    let changed = changed.into_iter().next().ok_or(Error::Conflict)?;
    activity::record(&transaction, viewer, acts::REPORT_DISMISSED, &changed, &[]).await?;
    transaction.commit().await?;
    Ok(changed)
}

fn decided(viewer: &Viewer, state: MessageReportState) -> message_report::ActiveModel {
    message_report::ActiveModel {
        state: Set(state),
        decided_at: Set(Some(viewer.now)),
        decided_by: Set(viewer.person_id()),
        ..Default::default()
    }
}
