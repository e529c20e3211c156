//! Reference data: areas, resource types, priority areas. Dated rows with codes, a few hundred in all,
//! kept in memory, so that a listing names its area without a statement.
//!
//! A change counts up `reference_state`; every server looks at it now and then and reads anew.

pub mod service;
mod snapshot;

use std::sync::Arc;

use arc_swap::ArcSwap;
use entity::{area, priority_area, priority_edition, resource_type};
use sea_orm::{Condition, ConnectionTrait};
use uuid::Uuid;

pub use snapshot::{Snapshot, in_force};

use crate::kit::{Error, Resource, Viewer};

/// The reference data in memory.
pub struct Cache(ArcSwap<Snapshot>);

impl Cache {
    /// Reads it for the first time.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        Ok(Self(ArcSwap::from_pointee(Snapshot::read(conn).await?)))
    }

    /// As it is now. Hold on to it for the length of one act or answer.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Reads it anew if it has changed.
    pub async fn refresh(&self, conn: &impl ConnectionTrait) -> Result<(), Error> {
        if Snapshot::version(conn).await? != self.0.load().version {
            self.0.store(Arc::new(Snapshot::read(conn).await?));
        }
        Ok(())
    }
}

macro_rules! public_resource {
    ($module:ident, $name:literal) => {
        impl Resource for $module::Entity {
            const NAME: &'static str = $name;
            const ID: $module::Column = $module::Column::Id;

            fn id(row: &$module::Model) -> Uuid {
                row.id
            }

            fn visible_to(_: &Viewer) -> Condition {
                Condition::all()
            }
        }
    };
}

public_resource!(area, "area");
public_resource!(resource_type, "resourceType");
public_resource!(priority_edition, "priorityEdition");
public_resource!(priority_area, "priorityArea");
