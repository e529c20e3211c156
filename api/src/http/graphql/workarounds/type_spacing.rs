//! async-graphql 7.2.1 refuses white space between the tokens of a type, as in `[ ID ! ]`. The GraphQL specification
//! (Section 2.1, Ignored Tokens) allows white space and commas between any two tokens. This file moves the brackets and
//! exclamation marks next to the name of the type before the engine parses the document.

use crate::http::graphql::lexer_limits::string;

/// Document with brackets and exclamation marks next to the names of types. White space is moved, not removed, so that
/// all other tokens keep their positions. Returns `None` if a string is not terminated.
pub fn tight(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let run = |of: &[u8]| {
            bytes[at..]
                .iter()
                .take_while(|byte| of.contains(byte))
                .count()
        };
        let length = match byte {
            b'"' => string(&bytes[at..])?,
            b'#' => bytes[at..]
                .iter()
                .take_while(|byte| !b"\n\r".contains(byte))
                .count(),
            b'[' => run(b"[ ,\t\r\n"),
            b']' | b'!' | b' ' | b',' | b'\t' | b'\r' | b'\n' => run(b"]! ,\t\r\n"),
            _ => 1,
        };
        let part = &bytes[at..at + length];
        let sign = |byte: &&u8| b"[]!".contains(byte);
        match byte {
            b'[' => {
                out.extend(part.iter().filter(|byte| !sign(byte)));
                out.extend(part.iter().filter(sign));
            }
            b']' | b'!' | b' ' | b',' | b'\t' | b'\r' | b'\n' => {
                out.extend(part.iter().filter(sign));
                out.extend(part.iter().filter(|byte| !sign(byte)));
            }
            _ => out.extend(part),
        }
        at += length;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn signs_come_close_and_everything_else_stays() {
        for (text, expected) in [
            ("query ($a: [ B ! ] !) { a }", "query ($a:  [B!]!   ) { a }"),
            ("query ($a: B , ! = 1) { a }", "query ($a: B! ,  = 1) { a }"),
            (
                "{ a(b: [ [ 1 ] ], c: \"[ ! ]\") } # [ !",
                "{ a(b:   [[1]]  , c: \"[ ! ]\") } # [ !",
            ),
        ] {
            let tight = tight(text).unwrap();
            assert_eq!(tight, expected);
            assert_eq!(tight.len(), text.len());
            assert!(parse_query(&tight).is_ok(), "{tight}");
        }
        assert_eq!(tight("{ a(b: \"["), None);
    }
}
