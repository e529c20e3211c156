//! Visible texts: what people typed, without characters that nobody sees.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Zero-width joiner and non-joiner, which change how the letters or emoji beside them are drawn.
const JOINERS: [char; 2] = ['\u{200C}', '\u{200D}'];
/// The flag that begins the flags of England, Scotland and Wales, which tag characters spell.
const FLAG: char = '\u{1F3F4}';

/// Returns a text as it was typed, in the normalisation form NFC, without invisible characters. Keeps joiners between two
/// visible characters, variation selectors after one, and the tags of a flag.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut joiner = None;
    for c in text.chars() {
        let before = kept.chars().next_back();
        if JOINERS.contains(&c) {
            joiner = before.filter(|before| joins(*before)).map(|_| c);
        } else if !is_ignorable(c) {
            kept.extend(joiner.take().filter(|_| joins(c)));
            kept.push(c);
        } else if joiner.is_none()
            && (is_selector(c) && before.is_some_and(joins)
                || is_tag(c) && before.is_some_and(|before| before == FLAG || is_tag(before)))
        {
            kept.push(c);
        }
    }
    kept.nfc().collect()
}

/// Returns true if a text has a character that can be seen: not only spaces, invisible characters, and accents without a
/// letter.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|c| {
        !c.is_whitespace()
            && !c.is_control()
            && !is_ignorable(c)
            && !is_combining_mark(c)
            && !is_blank(c)
    })
}

/// Returns true for characters that embed or override the direction of writing, which can make a text look like another.
#[must_use]
pub const fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns true for characters that show nothing, and can be left out: `Default_Ignorable_Code_Point` of Unicode, and
/// interlinear annotations. Those that [`changes_direction`] names are not included, because they are refused.
const fn is_ignorable(c: char) -> bool {
    !changes_direction(c)
        && matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Returns true for characters that are drawn as a blank, and are not white space: the blank of Braille, the musical
/// null notehead, and blanks of hieroglyphs.
const fn is_blank(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{1D159}' | '\u{13441}'..='\u{13446}')
}

const fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

const fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

fn joins(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !changes_direction(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_no_text() {
        for text in [
            "",
            " \u{a0}\u{3000}\u{2028}",
            "\u{200b}",
            "\u{feff}",
            "\u{2060}\u{2064}",
            "\u{301}",
            "\u{fe0f}",
            "\u{20dd}",
            "\u{2800}\u{2800}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{e0041}\u{e007f}",
            "\u{200e}\u{200f}\u{61c}",
            "\u{200c}\u{200d}",
            "\u{34f}\u{180e}",
            "\u{ad}",
            "\u{1d159}",
        ] {
            assert!(!is_visible(text), "{text:?}");
            assert!(!is_visible(&clean(text)), "{text:?}");
        }
        for text in [
            "a",
            "é",
            "e\u{301}",
            "1",
            "-",
            "👍",
            "ा\u{915}",
            "\u{10ffff}",
        ] {
            assert!(is_visible(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_typed_stays_and_what_is_hidden_goes() {
        let flag = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
        for kept in [
            flag,
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "نمی\u{200c}خواهم",
            "क्\u{200d}ष",
            "👩🏽\u{200d}⚕\u{fe0f}",
            "a\u{202e}b",
        ] {
            assert_eq!(clean(kept), kept, "{kept:?}");
        }
        for (typed, kept) in [
            ("Lap\u{200b}tops\u{feff}", "Laptops"),
            ("vol\u{ad}unteers", "volunteers"),
            ("cafe\u{301}", "café"),
            ("\u{200f}Hall\u{200e}", "Hall"),
            ("\u{200d}Hall\u{200d}", "Hall"),
            ("Hall \u{200c}B", "Hall B"),
            ("a\u{200d}\u{200b}b", "a\u{200d}b"),
            ("Hall\u{e0041}\u{e0042}", "Hall"),
            ("\u{fe0f}Hall", "Hall"),
            ("Ha\u{3164}ll", "Hall"),
        ] {
            assert_eq!(clean(typed), kept, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn a_clean_text_stays_as_it_is(text in prop_oneof![
            any::<String>(),
            "[ae \u{301}\u{200b}-\u{200f}\u{ad}\u{fe0f}\u{1F3F4}\u{e0061}\u{202e}\u{3164}\n]{0,12}",
        ]) {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert_eq!(is_visible(&once), is_visible(&text));
        }
    }
}
