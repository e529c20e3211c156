//! Reading of single rows, by one trait that defines the name of a kind of row and who may see it.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

use super::super::{Error, Id, Transaction, Viewer};
use crate::kit::activity::Concerns;

/// Kind of row that has a global id.
pub trait Resource: EntityTrait {
    /// Name of the kind in global ids and activities: lower case, singular.
    const NAME: &'static str;

    /// Column that holds the row's id.
    const ID: Self::Column;

    /// Returns the row's id.
    fn id(row: &Self::Model) -> Uuid;

    /// Condition for the rows that the viewer may see: by id, as an edge, in a list.
    fn visible_to(viewer: &Viewer) -> Condition;

    /// Returns the organisations and the person that an act on the row concerns: they may read its record. Default: the
    /// actor alone.
    fn concerns(_row: &Self::Model) -> Concerns {
        Concerns::ACTOR
    }
}

/// Kind of row that is part of another row, has no global id of its own, and is visible to every viewer who may see the
/// parent.
pub trait Child: EntityTrait {
    /// Column that holds the parent's id.
    const PARENT: Self::Column;

    /// Returns the parent's id.
    fn parent(row: &Self::Model) -> Uuid;
}

/// Reads a row that the viewer may see; `None` if there is none.
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

/// Like [`find`], with [`Error::NotFound`] if there is none.
pub async fn get<E: Resource>(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: Id<E>,
) -> Result<E::Model, Error> {
    find(conn, viewer, id).await?.ok_or(Error::NotFound)
}

/// Like [`get`], with `FOR SHARE`: other transactions may lock the row in the same way, but cannot change it until this
/// one ends. Takes no lock on SQLite, whose write transactions are serialised.
pub async fn lock_shared<E: Resource>(
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

/// Locks rows with `FOR NO KEY UPDATE`: other transactions cannot change or lock them until this one ends. The rows are
/// locked in the order of their ids, so that transactions cannot deadlock. Takes no lock on SQLite, whose write
/// transactions are serialised.
pub async fn lock_in_order<E: EntityTrait>(
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
