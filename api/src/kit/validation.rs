//! Validation of inputs: all problems are collected, each with its field, and reported together.

use std::ops::RangeInclusive;

use async_graphql::Enum;
use text::{email, visible, web};

use super::{Error, UserError};

/// Maximum length of a web address, in characters.
const MAX_ADDRESS: usize = 2_000;

/// Code of a user error: the reason for the refusal of a mutation. New codes may be added: treat a code that you do
/// not know like `INVALID`, and show the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// A required value is missing or empty. Ask the user to enter it.
    Required,
    /// The text is too short. The message states the minimum length in characters.
    TooShort,
    /// The text or file is too long. The message states the limit.
    TooLong,
    /// The list has too many items. The message states the maximum.
    TooMany,
    /// The value has the wrong format, or contradicts another value. The message states what is expected.
    Invalid,
    /// The number, date, time or position is outside the allowed range. The message states the range.
    OutOfRange,
    /// The code or id does not exist, is not in force, or is not visible to the viewer. Choose another value.
    Unknown,
    /// An object with this name, number, code or relation already exists. Use the existing one, or choose another
    /// value.
    AlreadyExists,
    /// The object is in a state that does not allow this act. Reload it and offer only the acts that its state allows.
    InvalidState,
    /// The object was changed after the client loaded it: `version` is outdated. Reload it, and repeat the change with
    /// the new version.
    VersionOutdated,
    /// The resource type does not allow this unit. Choose one of its `allowedUnits`, or `ITEM` with a label of your
    /// own.
    UnitNotAllowed,
    /// The resource type does not allow this lending mode. Choose one of its `allowedLendingModes`.
    LendingModeNotAllowed,
    /// Accepted matches have reserved more than the new quantity of the listing. Enter a larger quantity.
    QuantityBelowAllocated,
    /// More places are confirmed, offered or reserved than the new capacity. Enter a larger capacity, or free places
    /// first.
    CapacityBelowConfirmed,
    /// The event or session does not have enough free places. Ask for fewer places.
    Full,
    /// The listing does not have enough quantity left. Enter a smaller quantity.
    InsufficientQuantity,
    /// The listing does not allow partial quantities. Use its whole quantity.
    PartialNotAllowed,
    /// The quantity cannot be converted to the unit of the listing or of the terms. Use a unit of the same kind.
    UnitsDiffer,
    /// The two listings or organisations cannot be paired: both sides are the same organisation, or the listings are
    /// not an offer and a request. Choose another counterpart.
    NoCounterpart,
    /// The terms were changed after the client loaded them. Reload the match, show the new terms, and let the user
    /// answer those.
    TermsVersionOutdated,
    /// The other side has to act first. Wait for its answer.
    NotYourTurn,
    /// A broker has to approve the match first, because one of its organisations is not verified. Try again after the
    /// approval.
    ApprovalRequired,
    /// The idempotency key was used for another act or with another input. Generate a new key for each object that you
    /// create.
    IdempotencyKeyReused,
    /// The email address and the password do not match, or the current password is wrong. Let the user correct them.
    WrongCredentials,
    /// The password is too easy to guess. Ask for a longer one, such as three or four unrelated words.
    WeakPassword,
    /// The session has ended, or the refresh token was used before. Sign in again.
    SessionEnded,
    /// The invitation or link was used, revoked or replaced, has expired, or never existed. Ask the sender for a new
    /// one.
    InvitationInvalid,
    /// The act would leave the organisation without an owner. Make another member an owner first.
    LastOwner,
    /// The reference would form a cycle, such as an area inside itself. Choose another value.
    Circular,
    /// A limit is reached: too many objects of this kind, or too many attempts in a short time. Remove one, or wait
    /// and try again.
    LimitReached,
}

/// Problems found so far in one input.
#[derive(Debug, Default)]
pub struct Validator(Vec<UserError>);

impl Validator {
    /// Starts without problems.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a problem of a field.
    pub fn add(&mut self, field: &str, code: UserErrorCode, message: impl Into<String>) {
        self.0.push(UserError::at(field, code, message));
    }

    /// Adds a problem if the condition is false.
    pub fn require(
        &mut self,
        holds: bool,
        field: &str,
        code: UserErrorCode,
        message: impl Into<String>,
    ) {
        if !holds {
            self.add(field, code, message);
        }
    }

    /// Returns the value, or adds the problem and returns `None`.
    pub fn collect<T>(&mut self, value: Result<T, UserError>) -> Option<T> {
        value.map_err(|error| self.0.push(error)).ok()
    }

    /// Validates a single-line text and returns it clean and trimmed: without invisible characters, in the normalisation
    /// form NFC. It must have no control characters, and a length in characters within the range. If it may not be
    /// empty, it needs a character that can be seen.
    pub fn line(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        let text = text.replace(['\u{2028}', '\u{2029}'], " ");
        self.text(field, &text, length, char::is_control)
    }

