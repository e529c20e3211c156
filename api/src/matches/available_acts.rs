//! Further conditions for acts, which depend on the deliveries, the thanks and the lending mode of a match.

use entity::{
    fulfilment::{self, FulfilmentState},
    matching::{self, MatchSide},
    membership::MembershipRole,
    thanks,
};

use super::rules::{self, Act};
use crate::kit::Viewer;

/// Related data of a match on which acts depend.
#[derive(Clone, Copy, Debug)]
pub struct Related<'a> {
    /// Deliveries of the match.
    pub deliveries: &'a [fulfilment::Model],
    /// Thanks that the sides gave each other.
    pub thanks: &'a [thanks::Model],
    /// True if the offer is lent, so that it has to be returned.
    pub lent: bool,
}

/// Returns those of the acts allowed by the match that the related data also allows.
#[must_use]
pub fn open(
    viewer: &Viewer,
    row: &matching::Model,
    acts: Vec<Act>,
    beside: Related<'_>,
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
