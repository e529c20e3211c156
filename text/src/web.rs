//! Web addresses in the form in which they are stored.

use url::Url;

/// Returns the normal form of a web address, in ASCII. `None` unless it begins with https://, or with http:// if
/// `plain` is true, and names a host, without a user name or password.
#[must_use]
pub fn parse(text: &str, plain: bool) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let known =
        scheme.eq_ignore_ascii_case("https") || plain && scheme.eq_ignore_ascii_case("http");
    // The parser would skip further slashes, and take the first part of the path for the host.
    if !known || rest.starts_with(['/', '\\']) || text.contains(char::is_control) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty());
    // An @ before the host gives credentials, even if both are empty.
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    (host.is_some() && !authority.contains('@')).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_spellings_are_one_address() {
        for (written, stored) in [
            (" HTTPS://Hub.Example ", "https://hub.example/"),
            ("https://hub.example:443/a/../b", "https://hub.example/b"),
            (
                "https://bücher.example/é?q=ä b#ç",
                "https://xn--bcher-kva.example/%C3%A9?q=%C3%A4%20b#%C3%A7",
            ),
            ("https://hub.example/a@b", "https://hub.example/a@b"),
            ("https://[::1]:8080/", "https://[::1]:8080/"),
        ] {
            assert_eq!(parse(written, false).as_deref(), Some(stored), "{written}");
        }
        assert_eq!(
            parse("http://hub.example", true).as_deref(),
            Some("http://hub.example/")
        );
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for written in [
            "",
            "https://",
            "https:///hub.example",
            "https:hub.example",
            "https:\\\\hub.example",
            "https://\\hub.example",
            "https://?q",
            "https://user:pw@hub.example/",
            "https://user@hub.example/",
            "https://@hub.example/",
            "https://:@hub.example/",
            "https://user:pw@hub.example\\@x.example",
            "javascript:alert(1)",
            "javascript://hub.example/%0aalert(1)",
            "data://hub.example",
            "ftp://hub.example/",
            "file:///etc/passwd",
            "mailto:a@hub.example",
            "//hub.example",
            "hub.example",
            "https://hub.example:99999/",
            "https://hub example/",
            "https://hub\u{0}.example/",
            "https://hub.ex\nample/",
        ] {
            assert_eq!(parse(written, true), None, "{written}");
        }
        assert_eq!(parse("http://hub.example/", false), None);
    }

    proptest! {
        #[test]
        fn the_stored_form_is_its_own(text in "(https|HTTP)://[ -~é]{0,20}") {
            if let Some(stored) = parse(&text, true) {
                prop_assert!(stored.is_ascii());
                prop_assert_eq!(parse(&stored, true), Some(stored));
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = parse(&text, true);
        }
    }
}
