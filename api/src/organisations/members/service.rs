//! Acts on members.

use entity::{
    invitation, membership as membership_row,
    membership::{Column, Entity, MembershipRole, MembershipState, Model},
    organisation,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    PaginatorTrait, QueryFilter, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    kit::{
        Error, Id, Resource, Transaction, UserError, UserErrorCode, Viewer,
        activity::{self, ActivityKind},
        database::resource,
        graphql::nested_page::NestedPage,
        page::{KeyKind, Order, PageArgs},
    },
    organisations::{acts, rules as organisations, service::lock},
};

/// Asks to join an organisation. A repeated request, or a request of a member, changes nothing.
pub async fn request(
    app: &App,
    viewer: &Viewer,
    organisation: Id<organisation::Entity>,
) -> Result<Model, Error> {
    let me = viewer.signed_in()?.id;
    resource::get(&app.database.read, viewer, organisation).await?;
    let transaction = app.database.begin().await?;
    let found = lock(&transaction, organisation.0).await?;
    organisations::is_active(&found, "organisationId")?;
    if let Some(row) = place_of(&transaction, me, organisation.0).await? {
        return Ok(row);
    }
    let (role, state) = (MembershipRole::Member, MembershipState::Requested);
    let row = insert(&transaction, viewer, organisation.0, role, state).await?;
    activity::record(&transaction, viewer, acts::JOIN_REQUESTED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Approves a request to join.
pub async fn approve(
    app: &App,
    viewer: &Viewer,
    id: Id<Entity>,
    role: MembershipRole,
) -> Result<Model, Error> {
    let (transaction, row) = lock_for_member(app, viewer, id).await?;
    rules::may_manage_role(viewer, row.organisation_id, role)?;
    rules::is_in(&row, MembershipState::Requested)?;
    let row = set(&transaction, viewer, row, role).await?;
    let fields = &["state", "role"];
    activity::record(&transaction, viewer, acts::MEMBER_APPROVED, &row, fields).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Declines a request to join. The person can ask again.
pub async fn decline(app: &App, viewer: &Viewer, id: Id<Entity>) -> Result<Model, Error> {
    let (transaction, row) = lock_for_member(app, viewer, id).await?;
    rules::is_in(&row, MembershipState::Requested)?;
    Entity::delete_by_id(row.id).exec(&transaction).await?;
    activity::record(&transaction, viewer, acts::MEMBER_DECLINED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Changes the role of a member.
pub async fn change_role(
    app: &App,
    viewer: &Viewer,
    id: Id<Entity>,
    role: MembershipRole,
) -> Result<Model, Error> {
    let (transaction, row) = lock_for_member(app, viewer, id).await?;
    rules::may_manage_role(viewer, row.organisation_id, role.max(row.role))?;
    rules::is_in(&row, MembershipState::Active)?;
    if row.role == role {
        return Ok(row);
    }
    keep_an_owner(&transaction, &row).await?;
    end_invitations(&transaction, viewer, &row, Some(role)).await?;
    // Recorded first: the viewer may be lowering their own role.
    activity::record(
        &transaction,
        viewer,
        acts::MEMBER_ROLE_CHANGED,
        &row,
        &["role"],
    )
    .await?;
    let row = set(&transaction, viewer, row, role).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Removes a member from the organisation.
pub async fn remove(app: &App, viewer: &Viewer, id: Id<Entity>) -> Result<Model, Error> {
    let (transaction, row) = lock_for_member(app, viewer, id).await?;
    rules::may_manage_role(viewer, row.organisation_id, row.role)?;
    rules::is_in(&row, MembershipState::Active)?;
    end(&transaction, viewer, &row, acts::MEMBER_REMOVED).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Leaves an organisation, or withdraws the viewer's request to join it.
pub async fn leave(
    app: &App,
    viewer: &Viewer,
    organisation: Id<organisation::Entity>,
) -> Result<Model, Error> {
    let me = viewer.signed_in()?.id;
    resource::get(&app.database.read, viewer, organisation).await?;
    let transaction = app.database.begin().await?;
    lock(&transaction, organisation.0).await?;
    let Some(row) = place_of(&transaction, me, organisation.0).await? else {
        let message = "You are not a member of this organisation, and have not asked to join it.";
        let refusal = UserError::at("organisationId", UserErrorCode::InvalidState, message);
        return Err(refusal.into());
    };
    end(&transaction, viewer, &row, acts::MEMBER_LEFT).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Makes the viewer a member with this role, or raises their existing role to it.
pub async fn admit(
    transaction: &Transaction,
    viewer: &Viewer,
    organisation: Uuid,
    role: MembershipRole,
) -> Result<Model, Error> {
    let me = viewer.signed_in()?.id;
    let row = match place_of(transaction, me, organisation).await? {
        Some(row) if row.state == MembershipState::Active && row.role >= role => return Ok(row),
        Some(row) => set(transaction, viewer, row, role).await?,
        None => {
            insert(
                transaction,
                viewer,
                organisation,
                role,
                MembershipState::Active,
            )
            .await?
        }
    };
    let fields = &["state", "role"];
    activity::record(transaction, viewer, acts::MEMBER_JOINED, &row, fields).await?;
    Ok(row)
}

/// Reads the membership of a person in an organisation, in any state.
pub async fn place_of(
    conn: &impl ConnectionTrait,
    person: Uuid,
    organisation: Uuid,
) -> Result<Option<Model>, Error> {
    Ok(Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::OrganisationId.eq(organisation))
        .one(conn)
        .await?)
}

/// Returns the query for a page of the memberships of an organisation that the viewer may see.
#[must_use]
pub fn list(
    viewer: &Viewer,
    organisation: Uuid,
    states: Option<Vec<MembershipState>>,
    args: PageArgs,
) -> NestedPage {
    let mut query = Entity::find().filter(Entity::visible_to(viewer));
    if let Some(states) = states {
        let wanted = MembershipState::iter().filter(|state| states.contains(state));
        query = query.filter(Column::State.is_in(wanted));
    }
    let order = Order {
        tag: "members".into(),
        by: Expr::col(Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(Column::Id),
        descending: false,
    };
    let of = Expr::col(Column::OrganisationId);
    NestedPage::new(organisation, of, query.into_query(), order, args)
}

/// Locks the organisation for a viewer who manages its members, and reads the membership again.
async fn lock_for_member(
    app: &App,
    viewer: &Viewer,
    id: Id<Entity>,
) -> Result<(Transaction, Model), Error> {
    organisations::may_ask(viewer)?;
    let found = resource::get(&app.database.read, viewer, id).await?;
    rules::may_manage(viewer, found.organisation_id)?;
    let transaction = app.database.begin().await?;
    let organisation = lock(&transaction, found.organisation_id).await?;
    organisations::is_active(&organisation, "membershipId")?;
    let row = resource::get(&transaction, viewer, id).await?;
    Ok((transaction, row))
}

async fn insert(
    transaction: &Transaction,
    viewer: &Viewer,
    organisation: Uuid,
    role: MembershipRole,
    state: MembershipState,
) -> Result<Model, Error> {
    let row = Model {
        id: Uuid::now_v7(),
        person_id: viewer.signed_in()?.id,
        organisation_id: organisation,
        role,
        state,
        created_at: viewer.now,
        updated_at: viewer.now,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(row)
}

/// Activates a membership with a role.
async fn set(
    transaction: &Transaction,
    viewer: &Viewer,
    row: Model,
    role: MembershipRole,
) -> Result<Model, Error> {
    let change = membership_row::ActiveModel {
        id: Set(row.id),
        role: Set(role),
        state: Set(MembershipState::Active),
        updated_at: Set(viewer.now),
        ..Default::default()
    };
    Ok(Entity::update(change).exec(transaction).await?)
}

/// Ends a membership. Records it first, while a viewer who leaves is still a member.
async fn end(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &Model,
    act: ActivityKind<Entity>,
) -> Result<(), Error> {
    keep_an_owner(transaction, row).await?;
    activity::record(transaction, viewer, act, row, &[]).await?;
    end_invitations(transaction, viewer, row, None).await?;
    Entity::delete_by_id(row.id).exec(transaction).await?;
    Ok(())
}

/// Refuses an act that would remove the only owner. The caller has locked the organisation.
async fn keep_an_owner(transaction: &Transaction, row: &Model) -> Result<(), Error> {
    if row.state != MembershipState::Active || row.role != MembershipRole::Owner {
        return Ok(());
    }
    let others = Entity::find()
        .filter(Column::OrganisationId.eq(row.organisation_id))
        .filter(Column::State.eq(MembershipState::Active))
        .filter(Column::Role.eq(MembershipRole::Owner))
        .filter(Column::Id.ne(row.id))
        .count(transaction)
        .await?;
    if others == 0 {
        return Err(rules::last_owner());
    }
    Ok(())
}

/// Revokes the open invitations that a person created and could no longer create, so that they cannot use them to
/// return.
async fn end_invitations(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &Model,
    held: Option<MembershipRole>,
) -> Result<(), Error> {
    use invitation::{Column, Entity};

    let beyond = MembershipRole::iter().filter(|role| !rules::may_still_give(held, *role));
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::val(viewer.now))
        .filter(Column::OrganisationId.eq(row.organisation_id))
        .filter(Column::CreatedBy.eq(row.person_id))
        .filter(Column::Role.is_in(beyond))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
