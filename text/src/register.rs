//! Numbers of organisations in registers, in each register's own form.

/// Codes of the supported registers in org-id.guide.
pub const SCHEMES: [&str; 9] = [
    "GB-COH", "GB-CHC", "GB-SC", "GB-NIC", "GB-MPR", "GB-NHS", "GB-EDU", "GB-UKPRN", "GB-LAE",
];

/// Maximum length of a number in a register whose form is not checked further.
const LONGEST: usize = 20;

/// Returns the normal form of a number; `None` if the register writes no such number, or is not supported. Spaces,
/// hyphens, lower-case letters, leading zeros, and a prefix that the register writes only sometimes make no difference.
#[must_use]
pub fn normal(scheme: &str, number: &str) -> Option<String> {
    let dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let number = number.chars().filter(|c| !c.is_whitespace());
    let number: String = number.map(|c| if dash(c) { '-' } else { c }).collect();
    let number = number.to_uppercase();
    if scheme == "GB-CHC" {
        return charity(&number);
    }
    let number = number.replace('-', "");
    match scheme {
        "GB-COH" => company(&number),
        "GB-SC" => Some(match digits(&number, &["SC"]) {
            Some(digits) => format!("SC{digits:0>6}"),
            None => other(&number)?,
        }),
        "GB-NIC" => digits(&number, &["NIC"]).or_else(|| other(&number)),
        "GB-EDU" => digits(&number, &["URN"]).or_else(|| other(&number)),
        "GB-UKPRN" => digits(&number, &["UKPRN"]).or_else(|| other(&number)),
        "GB-MPR" => mutual(&number).or_else(|| other(&number)),
        "GB-NHS" | "GB-LAE" => other(&number),
        _ => None,
    }
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
    let bare = digits.trim_start_matches('0');
    is_number(bare, 1, width).then(|| format!("{prefix}{bare:0>width$}"))
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

/// Normalises the number of a mutual: digits without leading zeros, with an R or RS that belongs to the number. The
/// prefix IP or SP is of the time before 2014.
fn mutual(number: &str) -> Option<String> {
    let (number, end) = match number.strip_suffix('R') {
        Some(number) => (number, "R"),
        None => (number, ""),
    };
    let (number, start) = match number.strip_prefix("RS") {
        Some(number) => (number, "RS"),
        None => (number, ""),
    };
    Some(format!("{start}{}{end}", digits(number, &["IP", "SP"])?))
}

/// Returns the digits of a number of digits, without leading zeros and without one of the prefixes.
fn digits(number: &str, prefixes: &[&str]) -> Option<String> {
    let prefix = prefixes
        .iter()
        .find_map(|prefix| number.strip_prefix(prefix));
    let bare = prefix.unwrap_or(number).trim_start_matches('0');
    is_number(bare, 1, LONGEST).then(|| bare.to_owned())
}

fn other(number: &str) -> Option<String> {
    let fits = (1..=LONGEST).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| number.to_owned())
}

fn is_number(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_take_their_registers_form() {
        for (scheme, written, kept) in [
            ("GB-COH", "1234567", "01234567"),
            ("GB-COH", " 0123 4567 ", "01234567"),
            ("GB-COH", "0123-4567", "01234567"),
            ("GB-COH", "000001234567", "01234567"),
            ("GB-COH", "sc1234", "SC001234"),
            ("GB-COH", "OC301234", "OC301234"),
            ("GB-COH", "ip 12345r", "IP12345R"),
            ("GB-CHC", "1164883", "1164883"),
            ("GB-CHC", "0203644", "203644"),
            ("GB-CHC", "1164883-0", "1164883"),
            ("GB-CHC", "1164883\u{2013}02", "1164883-2"),
            ("GB-SC", "SC012345", "SC012345"),
            ("GB-SC", "sc 12345", "SC012345"),
            ("GB-SC", "12345", "SC012345"),
            ("GB-NIC", "NIC634122", "634122"),
            ("GB-NIC", "nic 634-122", "634122"),
            ("GB-NIC", "0634122", "634122"),
            ("GB-MPR", "IP32153R", "32153R"),
            ("GB-MPR", "032153r", "32153R"),
            ("GB-MPR", "RS007152", "RS7152"),
            ("GB-NHS", "rta 01", "RTA01"),
            ("GB-NHS", "0A1", "0A1"),
            ("GB-EDU", "URN 100123", "100123"),
            ("GB-UKPRN", "10007789", "10007789"),
            ("GB-UKPRN", "ukprn:", ""),
            ("GB-LAE", "a-b", "AB"),
        ] {
            let kept = (!kept.is_empty()).then_some(kept);
            assert_eq!(
                normal(scheme, written).as_deref(),
                kept,
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
            ("US-EIN", "12"),
        ] {
            assert_eq!(normal(scheme, written), None, "{scheme} {written}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_number_has_its_normal_form(
            scheme in prop::sample::select(&SCHEMES[..]),
            value in "(SC|NIC|IP|SP|RS|URN|UKPRN|[A-Za-z]{0,2})[0-9]{1,8}(-[0-9]{1,3}|R)?",
            at in any::<prop::sample::Index>(),
        ) {
            if let Some(kept) = normal(scheme, &value) {
                prop_assert_eq!(normal(scheme, &kept), Some(kept.clone()));
                prop_assert_eq!(normal(scheme, &value.to_lowercase()), Some(kept.clone()));
                let (start, end) = value.split_at(at.index(value.len()));
                prop_assert_eq!(normal(scheme, &format!(" {start} {end}")), Some(kept));
            }
        }

        #[test]
        fn no_text_panics(value in any::<String>()) {
            for scheme in SCHEMES {
                let _ = normal(scheme, &value);
            }
        }
    }
}
