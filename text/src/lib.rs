//! Normal forms of texts. Two spellings of one thing have one form, which is what is stored, indexed and looked up.
//! Every function is pure, so that requests, the command line and migrations agree.

pub mod email;
pub mod register;
pub mod search;
pub mod visible;
pub mod web;

use unicode_normalization::UnicodeNormalization as _;

/// Returns a text in the normalisation form NFKC of Unicode, in which different codings of one character are equal.
#[must_use]
pub fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}
