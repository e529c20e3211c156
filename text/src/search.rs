//! Search keys: the form of a text that is indexed, and the form of a query that is asked. Both come from [`words`], so
//! that an index and a query can differ neither between databases nor between tables.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Maximum length of a word, in characters. The rest of a longer word is ignored.
const LONGEST_WORD: usize = 60;

/// Word of a text, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Letters and digits: compatible forms joined, in lower case, without accents and apostrophes.
    pub text: String,
    /// True if a star follows the word, which makes it the beginning of a word in a query.
    pub star: bool,
}

/// Returns the words of a text. All characters except letters and digits separate words.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let folded = fold(text);
    let (mut words, mut word, mut length) = (Vec::new(), String::new(), 0);
    for c in folded.chars().chain([' ']) {
        if c.is_alphanumeric() {
            if length < LONGEST_WORD {
                word.push(c);
            }
            length += 1;
        } else if !word.is_empty() {
            let text = std::mem::take(&mut word);
            words.push(Word {
                text,
                star: c == '*',
            });
            length = 0;
        }
    }
    words
}

/// Returns the words of a text with a space between them, for a search of parts of words.
#[must_use]
pub fn plain(text: &str) -> String {
    let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
    words.join(" ")
}

/// Returns the search key of a text: the stems of its words in their order, then each other form that a word has in the
/// text, for a search of beginnings of words.
#[must_use]
pub fn key(text: &str) -> String {
    let words = words(text);
    let mut key: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
    let mut forms: Vec<&str> = words
        .iter()
        .zip(&key)
        .filter(|(word, stem)| word.text != **stem)
        .map(|(word, _)| word.text.as_str())
        .collect();
    forms.sort_unstable();
    forms.dedup();
    let forms: Vec<String> = forms.into_iter().map(str::to_owned).collect();
    key.extend(forms);
    key.join(" ")
}

/// Returns the text that the full-text index of a row reads: a JSON array of the search keys of its title, of other words,
/// and of its description.
#[must_use]
pub fn index_text(title: &str, other: &str, description: &str) -> String {
    // Keys have only letters, digits and spaces, so nothing in them needs an escape.
    format!("[\"{title}\",\"{other}\",\"{description}\"]")
}

/// Returns the part that the inflections of an English word share. It need not be a word. A word in other letters, or
/// with digits, is its own stem.
#[must_use]
pub fn stem(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let vowel = |byte: u8| b"aeiouy".contains(&byte);
    if !word.bytes().any(vowel) {
        // The algorithm takes an abbreviation such as "pcs" for a singular.
        let one = word
            .strip_suffix('s')
            .filter(|one| one.len() > 1 && !one.ends_with('s'));
        return one.unwrap_or(word).to_owned();
    }
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// Returns a text with compatible forms joined (NFKC), in lower case, without accents, apostrophes and invisible
/// characters.
fn fold(text: &str) -> String {
    let marks = |c: &char| is_combining_mark(*c) && !c.is_alphabetic();
    let letters = text.chars().filter(|c| !is_dropped(*c));
    let letters = letters.nfkd().filter(|c| !marks(c) && !is_dropped(*c));
    // Lower case alone leaves ß and ς, whose capitals are SS and Σ.
    let letters = letters
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    let mut plain = String::with_capacity(text.len());
    for c in letters.nfkd().filter(|c| !marks(c)) {
        match latin(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    plain.nfkc().collect()
}

/// Returns the plain letters for a Latin letter that Unicode does not decompose.
const fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ħ' => "h",
        'ŧ' => "t",
        _ => return None,
    })
}

/// Returns true for apostrophes, and for invisible characters within words.
const fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '\'' | '`'
            | '´'
            | '‘'
            | '’'
            | '‛'
            | '′'
            | 'ʹ'
            | 'ʻ'
            | 'ʼ'
            | 'ʽ'
            | 'ˈ'
            | '＇'
            | '\u{AD}'
            | '\u{34F}'
            | '\u{200C}'
            | '\u{200D}'
            | '\u{2060}'
            | '\u{FEFF}'
            | '\u{FE00}'..='\u{FE0F}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_letters_and_digits() {
        for (text, expected) in [
            ("Laptops/tablets to lend", "laptops tablets to lend"),
            ("COVID-19 A4 24/7 2.5kg 5-11", "covid 19 a4 24 7 2 5kg 5 11"),
            (
                "poster.pdf hub@riverside.example",
                "poster pdf hub riverside example",
            ),
            ("https://hub.example/a?b=c", "https hub example a b c"),
            ("Café cafe\u{301} CAFÉ", "cafe cafe cafe"),
            (
                "Women's women’s O´Brien rock‘n’roll",
                "womens womens obrien rocknroll",
            ),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
            ("ﬁve ｗｉｄｅ x² ½", "five wide x2 1 2"),
            (
                "Łódź Ørsted Æsop İstanbul ı",
                "lodz orsted aesop istanbul i",
            ),
            ("ŵyl dŵr", "wyl dwr"),
            (
                "vol\u{ad}unteers zero\u{200b}width",
                "volunteers zero width",
            ),
            ("会議室 зал حديقة", "会議室 зал حديقة"),
            ("C++ & C# 🏠", "c c"),
            ("___", ""),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
        let star = |text| words(text).pop().unwrap().star;
        assert!(star("gard*") && star("gard＊") && !star("gard *") && !star("*gard"));
    }

    #[test]
    fn inflections_share_a_stem() {
        for (one, other) in [
            ("laptop", "laptops"),
            ("volunteer", "volunteering"),
            ("minibus", "minibuses"),
            ("box", "boxes"),
            ("church", "churches"),
            ("company", "companies"),
            ("class", "classes"),
            ("bike", "bikes"),
            ("movie", "movies"),
            ("pc", "pcs"),
            ("pie", "pies"),
            ("lend", "lending"),
            ("train", "trained"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("bus"), stem("bu"));
        assert_ne!(stem("hall"), stem("hell"));
    }

    #[test]
    fn a_key_has_the_stems_in_order_and_then_the_forms() {
        assert_eq!(
            key("Volunteering in the halls, volunteering"),
            "volunt in the hall volunt halls volunteering"
        );
        assert_eq!(key(""), "");
    }

    proptest! {
        #[test]
        fn words_stay_as_they_are(text in prop_oneof![any::<String>(), "[ -~éßİſŐ\u{345}\u{300}-\u{310}ΐ＇´*]{0,20}"]) {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once.clone());
            prop_assert!(once.chars().all(|c| c == ' ' || c.is_alphanumeric()));
            prop_assert_eq!(plain(&text.to_uppercase().to_lowercase()), plain(&text.to_lowercase()));
        }
    }
}
