//! Position in the text of a document while its syntax tree is converted.

use apollo_compiler::parser::SourceSpan;
use async_graphql::{Pos, ServerError};

use crate::http::graphql::{descriptions::Source, parser::no_document, position::TextPosition};

/// Follows the nodes of a syntax tree through the text in their order, to find their lines and columns.
pub struct Reader<'a> {
    source: &'a Source<'a>,
    offset: usize,
    position: TextPosition,
    /// Keywords and other names between the nodes that have been read.
    words: usize,
    /// Keywords that belong to these nodes.
    pub keywords: usize,
    /// True if there is a token between nodes that can be neither a punctuator nor a name.
    skipped: bool,
}

impl<'a> Reader<'a> {
    /// Begins before the first character.
    pub fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            offset: 0,
            position: TextPosition::START,
            words: 0,
            keywords: 0,
            skipped: false,
        }
    }

    /// Fails if the parser skipped a part of the text.
    pub fn finish(mut self) -> Result<(), ServerError> {
        self.advance(self.source.text.len(), true);
        if self.skipped || self.words != self.keywords {
            return Err(no_document());
        }
        Ok(())
    }

    /// Moves on to an offset. `between` is true outside names and values.
    fn advance(&mut self, to: usize, between: bool) {
        let Source { text, parsed } = self.source;
        let written = text.get(self.offset..to).unwrap_or_default();
        self.position.advance(written);
        if between {
            self.count_words(parsed.get(self.offset..to).unwrap_or_default());
        }
        self.offset = self.offset.max(to);
    }

    /// Counts the words between nodes, and notes what can be neither a word nor a punctuator.
    fn count_words(&mut self, part: &str) {
        let (mut in_comment, mut after_word) = (false, false);
        for character in part.chars() {
            if matches!(character, '\n' | '\r') {
                (in_comment, after_word) = (false, false);
                continue;
            }
            if in_comment {
                continue;
            }
            let of_word = character.is_ascii_alphanumeric() || character == '_';
            match character {
                '#' => in_comment = true,
                _ if of_word => self.words += usize::from(!after_word),
                ' ' | '\t' | ',' | '\u{feff}' | '{' | '}' | '(' | ')' | '[' | ']' | ':' | '='
                | '!' | '@' | '$' | '.' => {}
                _ => self.skipped = true,
            }
            after_word = of_word;
        }
    }

    /// Reports whether the text goes on with this character.
    pub fn at(&self, character: char) -> bool {
        let rest = self.source.parsed.get(self.offset..);
        rest.is_some_and(|rest| rest.starts_with(character))
    }

    /// Position at which a node begins.
    pub fn start(&mut self, place: Option<SourceSpan>) -> Pos {
        if let Some(place) = place {
            self.advance(place.offset(), true);
        }
        self.position.pos
    }

    /// Position of a name or value, which is not read further.
    pub fn token(&mut self, place: Option<SourceSpan>) -> Pos {
        let pos = self.start(place);
        if let Some(place) = place {
            self.advance(place.end_offset(), false);
        }
        pos
    }

    /// Refuses a string that begins with a line break, which the parser accepts.
    pub fn refuse_line_break(&self, place: Option<SourceSpan>) -> Result<(), ServerError> {
        let written = place.and_then(|place| self.source.text.get(place.offset()..));
        if written.is_some_and(|text| text.starts_with("\"\n") || text.starts_with("\"\r")) {
            let mut error = no_document();
            error.locations = vec![self.position.pos];
            return Err(error);
        }
        Ok(())
    }
}
