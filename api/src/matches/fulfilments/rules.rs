//! Sum of the deliveries of a match, and the state of the match that follows from it.

use chrono::NaiveDate;
use entity::{
    fulfilment::{self, FulfilmentState},
    matching::{MatchSide, MatchState},
};

use crate::{
    kit::{UserErrorCode as Code, validation::Validator},
    matches::rules::other,
};

/// Maximum number of pieces of evidence for a delivery.
pub const MAX_EVIDENCE: usize = 10;

/// Maximum number of deliveries of a match.
pub const MAX: usize = 500;
/// Maximum age of a delivery, in years.
const YEARS_BACK: i32 = 5;

/// Sum of the deliveries of a match, in base units of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Quantity that both sides confirmed.
    pub confirmed: i64,
    /// Quantity that one side recorded and the other has not answered.
    pub claimed: i64,
    /// Side that has to answer the first unanswered record.
    pub to_answer: Option<MatchSide>,
    /// True if a delivery was disputed.
    pub disputed: bool,
    /// True if there is any delivery that was not withdrawn.
    pub any: bool,
    /// Two flags: the last delivery was recorded, and it was confirmed.
    pub last: (bool, bool),
}

impl Sum {
    /// Adds up deliveries.
    #[must_use]
    pub fn of(parts: &[fulfilment::Model]) -> Self {
        let zero = Self {
            confirmed: 0,
            claimed: 0,
            to_answer: None,
            disputed: false,
            any: false,
            last: (false, false),
        };
        parts.iter().fold(zero, |sum, part| {
            let quantity = part.quantity.unwrap_or(0);
            match part.state {
                FulfilmentState::Withdrawn => sum,
                FulfilmentState::Claimed => Self {
                    claimed: sum.claimed + quantity,
                    to_answer: sum.to_answer.or(Some(other(part.side))),
                    any: true,
                    last: (sum.last.0 || part.last, sum.last.1),
                    ..sum
                },
                FulfilmentState::Confirmed => Self {
                    confirmed: sum.confirmed + quantity,
                    any: true,
                    last: (sum.last.0 || part.last, sum.last.1 || part.last),
                    ..sum
                },
                FulfilmentState::Disputed => Self {
                    disputed: true,
                    any: true,
                    ..sum
                },
            }
        })
    }

    /// Returns the state of the match, given the agreed quantity; `None` if not counted.
    #[must_use]
    pub fn state(self, agreed: Option<i64>) -> MatchState {
        let reached = |sum: i64, last: bool| last || agreed.is_some_and(|agreed| sum >= agreed);
        if self.disputed {
            MatchState::Disputed
        } else if !self.any {
            MatchState::Accepted
        } else if self.to_answer.is_none() && reached(self.confirmed, self.last.1) {
            MatchState::Fulfilled
        } else if self.to_answer.is_some() && reached(self.confirmed + self.claimed, self.last.0) {
            MatchState::AwaitingConfirmation
        } else {
            MatchState::InDelivery
        }
    }

    /// Returns the part of the agreed quantity that is neither confirmed nor recorded.
    #[must_use]
    pub fn outstanding(self, agreed: i64) -> i64 {
        (agreed - self.confirmed - self.claimed).max(0)
    }
}

/// Adds an error if the day is in the future or more than five years ago.
pub fn check_day(checks: &mut Validator, day: NaiveDate, today: NaiveDate) {
    let earliest = today
        .checked_sub_months(chrono::Months::new(12 * YEARS_BACK.unsigned_abs()))
        .unwrap_or(today);
    checks.require(
        (earliest..=today).contains(&day),
        "deliveredOn",
        Code::OutOfRange,
        "The day of delivery must be today or earlier, and within the last five years.",
    );
}

/// Checks addresses of evidence and removes duplicates.
pub fn evidence(checks: &mut Validator, addresses: &[String]) -> Vec<String> {
    checks.at_most("evidence", addresses.len(), MAX_EVIDENCE);
    let mut kept: Vec<String> = Vec::new();
    for (address, at) in addresses.iter().take(10).zip(0..) {
        let address = checks.address(&format!("evidence.{at}"), Some(address), false);
        kept.extend(address.filter(|address| !kept.contains(address)));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn part(state: FulfilmentState, quantity: Option<i64>, last: bool) -> fulfilment::Model {
        fulfilment::Model {
            id: Uuid::nil(),
            match_id: Uuid::nil(),
            state,
            side: MatchSide::Offerer,
            recorded_by: Uuid::nil(),
            quantity,
            answered_quantity: None,
            answered_by: None,
            delivered_on: NaiveDate::default(),
            last,
            note: None,
            answer_note: None,
            evidence: Vec::new().into(),
            created_at: DateTime::default(),
            answered_at: None,
        }
    }

    #[test]
    fn deliveries_add_up_to_a_state() {
        use FulfilmentState::{Claimed, Confirmed, Disputed, Withdrawn};
        use MatchState::{Accepted, AwaitingConfirmation, Fulfilled, InDelivery};
        for (parts, expected) in [
            (vec![], Accepted),
            (vec![part(Withdrawn, Some(9), true)], Accepted),
            (vec![part(Claimed, Some(4), false)], InDelivery),
            (vec![part(Confirmed, Some(4), false)], InDelivery),
            (vec![part(Claimed, Some(9), false)], AwaitingConfirmation),
            (vec![part(Claimed, Some(4), true)], AwaitingConfirmation),
            (
                vec![
                    part(Confirmed, Some(5), false),
                    part(Claimed, Some(4), false),
                ],
                AwaitingConfirmation,
            ),
            (vec![part(Confirmed, Some(10), false)], Fulfilled),
            (vec![part(Confirmed, Some(1), true)], Fulfilled),
            (
                vec![
                    part(Confirmed, Some(9), false),
                    part(Disputed, Some(4), false),
                ],
                MatchState::Disputed,
            ),
        ] {
            assert_eq!(Sum::of(&parts).state(Some(9)), expected, "{parts:?}");
        }
    }

    #[test]
    fn what_is_not_counted_ends_with_the_last_delivery() {
        let claimed = [part(FulfilmentState::Claimed, None, true)];
        let confirmed = [part(FulfilmentState::Confirmed, None, true)];
        let session = [part(FulfilmentState::Confirmed, None, false)];
        assert_eq!(
            Sum::of(&claimed).state(None),
            MatchState::AwaitingConfirmation
        );
        assert_eq!(Sum::of(&confirmed).state(None), MatchState::Fulfilled);
        assert_eq!(Sum::of(&session).state(None), MatchState::InDelivery);
    }
}
