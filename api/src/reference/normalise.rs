//! Normalisation of words and phrases for search, so that singular and plural compare equal.

use text::search::words;

/// Returns a phrase in a form in which singular and plural, capitals, accents and hyphens make no difference. Other
/// inflections do: "refurbish" is not a name of refurbished computers.
#[must_use]
pub fn fold(phrase: &str) -> String {
    let words = words(phrase);
    let stems: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
    stems.join(" ")
}

/// Returns the part that the singular and the plural of a word share. It need not be a word, because both sides of a
/// comparison are cut in the same way.
fn stem(word: &str) -> String {
    let cut = |word: &str, end: &str| {
        let rest = word.strip_suffix(end)?;
        (rest.len() > 1).then(|| rest.to_owned())
    };
    if let Some(rest) = cut(word, "ies").or_else(|| cut(word, "ie")) {
        return rest + "y";
    }
    let one = match word {
        _ if word.ends_with("ss") || word.ends_with("us") => word.to_owned(),
        _ => cut(word, "s").unwrap_or_else(|| word.to_owned()),
    };
    cut(&one, "e").unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_and_many_are_alike() {
        for (one, many) in [
            ("laptop", "Laptops"),
            ("minibus", "minibuses"),
            ("box", "boxes"),
            ("church", "churches"),
            ("company", "companies"),
            ("class", "classes"),
            ("bike", "bikes"),
            ("movie", "movies"),
            ("PC", "PCs"),
            ("pie", "pies"),
            ("picnic table", "Picnic-tables"),
        ] {
            assert_eq!(fold(one), fold(many));
        }
    }

    #[test]
    fn different_words_stay_different() {
        assert_ne!(fold("bus"), fold("bu"));
        assert_ne!(fold("hall"), fold("hell"));
        assert_eq!(fold(" - "), "");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = fold(&text);
        }
    }
}
