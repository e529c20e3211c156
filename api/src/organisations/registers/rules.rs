//! Supported registers, and the form of their numbers.

use crate::kit::{UserErrorCode, validation::Validator};

/// Maximum number of register numbers of an organisation after mergers.
pub const MAX_HELD: usize = 30;
/// Maximum number of register numbers that an input can set.
const MAX: usize = 10;
/// Maximum length of a number in a register whose form is not checked further.
const LONGEST: usize = 20;

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
        let Some(form) = form(&scheme) else {
            let message = "This register is not supported. Use one of GB-COH, GB-CHC, GB-SC, GB-NIC, GB-MPR, GB-NHS, GB-EDU, GB-UKPRN, GB-LAE.";
            checks.add(
                &format!("identifiers.{at}.scheme"),
                UserErrorCode::Unknown,
                message,
            );
            continue;
        };
        let field = format!("identifiers.{at}.value");
        let compact: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(value) = (form.normal)(&compact.to_uppercase()) else {
            checks.add(&field, UserErrorCode::Invalid, form.expected);
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

/// Form of the numbers of a register.
struct Form {
    /// Converts a number without spaces and lower-case letters to the register's own form; `None` if it is not valid.
    normal: fn(&str) -> Option<String>,
    /// Error message for a number that is not valid.
    expected: &'static str,
}

fn form(scheme: &str) -> Option<Form> {
    Some(match scheme {
        "GB-COH" => Form {
            normal: company,
            expected: "A company number has eight digits, or two letters and six digits, such as 01234567 or SC123456. A society number looks like IP12345R.",
        },
        "GB-CHC" => Form {
            normal: charity,
            expected: "A charity number has six or seven digits, with a suffix such as -1 for a linked charity.",
        },
        "GB-SC" | "GB-NIC" | "GB-MPR" | "GB-NHS" | "GB-EDU" | "GB-UKPRN" | "GB-LAE" => Form {
            normal: other,
            expected: "The number can have at most 20 letters, digits and hyphens.",
        },
        _ => return None,
    })
}

/// Normalises a company number: eight characters, digits or two letters and digits, padded with zeros. The numbers of
/// societies end with an R.
fn company(number: &str) -> Option<String> {
    if let Some(digits) = number
        .strip_suffix('R')
        .and_then(|number| number.strip_prefix("IP").or(number.strip_prefix("SP")))
    {
        return is_number(digits, 5, 5).then(|| number.to_owned());
    }
    let letters = number.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (prefix, digits) = number.split_at(letters);
    let width = match letters {
        0 => 8,
        2 => 6,
        _ => return None,
    };
    (is_number(digits, 1, width) && digits.bytes().any(|digit| digit != b'0'))
        .then(|| format!("{prefix}{digits:0>width$}"))
}

/// Normalises a charity number: digits without leading zeros. A linked charity has its own number after a hyphen.
fn charity(number: &str) -> Option<String> {
    let (main, linked) = number.split_once('-').unwrap_or((number, "0"));
    let main = main.trim_start_matches('0');
    if !is_number(main, 6, 7) || !is_number(linked, 1, 4) {
        return None;
    }
    Some(match linked.trim_start_matches('0') {
        "" => main.to_owned(),
        linked => format!("{main}-{linked}"),
    })
}

fn other(number: &str) -> Option<String> {
    let fits = (1..=LONGEST).contains(&number.len())
        && number
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && number.bytes().any(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| number.to_owned())
}

fn is_number(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(scheme: &str, value: &str) -> Result<String, UserErrorCode> {
        let mut checks = Validator::new();
        let sent = Identifier {
            scheme: scheme.into(),
            value: value.into(),
        };
        let found = checked(&mut checks, vec![sent]);
        match checks.finish() {
            Ok(()) => Ok(found[0].value.clone()),
            Err(crate::kit::Error::Refused(errors)) => Err(errors[0].code),
            Err(_) => unreachable!("checks only refuse"),
        }
    }

    #[test]
    fn numbers_take_their_registers_form() {
        for (scheme, written, kept) in [
            ("GB-COH", "1234567", "01234567"),
            ("gb-coh", " 0123 4567 ", "01234567"),
            ("GB-COH", "sc1234", "SC001234"),
            ("GB-COH", "OC301234", "OC301234"),
            ("GB-COH", "ip 12345r", "IP12345R"),
            ("GB-CHC", "1164883", "1164883"),
            ("GB-CHC", "0203644", "203644"),
            ("GB-CHC", "1164883-0", "1164883"),
            ("GB-CHC", "1164883-02", "1164883-2"),
            ("GB-NHS", "rta 01", "RTA01"),
            ("GB-UKPRN", "10007789", "10007789"),
        ] {
            assert_eq!(
                normal(scheme, written).as_deref(),
                Ok(kept),
                "{scheme} {written}"
            );
        }
    }

    #[test]
    fn what_no_register_writes_is_refused() {
        for (scheme, written) in [
            ("GB-COH", ""),
            ("GB-COH", "123456789"),
            ("GB-COH", "A1234567"),
            ("GB-COH", "SC1234567"),
            ("GB-COH", "SC"),
            ("GB-COH", "IP1234R"),
            ("GB-COH", "SC12345R"),
            ("GB-COH", "00000000"),
            ("GB-COH", "１２３４５６７８"),
            ("GB-CHC", "12345"),
            ("GB-CHC", "12345678"),
            ("GB-CHC", "1164883-"),
            ("GB-CHC", "1164883-1-1"),
            ("GB-NHS", "---"),
            ("GB-NHS", "RTÄ"),
            ("GB-LAE", "A23456789012345678901"),
            ("GB-EDU", "1\u{0}2"),
        ] {
            assert_eq!(
                normal(scheme, written),
                Err(UserErrorCode::Invalid),
                "{scheme} {written}"
            );
        }
        assert_eq!(normal("US-EIN", "12"), Err(UserErrorCode::Unknown));
    }

    proptest! {
        #[test]
        fn a_normal_form_stays_as_it_is(scheme in 0..9_usize, value in "[A-Za-z]{0,2}[0-9]{1,8}(-[0-9]{1,3})?") {
            let scheme = ["GB-COH", "GB-CHC", "GB-SC", "GB-NIC", "GB-MPR", "GB-NHS", "GB-EDU", "GB-UKPRN", "GB-LAE"][scheme];
            if let Ok(kept) = normal(scheme, &value) {
                prop_assert_eq!(normal(scheme, &kept), Ok(kept));
            }
        }

        #[test]
        fn no_text_panics_as_a_number(value in any::<String>()) {
            let _ = (normal("GB-COH", &value), normal("GB-CHC", &value), normal("GB-MPR", &value));
        }
    }
}
