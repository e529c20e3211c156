//! Reference data: areas and resource types, dated rows with codes, a few hundred in all, kept in memory
//! with the priorities, so that a listing names its area without a statement.
//!
//! Councils end and successors begin: an area keeps its code for good and gets a last day, and a filter by
//! its successor still finds what was filed under it. A change counts up `reference_state`; every server
//! looks at it now and then and reads anew.

mod lineage;
pub mod service;
mod shipped;
mod snapshot;
mod types;

use std::sync::Arc;

use arc_swap::ArcSwap;
use entity::{area, resource_type};
use sea_orm::{Condition, ConnectionTrait};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use snapshot::{Snapshot, Tables, in_force, was_adopted};
pub use types::{Area, ResourceType};

use crate::kit::{Error, Resource, Viewer};
pub use crate::priorities::{PriorityArea, PriorityEdition};

/// The reference data in memory.
pub struct Cache {
    snapshot: ArcSwap<Snapshot>,
    /// Held while it is read anew, so that an older reading never replaces a newer one.
    turn: Mutex<()>,
}

impl Cache {
    /// Reads it for the first time.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        Ok(Self {
            snapshot: ArcSwap::from_pointee(Snapshot::read(conn).await?),
            turn: Mutex::new(()),
        })
    }

    /// As it is now. Hold on to it for the length of one act or answer.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Reads it anew if it has changed.
    pub async fn refresh(&self, conn: &impl ConnectionTrait) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        if Snapshot::version(conn).await? != self.snapshot.load().version {
            self.snapshot.store(Arc::new(Snapshot::read(conn).await?));
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
