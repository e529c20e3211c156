//! Email addresses in the form in which they are stored, compared and mailed to.

/// Maximum length of an address, in bytes.
const LONGEST: usize = 254;
/// Maximum length of the part before the @, in bytes.
const LONGEST_LOCAL: usize = 64;

/// Returns the normal form of an address: lower case, with the domain in ASCII (IDNA). `None` if mail cannot be sent to
/// it: the part before the @ must be letters, digits and common signs, with single dots between them; the domain must
/// have a dot, and a last part that is not a number.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let local = local.to_ascii_lowercase();
    if local.len() > LONGEST_LOCAL || !local.split('.').all(is_atom) {
        return None;
    }
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    let mut labels = domain.split('.');
    let last = labels.next_back()?;
    if labels.next().is_none() || last.is_empty() || last.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let address = format!("{local}@{domain}");
    (address.len() <= LONGEST).then_some(address)
}

/// Returns the form by which a stored address is looked up. A text that is no address, such as one stored before
/// addresses were checked, is only trimmed and put in lower case.
#[must_use]
pub fn look_up(text: &str) -> String {
    parse(text).unwrap_or_else(|| text.trim().to_lowercase().replace('\0', ""))
}

fn is_atom(text: &str) -> bool {
    let sign = |byte: u8| b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || sign(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_spellings_are_one_address() {
        for (written, stored) in [
            (" Ann@Example.ORG ", "ann@example.org"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
            ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
            ("ann@bu\u{308}cher。example", "ann@xn--bcher-kva.example"),
            ("o'neil+tag@mail.example.org", "o'neil+tag@mail.example.org"),
            ("a@b.cd", "a@b.cd"),
        ] {
            assert_eq!(parse(written).as_deref(), Some(stored), "{written}");
        }
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        let long = format!("{}@x.example", "a".repeat(65));
        let far = format!("a@{}example", "abcdefghi.".repeat(25));
        for written in [
            "",
            "@",
            "ann",
            "ann@",
            "@x.example",
            "a.@x.example",
            ".a@x.example",
            "a..b@x.example",
            "<a@x.example>",
            "Ann <a@x.example>",
            "mailto:a@x.example",
            "a b@x.example",
            "a@x y.example",
            "a@b@x.example",
            "\"a\"@x.example",
            "ann@example",
            "ann@.example",
            "ann@x..example",
            "ann@x.example.",
            "ann@-x.example",
            "ann@x-.example",
            "ann@x_y.example",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "änn@x.example",
            "a\u{0}@x.example",
            "a@x\u{200b}.example\u{0}",
            "a,b@x.example",
            "a@xn--a.example",
            &long,
            &far,
        ] {
            assert_eq!(parse(written), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn the_stored_form_is_its_own(text in "[ -~éüß。]{0,12}@[a-zA-Zéüß0-9.。-]{0,12}\\.[a-z]{0,4}") {
            if let Some(stored) = parse(&text) {
                prop_assert!(stored.is_ascii() && stored.to_ascii_lowercase() == stored);
                prop_assert_eq!(parse(&stored), Some(stored.clone()));
                prop_assert_eq!(look_up(&text), stored);
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = (parse(&text), look_up(&text));
        }
    }
}
