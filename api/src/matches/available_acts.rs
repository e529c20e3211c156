//! Which acts are open where what lies beside the match decides: its deliveries, its thanks, and how the offer is lent.

use entity::{
    fulfilment::{self, FulfilmentState},
    matching::{self, MatchSide},
    membership::MembershipRole,
    thanks,
};

use super::rules::{self, Act};
use crate::kit::Viewer;

/// What lies beside a match.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// Its deliveries.
    pub deliveries: &'a [fulfilment::Model],
    /// What was said to thank.
    pub thanks: &'a [thanks::Model],
    /// Whether the offer is lent, so that it comes back.
    pub lent: bool,
}

/// Of acts that the match allows, those that what lies beside it allows too.
#[must_use]
pub fn open(
    viewer: &Viewer,
    row: &matching::Model,
    acts: Vec<Act>,
    beside: Beside<'_>,
) -> Vec<Act> {
    let own =
        |side: MatchSide| viewer.at_least(rules::organisation(row, side), MembershipRole::Editor);
    let claims: Vec<MatchSide> = beside
        .deliveries
        .iter()
        .filter(|part| part.state == FulfilmentState::Claimed)
        .map(|part| part.side)
        .collect();
    let thanked = |side: MatchSide| beside.thanks.iter().any(|given| given.side == side);
    let is_open = |act: &Act| match act {
        Act::ConfirmDelivery => claims.iter().any(|side| own(rules::other(*side))),
        Act::WithdrawDelivery => claims.iter().any(|side| own(*side)),
        Act::Cancel => claims.is_empty(),
        Act::MarkReturned => beside.lent,
        Act::Thank => [MatchSide::Offerer, MatchSide::Requester]
            .into_iter()
            .any(|side| own(side) && !thanked(side)),
        _ => true,
    };
    acts.into_iter().filter(is_open).collect()
}
