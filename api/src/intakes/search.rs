//! Lists of intakes.

use entity::intake::{Column, Entity, IntakeState, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait,
    sea_query::{Expr, SelectStatement},
};
use uuid::Uuid;

use crate::kit::{
    Error, Resource, Viewer,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// Returns a page of the intakes in these states that the viewer may see, oldest first, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    states: Vec<IntakeState>,
    (host, event): (Option<Uuid>, Option<Uuid>),
    args: &PageArgs,
) -> Result<(Slice<Model>, SelectStatement), Error> {
    if states.len() > 5 {
        return Err(Error::BadInput(
            "states",
            "expected each state at most once".into(),
        ));
    }
    let mut query = Entity::find()
        .filter(Entity::visible_to(viewer))
        .filter(Column::State.is_in(states));
    if let Some(host) = host {
        query = query.filter(Column::HostId.eq(host));
    }
    if let Some(event) = event {
        query = query.filter(Column::EventId.eq(event));
    }
    let oldest = Order {
        tag: "intakes".into(),
        by: Expr::col(Column::Id),
        kind: KeyKind::Id,
        id: Expr::col(Column::Id),
        descending: false,
    };
    let query = query.into_query();
    let slice = page::slice(conn, query.clone(), &oldest, args, page::whole).await?;
    Ok((slice, query))
}
