//! What one organisation holds goes on as the other's: its events and what is held, told and followed for it there.

use entity::{
    calendar_address, event, event_capacity, event_partner, event_series, intake,
    place_reservation, registration,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{IntoTableRef, Query, SelectStatement},
};
use uuid::Uuid;

use super::service::repoint;
use crate::kit::{Error, Transaction, resource};

/// Moves events and series, who comes for the organisation and what is held for it, what was told at its events, and
/// the calendars in which it is followed. Nobody is a partner of what they hold themselves, nor twice of one event.
pub(super) async fn move_events(
    transaction: &Transaction,
    from_to: (Uuid, Uuid),
) -> Result<(), Error> {
    hold_places(transaction, from_to.0).await?;
    repoint::<event::Entity>(transaction, event::Column::OrganisationId, from_to).await?;
    let column = event_series::Column::OrganisationId;
    repoint::<event_series::Entity>(transaction, column, from_to).await?;
    let column = registration::Column::OrganisationId;
    repoint::<registration::Entity>(transaction, column, from_to).await?;
    let column = place_reservation::Column::OrganisationId;
    repoint::<place_reservation::Entity>(transaction, column, from_to).await?;
    let column = calendar_address::Column::OrganisationId;
    repoint::<calendar_address::Entity>(transaction, column, from_to).await?;
    repoint::<intake::Entity>(transaction, intake::Column::HostId, from_to).await?;
    move_partners(transaction, from_to).await
}

/// Holds the rows of places of which anything is about to be written, as every act on places does first: those of the
/// organisation's events and of those that name it, and those of which somebody has or is held a place for it.
async fn hold_places(transaction: &Transaction, source: Uuid) -> Result<(), Error> {
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
    resource::hold_in_order::<Entity>(transaction, Column::Id, which).await
}

async fn move_partners(
    transaction: &Transaction,
    (source, into): (Uuid, Uuid),
) -> Result<(), Error> {
    use event_partner::{Column, Entity};

    let held = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(event::Column::OrganisationId.eq(into))
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
    repoint::<Entity>(transaction, Column::OrganisationId, (source, into)).await
}