    /// Validates a multi-line text and returns it clean and trimmed: like a single-line text, but it may have line breaks
    /// and tabs.
    pub fn lines(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        let text = text
            .replace("\r\n", "\n")
            .replace(['\u{2028}', '\u{2029}'], "\n");
        self.text(field, &text, length, |c| {
            c.is_control() && c != '\n' && c != '\t'
        })
    }

    fn text(
        &mut self,
        field: &str,
        text: &str,
        length: RangeInclusive<usize>,
        bad: fn(char) -> bool,
    ) -> String {
        let text = visible::clean(text);
        let text = text.trim();
        let count = text.chars().count();
        if text
            .chars()
            .any(|c| bad(c) || visible::changes_direction(c))
        {
            self.add(
                field,
                UserErrorCode::Invalid,
                "The text contains control characters. Remove them.",
            );
        } else if !visible::is_visible(text) {
            if *length.start() > 0 {
                self.add(field, UserErrorCode::Required, "Enter a value.");
            }
            return String::new();
        } else if count < *length.start() {
            let least = length.start();
            self.add(
                field,
                UserErrorCode::TooShort,
                format!("Enter at least {least} characters."),
            );
        } else if count > *length.end() {
            let most = length.end();
            self.add(
                field,
                UserErrorCode::TooLong,
                format!("The text has {count} characters. Shorten it to at most {most}."),
            );
        }
        text.to_owned()
    }

    /// Validates an optional single-line text. An empty text counts as absent.
    pub fn optional(&mut self, field: &str, text: Option<&str>, longest: usize) -> Option<String> {
        let text = self.line(field, text?, 0..=longest);
        (!text.is_empty()).then_some(text)
    }

    /// Validates a web address, and returns it in its normal form, of at most 2,000 characters: with a host, without
    /// credentials, and with https, or http if `plain` is true.
    pub fn address(&mut self, field: &str, text: Option<&str>, plain: bool) -> Option<String> {
        let text = self.optional(field, text, MAX_ADDRESS)?;
        let address = web::parse(&text, plain);
        let fits = |address: &String| address.len() <= MAX_ADDRESS;
        self.require(
            address.as_ref().is_some_and(fits),
            field,
            UserErrorCode::Invalid,
            "Enter a full web address that begins with https://, such as https://example.org/page, without a user name or \
             password.",
        );
        Some(address.unwrap_or(text))
    }

    /// Validates an email address, and returns it in the form in which it is stored, compared and mailed to.
    pub fn email(&mut self, field: &str, text: &str) -> String {
        let text = self.line(field, text, 3..=254);
        let address = email::parse(&text);
        self.require(
            address.is_some(),
            field,
            UserErrorCode::Invalid,
            "Enter an email address in the form name@example.org.",
        );
        address.unwrap_or_default()
    }

    /// Validates a telephone number: 7 to 15 digits, with spaces, brackets, dots, hyphens and a leading plus; at most
    /// 30 characters.
    pub fn phone(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = self.optional(field, text, 30)?;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let fits = (7..=15).contains(&digits)
            && text
                .char_indices()
                .all(|(at, c)| c.is_ascii_digit() || " ().-".contains(c) || (at == 0 && c == '+'));
        self.require(
            fits,
            field,
            UserErrorCode::Invalid,
            "Enter a telephone number, such as 01632 960123.",
        );
        Some(text)
    }

    /// Adds a problem if a list has more than `most` items, and returns false.
    pub fn at_most(&mut self, field: &str, length: usize, most: usize) -> bool {
        self.require(
            length <= most,
            field,
            UserErrorCode::TooMany,
            format!("The list has {length} items. Reduce it to at most {most}."),
        );
        length <= most
    }

    /// Returns true if no problem was found.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the validation.
    ///
    /// # Errors
    /// Returns [`Error::Refused`] with the problems found, at most
    /// [`MAX_USER_ERRORS`](super::error::MAX_USER_ERRORS).
    pub fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Refused(UserError::first_errors(self.0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_passes_is_clean_and_within_its_length(text in any::<String>()) {
            let mut checks = Validator::new();
            let line = checks.line("title", &text, 3..=20);
            if checks.is_clean() {
                prop_assert!((3..=20).contains(&line.chars().count()));
                prop_assert!(!line.chars().any(char::is_control));
                prop_assert_eq!(line.trim(), &line);
                prop_assert!(visible::is_visible(&line));
            }
        }

        #[test]
        fn no_text_panics_as_an_address_or_number(text in any::<String>()) {
            let mut checks = Validator::new();
            let _ = checks.email("email", &text);
            let _ = checks.phone("phone", Some(&text));
            let _ = checks.address("website", Some(&text), true);
        }
    }
}
