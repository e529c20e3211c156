//! Validation of inputs: all problems are collected, each with its field, and reported together.

use std::ops::RangeInclusive;

use async_graphql::Enum;

use super::{Error, UserError};

/// Why an act was refused. New codes may be added: treat one that you do not know like `INVALID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// A value is missing.
    Required,
    /// A text is too short.
    TooShort,
    /// A text is too long.
    TooLong,
    /// A list has too many members.
    TooMany,
    /// A value has not the form that is asked for.
    Invalid,
    /// A number, time or place is outside what is possible.
    OutOfRange,
    /// A code or id stands for nothing that exists, is in force and is visible.
    Unknown,
    /// Something with this name or number is there already.
    AlreadyExists,
    /// The thing is not in a state in which this can be done.
    InvalidState,
    /// The thing was changed since you read it. Read it again and repeat the change.
    VersionOutdated,
    /// The unit does not suit this type of resource.
    UnitNotAllowed,
    /// The lending mode does not suit this type of resource.
    LendingModeNotAllowed,
    /// Accepted matches hold more than this quantity.
    QuantityBelowAllocated,
    /// More places are taken or offered than there would be.
    CapacityBelowConfirmed,
    /// Not so many places are free.
    Full,
    /// There is not so much left of a listing.
    InsufficientQuantity,
    /// The listing is given or taken as a whole.
    PartialNotAllowed,
    /// The units of the two listings cannot be converted into each other.
    UnitsDiffer,
    /// The two listings are of one organisation, or both are offers, or both requests.
    NoCounterpart,
    /// The terms were changed since you read them. Read them again and answer those.
    TermsVersionOutdated,
    /// The other side is to answer.
    NotYourTurn,
    /// A broker has to approve the match first, for an organisation in it is not verified.
    ApprovalRequired,
    /// The key was used for something else.
    IdempotencyKeyReused,
    /// The e-mail address and the password do not belong together.
    WrongCredentials,
    /// The password is too easy to guess.
    WeakPassword,
    /// The session has ended, or the token was used before. Sign in again.
    SessionEnded,
    /// The invitation was used or revoked, has run out, or never was.
    InvitationInvalid,
    /// An organisation must keep an owner.
    LastOwner,
    /// A reference leads back to where it started.
    Circular,
    /// There are too many of these already, or too many were tried lately.
    LimitReached,
}

/// Problems found so far in one input.
#[derive(Debug, Default)]
pub struct Checks(Vec<UserError>);

impl Checks {
    /// Starts without problems.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a problem of a field.
    pub fn refuse(&mut self, field: &str, code: UserErrorCode, message: impl Into<String>) {
        self.0.push(UserError::at(field, code, message));
    }

    /// Adds a problem unless the condition holds.
    pub fn demand(
        &mut self,
        holds: bool,
        field: &str,
        code: UserErrorCode,
        message: impl Into<String>,
    ) {
        if !holds {
            self.refuse(field, code, message);
        }
    }

    /// Returns the value, or adds the problem and returns `None`.
    pub fn keep<T>(&mut self, value: Result<T, UserError>) -> Option<T> {
        value.map_err(|error| self.0.push(error)).ok()
    }

    /// Validates a single-line text and returns it trimmed: no control characters, and a length in characters within
    /// the range.
    pub fn line(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        self.text(field, text, length, char::is_control)
    }

    /// Validates a multi-line text and returns it trimmed: no control characters except line breaks and tabs, and a
    /// length in characters within the range.
    pub fn lines(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) -> String {
        let text = text.replace("\r\n", "\n");
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
        let text = text.trim();
        let count = text.chars().count();
        if text.chars().any(|c| bad(c) || changes_direction(c)) {
            self.refuse(
                field,
                UserErrorCode::Invalid,
                "The text holds control characters. Remove them.",
            );
        } else if count == 0 && *length.start() > 0 {
            self.refuse(
                field,
                UserErrorCode::Required,
                "Please write something here.",
            );
        } else if count < *length.start() {
            let least = length.start();
            self.refuse(
                field,
                UserErrorCode::TooShort,
                format!("Please write at least {least} characters."),
            );
        } else if count > *length.end() {
            let most = length.end();
            self.refuse(
                field,
                UserErrorCode::TooLong,
                format!("The text has {count} characters; {most} are allowed."),
            );
        }
        text.to_owned()
    }

    /// Validates an optional single-line text. An empty text counts as absent.
    pub fn optional(&mut self, field: &str, text: Option<&str>, longest: usize) -> Option<String> {
        let text = self.line(field, text?, 0..=longest);
        (!text.is_empty()).then_some(text)
    }

    /// Validates a web address of at most 2,000 characters: with a host, and with https, or http if `plain` is true.
    pub fn address(&mut self, field: &str, text: Option<&str>, plain: bool) -> Option<String> {
        let text = self.optional(field, text, 2_000)?;
        let fits = url::Url::parse(&text).is_ok_and(|url| {
            (url.scheme() == "https" || plain && url.scheme() == "http") && url.has_host()
        });
        self.demand(
            fits,
            field,
            UserErrorCode::Invalid,
            "This is no web address. It should begin with https://",
        );
        Some(text)
    }

    /// Validates an e-mail address and returns it in lower case: one @, a local part before it, and a domain with a dot
    /// after it.
    pub fn email(&mut self, field: &str, text: &str) -> String {
        let text = self.line(field, text, 3..=254).to_lowercase();
        let fits = text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !text.contains(char::is_whitespace)
                && !host.contains('@')
        });
        self.demand(
            fits,
            field,
            UserErrorCode::Invalid,
            "This is no e-mail address. It should look like name@example.org.",
        );
        text
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
        self.demand(
            fits,
            field,
            UserErrorCode::Invalid,
            "This is no telephone number. It should look like 01632 960123.",
        );
        Some(text)
    }

    /// Adds a problem if a list has more than `most` items, and returns false.
    pub fn at_most(&mut self, field: &str, length: usize, most: usize) -> bool {
        self.demand(
            length <= most,
            field,
            UserErrorCode::TooMany,
            format!("The list has {length} members; {most} are allowed."),
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
    /// [`MOST_USER_ERRORS`](super::error::MOST_USER_ERRORS).
    pub fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Refused(UserError::told(self.0)))
        }
    }
}

/// Returns true for characters that change the direction of writing, which can make a text look like another.
const fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_passes_is_clean_and_within_its_length(text in any::<String>()) {
            let mut checks = Checks::new();
            let line = checks.line("title", &text, 3..=20);
            if checks.is_clean() {
                prop_assert!((3..=20).contains(&line.chars().count()));
                prop_assert!(!line.chars().any(char::is_control));
                prop_assert_eq!(line.trim(), &line);
            }
        }

        #[test]
        fn no_text_panics_as_an_address_or_number(text in any::<String>()) {
            let mut checks = Checks::new();
            let _ = checks.email("email", &text);
            let _ = checks.phone("phone", Some(&text));
            let _ = checks.address("website", Some(&text), true);
        }
    }
}
