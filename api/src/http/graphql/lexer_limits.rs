//! Counts the tokens and brackets of a document before it is parsed. The parser recurses at every bracket, so a
//! document of nothing but brackets would overflow its stack.

/// Number of tokens and nesting of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Number of names, numbers, strings and punctuators.
    pub tokens: usize,
    /// Maximum nesting of brackets, of all kinds.
    pub nesting: usize,
    /// Length of the longest name or number, in bytes.
    pub name: usize,
}

/// Counts tokens and nesting. Returns `None` if a string is not terminated.
pub fn scan(text: &str) -> Option<Scan> {
    let bytes = text.as_bytes();
    let (mut at, mut open, mut found) = (0, 0_usize, Scan::default());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b',' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += run(&bytes[at..], |byte| !matches!(byte, b'\n' | b'\r'));
                continue;
            }
            b'"' => at += string(&bytes[at..])?,
            b'{' | b'[' | b'(' => {
                open += 1;
                found.nesting = found.nesting.max(open);
                at += 1;
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                at += 1;
            }
            byte if is_name(*byte) => {
                let length = run(&bytes[at..], is_name);
                found.name = found.name.max(length);
                at += length;
            }
            _ => at += 1,
        }
        found.tokens += 1;
    }
    Some(found)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| of(**byte)).count()
}

/// Length in bytes of the string literal that begins here, including its quotation marks. Returns `None` if it is not
/// terminated.
pub(super) fn string(bytes: &[u8]) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    if bytes.starts_with(BLOCK) {
        let mut at = BLOCK.len();
        while !bytes[at..].starts_with(BLOCK) {
            at += if bytes[at..].starts_with(b"\\\"\"\"") {
                4
            } else {
                1
            };
            if at >= bytes.len() {
                return None;
            }
        }
        return Some(at + BLOCK.len());
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;

    use super::*;

    fn nesting(text: &str) -> Option<usize> {
        scan(text).map(|found| found.nesting)
    }

    #[test]
    fn brackets_count_outside_of_texts_and_comments_only() {
        assert_eq!(nesting("{ a(b: [1]) }"), Some(3));
        assert_eq!(nesting("{ a } # {{{{\n{ a }"), Some(1));
        assert_eq!(nesting(r#"{ a(b: "{{\"{{") }"#), Some(2));
        assert_eq!(nesting(r#"{ a(b: """ " {{ \""" {{ """) }"#), Some(2));
        assert_eq!(nesting("{ a(b: \"\") }"), Some(2));
        assert_eq!(nesting("{ a(b: \"\n{{{"), None);
        assert_eq!(nesting("{ a(b: [\"\"\" \" [[[["), None);
        assert_eq!(scan("{ a1 b(c: 2) }").unwrap().tokens, 9);
    }

    proptest! {
        #[test]
        fn what_does_not_end_is_no_document(text in "[\"\\\\{}(\\[\\])a:#\n ]{0,40}") {
            if scan(&text).is_none() {
                prop_assert!(parse_query(&text).is_err());
            }
        }
    }
}
