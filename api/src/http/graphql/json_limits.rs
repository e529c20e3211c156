//! Limit on the number of values in a JSON text, checked before it is parsed. Each value takes memory and time to
//! parse, and one megabyte of ones and commas is half a million values.

/// Upper bound of the number of values: counts each `,`, `[` and `{` outside strings. A member of an object counts as
/// one value.
pub fn values(json: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_value_whatever_stands_in_them() {
        for (json, expected) in [
            ("1", 1),
            (r#"{"a":1,"b":[2,3]}"#, 5),
            (r#"["a,b","[{\",,","\\\\"]"#, 4),
            ("[[[", 4),
        ] {
            assert_eq!(values(json.as_bytes()), expected, "{json}");
        }
    }
}
