//! Maximum length of each text in a request. Longer texts are refused before the request is executed, and the limit stands
//! in the description of the argument or input field. Services refuse many texts at a smaller length of their own, as
//! user errors.

/// Maximum length, in characters, of a text that has no smaller limit here.
pub const MAX_TEXT: usize = 20_000;

/// Returns the maximum length of a text, in characters. `owner` is the type and field of an argument, such as
/// `Query.people`, or the type of an input field.
#[must_use]
pub fn max_length(owner: &str, name: &str) -> usize {
    match (owner, name) {
        ("ImportListingsInput", "content") => 900_000,
        (_, "after" | "before") => 2_000,
        (_, "token" | "refreshToken" | "currentPassword" | "password" | "newPassword") => 1_000,
        // Codes, references and names that are looked up.
        ("Query.people", "text")
        | ("ListingFilter", "externalReference")
        | (
            _,
            "act" | "acts" | "area" | "areas" | "code" | "codes" | "copyFrom" | "edition"
            | "follows" | "gss" | "parent" | "postcode" | "predecessor" | "priorityAreas"
            | "question" | "reference" | "replacedBy" | "resourceType" | "resourceTypes" | "scheme"
            | "timeZone" | "value" | "within",
        ) => 200,
        _ => MAX_TEXT,
    }
}

/// Returns the description of a text with its maximum length, unless it states a length.
#[must_use]
pub fn described(description: &str, owner: &str, name: &str, list: bool) -> String {
    if ["character", " bytes"]
        .iter()
        .any(|unit| description.contains(unit))
    {
        return description.to_owned();
    }
    let most = max_length(owner, name);
    let thousands = most / 1_000;
    let most = match thousands {
        0 => most.to_string(),
        _ => format!("{thousands},{:03}", most % 1_000),
    };
    let item = if list { "Each has at" } else { "At" };
    format!("{} {item} most {most} characters.", description.trim_end())
}
