//! Positions in the text of a document, as graphql-js reports them: a line ends with `\n`, `\r` or `\r\n`, and a column
//! counts UTF-16 code units from 1.

use async_graphql::Pos;

/// Position that follows a text from its beginning, character by character.
#[derive(Clone, Copy, Debug)]
pub struct TextPosition {
    /// Line and column of the next character.
    pub pos: Pos,
    after_return: bool,
}

impl TextPosition {
    /// Position of the first character.
    pub const START: Self = Self {
        pos: Pos { line: 1, column: 1 },
        after_return: false,
    };

    /// Moves past a part of the text.
    pub fn advance(&mut self, part: &str) {
        for character in part.chars() {
            match character {
                '\n' if self.after_return => {}
                '\n' | '\r' => {
                    self.pos.line += 1;
                    self.pos.column = 1;
                }
                _ => self.pos.column += character.len_utf16(),
            }
            self.after_return = character == '\r';
        }
    }
}

/// Position at an offset in bytes.
pub fn position(text: &str, offset: usize) -> Pos {
    let mut position = TextPosition::START;
    position.advance(text.get(..offset).unwrap_or(text));
    position.pos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_units_and_lines_end_as_in_graphql_js() {
        for (text, line, column) in [
            ("", 1, 1),
            ("ab", 1, 3),
            ("é", 1, 2),
            ("\u{1f3c3}", 1, 3),
            ("\u{feff}", 1, 2),
            ("a\nb", 2, 2),
            ("a\rb", 2, 2),
            ("a\r\nb", 2, 2),
            ("a\r\r\nb", 3, 2),
            // Not line breaks in GraphQL.
            ("a\u{2028}b\u{85}\u{b}\u{c}", 1, 7),
        ] {
            let expected = Pos { line, column };
            assert_eq!(position(text, text.len()), expected, "{text:?}");
        }
    }
}
