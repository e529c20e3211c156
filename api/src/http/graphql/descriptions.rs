//! Descriptions of operations, fragments and variables, which the parser of apollo-compiler 1.33 does not know.
//!
//! The GraphQL specification (September 2025, Section 2.4, Descriptions) allows a string before each of them. They mean
//! nothing to a server, so spaces take their place before the document is parsed; all other text keeps its offsets.

use std::{borrow::Cow, ops::Range};

/// Text of a document, as it was sent and as it is parsed. Offsets are the same in both.
#[derive(Debug)]
pub struct Source<'a> {
    /// Text as it was sent.
    pub text: &'a str,
    /// Text with spaces in place of descriptions.
    pub parsed: Cow<'a, str>,
}

impl<'a> Source<'a> {
    /// Finds the descriptions of a document, and replaces them with spaces. The second value is the text with spaces in
    /// place of all else, by which the descriptions are checked; `None` if there are none.
    pub fn new(text: &'a str) -> (Self, Option<String>) {
        let found = descriptions(text);
        if found.is_empty() {
            let parsed = Cow::Borrowed(text);
            return (Self { text, parsed }, None);
        }
        let (mut parsed, mut others) = (String::new(), String::new());
        let mut end = 0;
        for Range { start, end: next } in found {
            parsed.push_str(&text[end..start]);
            others.extend(std::iter::repeat_n(' ', start - end));
            parsed.extend(std::iter::repeat_n(' ', next - start));
            others.push_str(&text[start..next]);
            end = next;
        }
        parsed.push_str(&text[end..]);
        let parsed = Cow::Owned(parsed);
        (Self { text, parsed }, Some(others))
    }
}

/// Kind of a token, as far as descriptions depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// Keyword of an operation or fragment.
    Keyword,
    /// String or block string.
    Text,
    /// Punctuator.
    Mark(u8),
    /// Any other name or number.
    Other,
}

/// Ranges of the descriptions in a text. Those of a text that is no document may be anything within it.
fn descriptions(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let mut before = Token::Mark(b'}');
    // String that is a description if the next token fits.
    let mut maybe = None;
    let mut rest = 0;
    while let Some((token, range)) = next_token(text.as_bytes(), rest) {
        rest = range.end;
        if let Some(description) = maybe.take() {
            let fits = match open.as_slice() {
                [] => token == Token::Keyword,
                _ => token == Token::Mark(b'$'),
            };
            if fits {
                found.push(description);
            }
        }
        match token {
            Token::Text => {
                let may_stand = match open.as_slice() {
                    [] => before == Token::Mark(b'}'),
                    [b'('] => !matches!(before, Token::Mark(b'=' | b':')),
                    _ => false,
                };
                maybe = may_stand.then_some(range);
            }
            Token::Mark(mark @ (b'(' | b'[' | b'{')) => open.push(mark),
            Token::Mark(b')' | b']' | b'}') => {
                open.pop();
            }
            _ => {}
        }
        before = token;
    }
    found
}

/// The first token from an offset on; `None` at the end, and at a string without an end.
fn next_token(text: &[u8], mut at: usize) -> Option<(Token, Range<usize>)> {
    loop {
        match text.get(at)? {
            b'#' => at += length(&text[at..], |byte| !matches!(byte, b'\n' | b'\r')),
            // The last are parts of a byte order mark, or of a character that no token begins with.
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x80.. => at += 1,
            _ => break,
        }
    }
    let rest = &text[at..];
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let (token, length) = match rest {
        [b'"', ..] => (Token::Text, string(rest)?),
        [first, ..] if of_name(first) => {
            let name = length(rest, of_name);
            let keyword = matches!(
                &rest[..name],
                b"query" | b"mutation" | b"subscription" | b"fragment"
            );
            let token = if keyword {
                Token::Keyword
            } else {
                Token::Other
            };
            (token, name)
        }
        [mark, ..] => (Token::Mark(*mark), 1),
        [] => return None,
    };
    Some((token, at..at + length))
}

fn length(text: &[u8], of: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| of(byte)).count()
}

/// Length of the string or block string at the beginning of a text, with its quotes.
fn string(text: &[u8]) -> Option<usize> {
    let block = text.starts_with(b"\"\"\"");
    let quotes = if block { 3 } else { 1 };
    let mut at = quotes;
    loop {
        let rest = text.get(at..)?;
        match rest {
            [b'\\', b'"', b'"', b'"', ..] if block => at += 4,
            [b'"', b'"', b'"', ..] if block => return Some(at + 3),
            [_, ..] if block => at += 1,
            [b'\\', _, ..] => at += 2,
            [b'"', ..] => return Some(at + 1),
            [b'\n' | b'\r', ..] | [] => return None,
            [_, ..] => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_found_where_they_may_stand_and_nowhere_else() {
        for (text, expected) in [
            ("{ a }", vec![]),
            ("\"d\" query { a }", vec!["\"d\""]),
            ("\"d\" { a }", vec![]),
            ("\"d\" type A { b: C }", vec![]),
            (
                "\u{feff}# \"\n\"\"\"\n é \\\"\"\" \"\n\"\"\",mutation A { b }",
                vec!["\"\"\"\n é \\\"\"\" \"\n\"\"\""],
            ),
            (
                "{ a } \"d\\\"\" fragment F on A { b } \"e\" subscription { c }",
                vec!["\"d\\\"\"", "\"e\""],
            ),
            (
                "query Q(\"a\" $a: Int = 1 \"b\" $b: S = \"x\", \"\"\"c\"\"\" $c: [S] = [\"y\" \"z\"] @d(e: \"f\") \"d\" $d: I) { a(b: \"c\" d: $d) }",
                vec!["\"a\"", "\"b\"", "\"\"\"c\"\"\"", "\"d\""],
            ),
            (
                "query ($a: S = \"x\" $b: S) { a(b: \"c\", d: [\"e\" $d], f: {g: \"h\"}) }",
                vec![],
            ),
            ("\"\" \"d\" query { a }", vec![]),
            ("\"d", vec![]),
            ("\"d\n\" query { a }", vec![]),
            ("\"\"\" query { a }", vec![]),
            ("\"\\", vec![]),
        ] {
            let found = descriptions(text);
            let found: Vec<&str> = found.iter().map(|range| &text[range.clone()]).collect();
            assert_eq!(found, expected, "{text}");
            let (source, others) = Source::new(text);
            assert_eq!(source.parsed.len(), text.len());
            assert_eq!(others.is_some(), !expected.is_empty());
        }
    }
}
