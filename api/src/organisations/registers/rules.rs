//! Supported registers, and the form of their numbers.

use text::register;

use crate::kit::{UserErrorCode, validation::Validator};

/// Maximum number of register numbers of an organisation after mergers.
pub const MAX_HELD: usize = 30;
/// Maximum number of register numbers that an input can set.
const MAX: usize = 10;

/// A number and its register.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// Code of the register.
    pub scheme: String,
    /// Number in that register.
    pub value: String,
}

/// Returns the numbers in their registers' own forms. Errors are added under `identifiers.0.value` and so on.
pub fn checked(checks: &mut Validator, sent: Vec<Identifier>) -> Vec<Identifier> {
    let mut identifiers: Vec<Identifier> = Vec::new();
    if !checks.at_most("identifiers", sent.len(), MAX) {
        return identifiers;
    }
    for (at, Identifier { scheme, value }) in sent.into_iter().enumerate() {
        let scheme = scheme.trim().to_uppercase();
        let Some(expected) = expected(&scheme) else {
            let message = "This register is not supported. Use one of GB-COH, GB-CHC, GB-SC, GB-NIC, GB-MPR, GB-NHS, GB-EDU, GB-UKPRN, GB-LAE.";
            checks.add(
                &format!("identifiers.{at}.scheme"),
                UserErrorCode::Unknown,
                message,
            );
            continue;
        };
        let field = format!("identifiers.{at}.value");
        let Some(value) = register::normal(&scheme, &value) else {
            checks.add(&field, UserErrorCode::Invalid, expected);
            continue;
        };
        let identifier = Identifier { scheme, value };
        if identifiers.contains(&identifier) {
            checks.add(
                &field,
                UserErrorCode::AlreadyExists,
                "This number is in the list twice. Remove one of them.",
            );
        } else {
            identifiers.push(identifier);
        }
    }
    identifiers
}

/// Returns each number that a search text can be, in its register's own form.
pub fn spellings(text: &str) -> impl Iterator<Item = Identifier> {
    register::SCHEMES.into_iter().filter_map(move |scheme| {
        Some(Identifier {
            scheme: scheme.to_owned(),
            value: register::normal(scheme, text)?,
        })
    })
}

/// Returns the error message for a number that a register does not write; `None` if the register is not supported.
fn expected(scheme: &str) -> Option<&'static str> {
    Some(match scheme {
        "GB-COH" => {
            "A company number has eight digits, or two letters and six digits, such as 01234567 or SC123456. A society number looks like IP12345R."
        }
        "GB-CHC" => {
            "A charity number has six or seven digits, with a suffix such as -1 for a linked charity."
        }
        other if register::SCHEMES.contains(&other) => {
            "The number can have at most 20 letters, digits and hyphens."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_in_one_list_are_one_number_twice() {
        let number = |scheme: &str, value: &str| Identifier {
            scheme: scheme.into(),
            value: value.into(),
        };
        let expected = [
            UserErrorCode::AlreadyExists,
            UserErrorCode::Unknown,
            UserErrorCode::Invalid,
        ];
        let mut checks = Validator::new();
        let sent = vec![
            number(" gb-nic ", "NIC634122"),
            number("GB-NIC", "634 122"),
            number("US-EIN", "12"),
            number("GB-EDU", "1\u{0}2"),
        ];
        assert_eq!(checked(&mut checks, sent), [number("GB-NIC", "634122")]);
        let Err(crate::kit::Error::Refused(errors)) = checks.finish() else {
            panic!("checks only refuse");
        };
        let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn every_register_has_a_message() {
        assert!(
            register::SCHEMES
                .iter()
                .all(|scheme| expected(scheme).is_some())
        );
        assert_eq!(expected("US-EIN"), None);
    }
}
