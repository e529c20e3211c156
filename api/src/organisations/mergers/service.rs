//! Merger of organisations.

use entity::{
    invitation, membership,
    organisation::{self, Column, Entity, Model, OrganisationState},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Alias, Expr, Query},
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    feature::{Merger, OnMerge, OrganisationColumn},
    kit::{
        Error, Id, Transaction, Viewer,
        activity::{self, Concerns},
        database::resource,
    },
    organisations::{
        acts,
        service::{ancestors, lock, save},
    },
};

/// Merges an organisation into another, with all rows that belong to it.
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
    let lower = lock(&transaction, std::cmp::min(source.0, into.0)).await?;
    let higher = lock(&transaction, std::cmp::max(source.0, into.0)).await?;
    let (mut source, into) = if lower.id == source.0 {
        (lower, higher)
    } else {
        (higher, lower)
    };
    rules::can_merge(&source, &into)?;
    // Recorded first, while a viewer who is a member of the merged organisation still is one.
    let (act, concerns) = (acts::MERGED, Concerns::organisation(into.id));
    let fields = &["state", "mergedInto"];
    activity::record_for(&transaction, viewer, act, source.id, concerns, fields).await?;
    let merger = Merger {
        transaction: &transaction,
        viewer,
        source: &source,
        into: &into,
    };
    // Reverse order of features, so that a row is locked before the rows that it belongs to.
    for feature in app.features.iter().rev() {
        if let Some(merge) = feature.merge {
            merge(merger).await?;
        }
        for OrganisationColumn { column, on_merge } in feature.organisations {
            if *on_merge == OnMerge::Repoint {
                repoint(&transaction, *column, (source.id, into.id)).await?;
            }
        }
    }
    // The successor is read again: its parent may have changed just now.
    let into = lock(&transaction, into.id).await?;
    let into = save(&transaction, viewer, into).await?;
    source.state = OrganisationState::Merged;
    source.merged_into = Some(into.id);
    let source = save(&transaction, viewer, source).await?;
    transaction.commit().await?;
    Ok(source)
}

/// Moves the child organisations and members of the merged organisation, and revokes its open invitations.
pub async fn move_own(merger: Merger<'_>) -> Result<(), Error> {
    let Merger {
        transaction,
        viewer,
        source,
        into,
    } = merger;
    move_children(transaction, source, into.id).await?;
    move_members(transaction, viewer, source.id, into.id).await?;
    revoke_invitations(transaction, viewer, source.id).await
}

/// Moves the child organisations. A child that is an ancestor of the successor takes the place of the merged
/// organisation.
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
        let (state, role) =
            rules::merged_membership((ours.state, ours.role), (theirs.state, theirs.role));
        Entity::delete_by_id(theirs.id).exec(transaction).await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::val(state))
            .col_expr(Column::Role, Expr::val(role))
            .col_expr(Column::UpdatedAt, Expr::val(viewer.now))
            .filter(Column::Id.eq(ours.id))
            .exec(transaction)
            .await?;
    }
    Ok(())
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

/// Replaces one organisation by another in a column of all rows.
async fn repoint(
    transaction: &Transaction,
    (table, column): (&'static str, &'static str),
    (source, into): (Uuid, Uuid),
) -> Result<(), Error> {
    let update = Query::update()
        .table(Alias::new(table))
        .value(Alias::new(column), into)
        .and_where(Expr::col(Alias::new(column)).eq(source))
        .to_owned();
    transaction.execute(&update).await?;
    Ok(())
}
