//! Merging organisations.

use entity::{
    invitation, listing, matching, membership,
    organisation::{self, Column, Entity, Model, OrganisationState},
    organisation_identifier,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{conversations::move_conversations, events::move_events, rules};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer,
        activity::{self, Act},
        resource,
    },
    organisations::service::{ancestors, save, take_turn},
};

/// Merges an organisation into another, with all that is its own.
pub async fn merge(
    app: &App,
    viewer: &Viewer,
    source: Id<organisation::Entity>,
    into: Id<organisation::Entity>,
) -> Result<Model, Error> {
    rules::may_merge(viewer)?;
    for id in [source, into] {
        resource::get(&app.database.read, viewer, id).await?;
    }
    let transaction = app.database.begin().await?;
    let lower = take_turn(&transaction, std::cmp::min(source.0, into.0)).await?;
    let higher = take_turn(&transaction, std::cmp::max(source.0, into.0)).await?;
    let (mut source, into) = if lower.id == source.0 {
        (lower, higher)
    } else {
        (higher, lower)
    };
    rules::can_merge(&source, &into)?;
    move_matches(&transaction, source.id, into.id).await?;
    move_conversations(&transaction, source.id, into.id).await?;
    move_children(&transaction, &source, into.id).await?;
    move_members(&transaction, viewer, source.id, into.id).await?;
    let from_to = (source.id, into.id);
    let identifiers = organisation_identifier::Column::OrganisationId;
    repoint::<organisation_identifier::Entity>(&transaction, identifiers, from_to).await?;
    move_listings(&transaction, source.id, into.id).await?;
    move_events(&transaction, from_to).await?;
    revoke_invitations(&transaction, viewer, source.id).await?;
    // The one that carries on is read again: it may have got another parent just now.
    let into = take_turn(&transaction, into.id).await?;
    let into = save(&transaction, viewer, into).await?;
    source.state = OrganisationState::Merged;
    source.merged_into = Some(into.id);
    let source = save(&transaction, viewer, source).await?;
    let act = Act {
        act: "organisation.merged",
        subject: Id::<organisation::Entity>::new(source.id),
        organisation: Some(into.id),
        fields: &["state", "mergedInto"],
    };
    activity::record(&transaction, viewer, act).await?;
    transaction.commit().await?;
    Ok(source)
}

/// Parts move along. One that the other organisation is itself a part of takes the place of the merged one.
async fn move_children(transaction: &Transaction, source: &Model, into: Uuid) -> Result<(), Error> {
    let above = ancestors(transaction, into).await?;
    Entity::update_many()
        .col_expr(Column::ParentId, Expr::val(source.parent_id))
        .filter(Column::ParentId.eq(source.id))
        .filter(Column::Id.is_in(above.iter().copied()))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::ParentId, Expr::val(into))
        .filter(Column::ParentId.eq(source.id))
        .filter(Column::Id.is_not_in(above))
        .exec(transaction)
        .await?;
    Ok(())
}

/// What the organisation is party to goes on with the one that carries on. The two themselves must have nothing open
/// with each other; what is over stays as it was.
async fn move_matches(transaction: &Transaction, source: Uuid, into: Uuid) -> Result<(), Error> {
    use matching::{Column, Entity};

    let each_other = Condition::any()
        .add(
            Column::OffererId
                .eq(source)
                .and(Column::RequesterId.eq(into)),
        )
        .add(
            Column::OffererId
                .eq(into)
                .and(Column::RequesterId.eq(source)),
        );
    let open = Entity::find()
        .filter(each_other)
        .filter(Column::EndedAt.is_null())
        .count(transaction)
        .await?;
    if open > 0 {
        let message = "The two have matches with each other that are not over. End those first.";
        return Err(UserError::at("intoId", UserErrorCode::InvalidState, message).into());
    }
    for (own, other) in [
        (Column::OffererId, Column::RequesterId),
        (Column::RequesterId, Column::OffererId),
    ] {
        Entity::update_many()
            .col_expr(own, Expr::val(into))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(own.eq(source))
            .filter(other.ne(into))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

async fn move_members(
    transaction: &Transaction,
    viewer: &Viewer,
    source: Uuid,
    into: Uuid,
) -> Result<(), Error> {
    use membership::{Column, Entity};

    let here = Entity::find().filter(Column::OrganisationId.eq(into));
    let here = here.all(transaction).await?;
    let there = Entity::find().filter(Column::OrganisationId.eq(source));
    for theirs in there.all(transaction).await? {
        let ours = here.iter().find(|ours| ours.person_id == theirs.person_id);
        let Some(ours) = ours else { continue };
        let (state, role) = rules::together((ours.state, ours.role), (theirs.state, theirs.role));
        Entity::delete_by_id(theirs.id).exec(transaction).await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::val(state))
            .col_expr(Column::Role, Expr::val(role))
            .col_expr(Column::UpdatedAt, Expr::val(viewer.now))
            .filter(Column::Id.eq(ours.id))
            .exec(transaction)
            .await?;
    }
    repoint::<Entity>(transaction, Column::OrganisationId, (source, into)).await
}

/// What names the one in this column names the other from now on.
pub(super) async fn repoint<E: EntityTrait>(
    transaction: &Transaction,
    column: E::Column,
    (source, into): (Uuid, Uuid),
) -> Result<(), Error> {
    E::update_many()
        .col_expr(column, Expr::val(into))
        .filter(column.eq(source))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Where both use the same reference of their own for a listing, the one that moves loses it.
async fn move_listings(transaction: &Transaction, source: Uuid, into: Uuid) -> Result<(), Error> {
    use listing::{Column, Entity};

    let used = Query::select()
        .column(Column::ExternalReference)
        .from(Entity)
        .and_where(Column::OrganisationId.eq(into))
        .and_where(Column::ExternalReference.is_not_null())
        .to_owned();
    Entity::update_many()
        .col_expr(Column::ExternalReference, Expr::val(None::<String>))
        .filter(Column::OrganisationId.eq(source))
        .filter(Column::ExternalReference.in_subquery(used))
        .exec(transaction)
        .await?;
    repoint::<Entity>(transaction, Column::OrganisationId, (source, into)).await
}

async fn revoke_invitations(
    transaction: &Transaction,
    viewer: &Viewer,
    source: Uuid,
) -> Result<(), Error> {
    use invitation::{Column, Entity};

    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::val(viewer.now))
        .filter(Column::OrganisationId.eq(source))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
