//! Merger of an organisation into another: locks the affected places, and moves partners of events.

use entity::{event, event_capacity, event_partner, place_reservation, registration};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, IntoTableRef, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    feature::Merger,
    kit::{Error, Transaction, database::resource},
};

/// Locks the places before any other write, and moves partners. The generic merger repoints all other columns.
pub async fn merge(merger: Merger<'_>) -> Result<(), Error> {
    let Merger {
        transaction,
        source,
        into,
        ..
    } = merger;
    lock_places(transaction, source.id).await?;
    move_partners(transaction, (source.id, into.id)).await
}

/// Locks the rows of the places that the merger is about to change, as every act on places does first: those of events
/// that the organisation hosts or partners, and those with registrations or reservations for it.
async fn lock_places(transaction: &Transaction, source: Uuid) -> Result<(), Error> {
    fn of<C: ColumnTrait>(
        table: impl IntoTableRef,
        (what, organisation): (C, C),
        source: Uuid,
    ) -> SelectStatement {
        Query::select()
            .column(what)
            .from(table)
            .and_where(organisation.eq(source))
            .to_owned()
    }
    use event_capacity::{Column, Entity};

    let (own, named) = (
        (event::Column::Id, event::Column::OrganisationId),
        (
            event_partner::Column::EventId,
            event_partner::Column::OrganisationId,
        ),
    );
    let come = (
        registration::Column::CapacityId,
        registration::Column::OrganisationId,
    );
    let held = (
        place_reservation::Column::CapacityId,
        place_reservation::Column::OrganisationId,
    );
    let which = Condition::any()
        .add(Column::EventId.in_subquery(of(event::Entity, own, source)))
        .add(Column::EventId.in_subquery(of(event_partner::Entity, named, source)))
        .add(Column::Id.in_subquery(of(registration::Entity, come, source)))
        .add(Column::Id.in_subquery(of(place_reservation::Entity, held, source)));
    resource::lock_in_order::<Entity>(transaction, Column::Id, which).await
}

async fn move_partners(
    transaction: &Transaction,
    (source, into): (Uuid, Uuid),
) -> Result<(), Error> {
    use event_partner::{Column, Entity};

    let held = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(event::Column::OrganisationId.is_in([source, into]))
        .to_owned();
    Entity::delete_many()
        .filter(Column::OrganisationId.is_in([source, into]))
        .filter(Column::EventId.in_subquery(held))
        .exec(transaction)
        .await?;
    let already = Query::select()
        .column(Column::EventId)
        .from(Entity)
        .and_where(Column::OrganisationId.eq(into))
        .to_owned();
    Entity::delete_many()
        .filter(Column::OrganisationId.eq(source))
        .filter(Column::EventId.in_subquery(already))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::OrganisationId, Expr::val(into))
        .filter(Column::OrganisationId.eq(source))
        .exec(transaction)
        .await?;
    Ok(())
}
