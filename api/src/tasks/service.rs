//! Everything that waits for somebody, from all sources at once.

use entity::person::PlatformRole;
use sea_orm::ConnectionTrait;

use super::{
    matching,
    rules::{self, Waiting},
    standing,
};
use crate::kit::{Error, Viewer};

/// The most that is read of each kind.
pub const MOST: u64 = 100;

/// What waits for the viewer, the most pressing first; of each kind at most 100.
pub async fn waiting(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let mut all = Vec::new();
    if viewer.organisations().next().is_some() {
        let (answers, claims, late, praise, listings, joining) = futures_util::try_join!(
            matching::answers(conn, viewer),
            matching::claims(conn, viewer),
            matching::late(conn, viewer),
            matching::praise(conn, viewer),
            standing::listings(conn, viewer),
            standing::joining(conn, viewer),
        )?;
        all.extend([answers, claims, late, praise, listings, joining].concat());
    }
    if viewer.person().is_some() && viewer.holds(PlatformRole::Broker) {
        all.extend(matching::brokers(conn, viewer).await?);
    }
    rules::sort(&mut all);
    Ok(all)
}
