//! async-graphql 7.2.1 refuses the escapes `\u{1F3C3}` and `\uD83C\uDFC3` (a surrogate pair) in strings, and does not
//! unescape `\"""` in block strings. The GraphQL specification (September 2025, Section 2, String Value) requires all
//! three. This file rewrites them in the text of a document before the engine parses it.

use std::{fmt::Write as _, iter::Peekable, str::Chars};

/// Escaped triple quote, which does not end a block string.
const ESCAPED: &str = "\\\"\"\"";

/// Reports whether a document may contain one of these escapes. Most documents need not be rewritten.
pub fn any(text: &str) -> bool {
    text.contains("\\u{")
        || text.contains("\\uD")
        || text.contains("\\ud")
        || text.contains(ESCAPED)
}

/// Document without these escapes. Returns `None` if an escape is invalid or a string is not terminated.
pub fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        plain.push(next);
        match next {
            '#' => {
                while let Some(next) = rest.next_if(|next| !matches!(next, '\n' | '\r')) {
                    plain.push(next);
                }
            }
            '"' => in_text(&mut rest, &mut plain)?,
            _ => {}
        }
    }
    Some(plain)
}

/// Copies the rest of a string after its first quotation mark, and rewrites its escapes.
fn in_text(rest: &mut Peekable<Chars>, plain: &mut String) -> Option<()> {
    let mut quotes = 1;
    while quotes < 3 && rest.next_if_eq(&'"').is_some() {
        plain.push('"');
        quotes += 1;
    }
    match quotes {
        2 => return Some(()),
        3 => return in_block(rest, plain),
        _ => {}
    }
    loop {
        match rest.next()? {
            '"' => {
                plain.push('"');
                return Some(());
            }
            '\\' => match rest.next()? {
                'u' => write(character(rest)?, plain),
                other => plain.extend(['\\', other]),
            },
            other => plain.push(other),
        }
    }
}

/// Copies the rest of a block string. If it contains an escaped triple quote, the only escape in block strings, it is
/// written as an ordinary string.
fn in_block(rest: &mut Peekable<Chars>, plain: &mut String) -> Option<()> {
    let mut block = String::new();
    while !block.ends_with("\"\"\"") || block.ends_with(ESCAPED) {
        block.push(rest.next()?);
    }
    block.truncate(block.len() - 3);
    if block.contains(ESCAPED) {
        plain.truncate(plain.len() - 2);
        for character in dedented(&block.replace(ESCAPED, "\"\"\"")).chars() {
            match character {
                '"' | '\\' => plain.extend(['\\', character]),
                '\n' => plain.push_str("\\n"),
                '\t' => plain.push_str("\\t"),
                other => plain.push(other),
            }
        }
        plain.push('"');
    } else {
        plain.push_str(&block);
        plain.push_str("\"\"\"");
    }
    Some(())
}

/// Block string without the common indentation of all lines but the first, and without blank lines at both ends.
fn dedented(block: &str) -> String {
    let block = block.replace("\r\n", "\n").replace('\r', "\n");
    let blank = |line: &&str| line.chars().all(|one| matches!(one, ' ' | '\t'));
    let indent = |line: &str| {
        line.chars()
            .take_while(|one| matches!(one, ' ' | '\t'))
            .count()
    };
    let lines: Vec<&str> = block.split('\n').collect();
    let common = lines
        .iter()
        .skip(1)
        .filter(|line| !blank(line))
        .map(|line| indent(line))
        .min();
    let lines: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            if at == 0 {
                line
            } else {
                line.get(common.unwrap_or(0)..).unwrap_or_default()
            }
        })
        .collect();
    let first = lines
        .iter()
        .position(|line| !blank(line))
        .unwrap_or(lines.len());
    let last = lines
        .iter()
        .rposition(|line| !blank(line))
        .map_or(first, |last| last + 1);
    lines[first..last].join("\n")
}

fn character(rest: &mut Peekable<Chars>) -> Option<char> {
    if rest.next_if_eq(&'{').is_some() {
        let mut code = 0_u32;
        let mut digits = 0;
        loop {
            match rest.next()? {
                '}' if digits > 0 => return char::from_u32(code),
                digit => code = code.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
            }
            digits += 1;
        }
    }
    let first = unit(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if rest.next()? != '\\' || rest.next()? != 'u' {
        return None;
    }
    let second = unit(rest)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + second)
}

fn unit(rest: &mut Peekable<Chars>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| Some(code * 16 + rest.next()?.to_digit(16)?))
}

fn write(character: char, plain: &mut String) {
    let code = u32::from(character);
    if code < 0x10000 {
        // Writing to a `String` cannot fail.
        let _ = write!(plain, "\\u{code:04X}");
    } else {
        plain.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_written_as_they_are_inside_of_texts_only() {
        for (text, expected) in [
            (
                r#"{ a(b: "\u{1F3C3}\n") }"#,
                Some("{ a(b: \"\u{1f3c3}\\n\") }"),
            ),
            (
                r#"{ a(b: "\uD83C\uDFC3 \u0041 \u{22}") }"#,
                Some("{ a(b: \"\u{1f3c3} \\u0041 \\u0022\") }"),
            ),
            (r#"{ a(b: """\u{41} \""" " "" \""") } "#, None),
            (
                "{ a(b: \"\"\"\n    x \\\"\"\"\n      y\n  \"\"\") }",
                Some(r#"{ a(b: "x \"\"\"\n  y") }"#),
            ),
            (
                r#"{ a(b: """\u{41} " "" """) c(d: "") }"#,
                Some(r#"{ a(b: """\u{41} " "" """) c(d: "") }"#),
            ),
            ("{ a } # \"\\u{41}", Some("{ a } # \"\\u{41}")),
            (r#"{ a(b: "\uD83C") }"#, None),
            (r#"{ a(b: "\uDFC3") }"#, None),
            (r#"{ a(b: "\u{}") }"#, None),
            (r#"{ a(b: "\u{110000}") }"#, None),
            (r#"{ a(b: "\u{FFFFFFFFFFF}") }"#, None),
            (r#"{ a(b: "\\u{41}") }"#, Some(r#"{ a(b: "\\u{41}") }"#)),
            (r#"{ a(b: "x) }"#, None),
        ] {
            assert_eq!(plain(text).as_deref(), expected, "{text}");
        }
    }
}
