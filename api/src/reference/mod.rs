//! Reference data: areas, resource types and priorities, dated rows with codes, a few hundred in all, kept
//! in memory, so that a listing names its area without a statement.
//!
//! Here they are loaded, read and kept fresh together; each has a feature of its own for what it is and may
//! be. A change counts up `reference_state`; every server looks at it now and then and reads anew.

mod feature;
pub use feature::FEATURE;
pub mod acts;
pub mod areas;
mod hierarchy;
pub mod jobs;
mod normalise;
pub mod priorities;
pub mod quantity;
pub mod resource_types;
pub mod rules;
mod seed;
pub mod service;
mod snapshot;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use sea_orm::ConnectionTrait;
use tokio::sync::Mutex;

pub use hierarchy::Lineage;
pub use snapshot::{Snapshot, Tables, in_force, was_adopted};

use crate::kit::Error;
pub use crate::reference::{
    areas::Area,
    priorities::{PriorityArea, PriorityEdition},
    resource_types::ResourceType,
};

/// The reference data in memory.
pub struct Cache {
    snapshot: ArcSwap<Snapshot>,
    /// Held while it is read anew, so that an older reading never replaces a newer one.
    turn: Mutex<()>,
    uses: AtomicU64,
    readings: AtomicU64,
}

impl Cache {
    /// Reads it for the first time.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        Ok(Self {
            snapshot: ArcSwap::from_pointee(Snapshot::read(conn).await?),
            turn: Mutex::new(()),
            uses: AtomicU64::new(0),
            readings: AtomicU64::new(1),
        })
    }

    /// As it is now. Hold on to it for the length of one act or answer.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.snapshot.load_full()
    }

    /// How often it was looked into.
    #[must_use]
    pub fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    /// How often it was read from the database.
    #[must_use]
    pub fn readings(&self) -> u64 {
        self.readings.load(Ordering::Relaxed)
    }

    /// Reads it anew if it has changed.
    pub async fn refresh(&self, conn: &impl ConnectionTrait) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        if Snapshot::version(conn).await? != self.snapshot.load().version {
            self.snapshot.store(Arc::new(Snapshot::read(conn).await?));
            self.readings.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
