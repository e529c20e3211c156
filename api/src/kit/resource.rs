//! One trait says what a thing is called and who may see it; all reading of single things goes through it.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{Error, Id, Transaction, Viewer};

/// A kind of row that has a global id.
pub trait Resource: EntityTrait {
    /// The kind in global ids and activities: lower case, singular.
    const NAME: &'static str;

    /// The column that holds the row's id.
    const ID: Self::Column;

    /// The row's id.
    fn id(row: &Self::Model) -> Uuid;

    /// Which rows the viewer may see: by id, as an edge, in a list.
    fn visible_to(viewer: &Viewer) -> Condition;
}

/// A kind of row that is a part of another thing, has no id of its own, and is seen by whoever sees the whole.
pub trait Part: EntityTrait {
    /// The column that holds the id of the whole.
    const WHOLE: Self::Column;

    /// The id of the whole.
    fn whole(row: &Self::Model) -> Uuid;
}

/// The row, if there is one that the viewer may see.
pub async fn find<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Id<E>,
) -> Result<Option<E::Model>, Error> {
    Ok(E::find()
        .filter(E::ID.eq(id.0))
        .filter(E::visible_to(viewer))
        .one(conn)
        .await?)
}

/// The row, or [`Error::NotFound`] where the viewer may not see one.
pub async fn get<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Id<E>,
) -> Result<E::Model, Error> {
    find(conn, viewer, id).await?.ok_or(Error::NotFound)
}

/// The same, and nobody changes the row until the transaction ends. Any number may hold it so at once. On SQLite
/// there is nothing to hold: one transaction writes at a time.
pub async fn hold<E: Resource>(
    transaction: &Transaction,
    viewer: &Viewer,
    id: Id<E>,
) -> Result<E::Model, Error> {
    E::find()
        .filter(E::ID.eq(id.0))
        .filter(E::visible_to(viewer))
        .lock_shared()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound)
}

/// Nobody changes any of these rows until the transaction ends, nor holds them so. They are held in the order of their
/// ids, so that no two transactions wait for each other in a circle. On SQLite there is nothing to hold.
pub async fn hold_in_order<E: EntityTrait>(
    transaction: &Transaction,
    id: E::Column,
    which: Condition,
) -> Result<(), Error> {
    E::find()
        .select_only()
        .column(id)
        .filter(which)
        .order_by_asc(id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<Uuid>()
        .all(transaction)
        .await?;
    Ok(())
}
