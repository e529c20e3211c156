//! Reference data: areas, resource types and priorities. These are a few hundred dated rows with codes, kept in
//! memory, so that looking up the area of a listing needs no statement.
//!
//! This module loads them, answers look-ups and keeps them up to date; each kind has a module of its own with its
//! types and rules. Every change increments `reference_state.version`; every server compares that version with its own
//! every few seconds and reloads if it differs.

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

/// Reference data in memory, shared by all requests.
pub struct Cache {
    snapshot: ArcSwap<Snapshot>,
    /// Locked during a reload, so that an older reading never replaces a newer one.
    turn: Mutex<()>,
    uses: AtomicU64,
    readings: AtomicU64,
}

impl Cache {
    /// Loads the reference data from the database.
    pub async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        Ok(Self {
            snapshot: ArcSwap::from_pointee(Snapshot::read(conn).await?),
            turn: Mutex::new(()),
            uses: AtomicU64::new(0),
            readings: AtomicU64::new(1),
        })
    }

    /// Returns the current snapshot. An act or a query takes it once and uses the same one until it ends.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.snapshot.load_full()
    }

    /// Number of calls of [`Self::now`].
    #[must_use]
    pub fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    /// Number of times that the data was loaded from the database.
    #[must_use]
    pub fn readings(&self) -> u64 {
        self.readings.load(Ordering::Relaxed)
    }

    /// Reloads the data if its version in the database differs.
    pub async fn refresh(&self, conn: &impl ConnectionTrait) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        if Snapshot::version(conn).await? != self.snapshot.load().version {
            self.snapshot.store(Arc::new(Snapshot::read(conn).await?));
            self.readings.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
