//! Query parameters that filter a feed. Each has the name of a member of the GraphQL filter.

use entity::{
    event::{AttendanceMode, EventKind},
    listing::ListingKind,
    organisation,
    resource_type::ResourceKind,
};
use sea_orm::{ActiveEnum, Iterable};

use super::request::{InvalidParam, Words};
use crate::{events::EventFilter, kit::Id, listings::search::ListingFilter, reference::Snapshot};

type Taken = Result<(), InvalidParam>;

impl Words for ListingFilter {
    const ALL: &'static [&'static str] = &[
        "kinds",
        "areas",
        "resourceKinds",
        "resourceTypes",
        "priorityAreas",
        "organisations",
        "text",
        "remote",
        "stillNeeded",
    ];

    fn narrow(&mut self, word: &str, value: &str, reference: &Snapshot) -> Taken {
        match word {
            "kinds" => each(&mut self.kinds, word, value, one_of::<ListingKind>),
            "areas" => areas(&mut self.areas, value, reference),
            "resourceKinds" => each(
                &mut self.resource_kinds,
                word,
                value,
                one_of::<ResourceKind>,
            ),
            "resourceTypes" => each(&mut self.resource_types, word, value, |code| {
                known(reference.resource_type(code).is_some(), code, word)
            }),
            "priorityAreas" => priorities(&mut self.priority_areas, value, reference),
            "organisations" => organisations(&mut self.organisations, value),
            "remote" => truth(word, value).map(|remote| self.remote = Some(remote)),
            "stillNeeded" => {
                truth(word, value).map(|needed| self.still_needed = Some(Some(needed)).into())
            }
            _ => text(&mut self.text, value),
        }
    }
}

impl Words for EventFilter {
    const ALL: &'static [&'static str] = &[
        "kinds",
        "areas",
        "attendanceModes",
        "priorityAreas",
        "organisations",
        "text",
        "placesLeft",
    ];

    fn narrow(&mut self, word: &str, value: &str, reference: &Snapshot) -> Taken {
        match word {
            "kinds" => each(&mut self.kinds, word, value, one_of::<EventKind>),
            "areas" => areas(&mut self.areas, value, reference),
            "attendanceModes" => each(
                &mut self.attendance_modes,
                word,
                value,
                one_of::<AttendanceMode>,
            ),
            "priorityAreas" => priorities(&mut self.priority_areas, value, reference),
            "organisations" => organisations(&mut self.organisations, value),
            "placesLeft" => truth(word, value).map(|left| self.places_left = Some(left)),
            _ => text(&mut self.text, value),
        }
    }
}

/// Adds comma-separated values to a list. The parameter may be repeated.
fn each<T>(
    list: &mut Option<Vec<T>>,
    word: &str,
    value: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Taken {
    let list = list.get_or_insert_default();
    for part in value.split(',').map(str::trim) {
        list.push(read(part).map_err(|expected| InvalidParam::new(word, expected))?);
    }
    Ok(())
}

fn areas(list: &mut Option<Vec<String>>, value: &str, reference: &Snapshot) -> Taken {
    each(list, "areas", value, |code| {
        known(reference.area(code).is_some(), code, "areas")
    })
}

fn priorities(list: &mut Option<Vec<String>>, value: &str, reference: &Snapshot) -> Taken {
    each(list, "priorityAreas", value, |code| {
        let found = !reference.priorities_around(&[code.to_owned()]).is_empty();
        known(found, code, "priorityEditions")
    })
}

fn organisations(list: &mut Option<Vec<Id<organisation::Entity>>>, value: &str) -> Taken {
    each(list, "organisations", value, |id| {
        let expected = "must be global ids of organisations, such as organisation:0190…";
        id.parse().map_err(|_| expected.to_owned())
    })
}

fn text(own: &mut Option<String>, value: &str) -> Taken {
    if own.replace(value.to_owned()).is_some() {
        return Err(InvalidParam::new("text", "must be given only once"));
    }
    Ok(())
}

fn one_of<T: ActiveEnum<Value = String> + Iterable>(name: &str) -> Result<T, String> {
    let all = || T::iter().map(|value| value.to_value());
    let found = T::iter().find(|value| value.to_value() == name.to_uppercase());
    found.ok_or_else(|| format!("must be one of {}", all().collect::<Vec<_>>().join(", ")))
}

fn known(is: bool, code: &str, list: &str) -> Result<String, String> {
    if is {
        return Ok(code.to_owned());
    }
    let code: String = code.chars().filter(|c| !c.is_control()).take(60).collect();
    Err(format!(
        "has an unknown code {code:?}; the GraphQL query {list} lists the codes"
    ))
}

fn truth(word: &str, value: &str) -> Result<bool, InvalidParam> {
    value
        .parse()
        .map_err(|_| InvalidParam::new(word, "must be true or false"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::request::Newest;

    #[test]
    fn words_come_once_or_again_and_each_is_asked_about() {
        let read = |query| Newest::<ListingFilter>::read(query, &Snapshot::default());
        let asked =
            read("kinds=offer,REQUEST&kinds=offer&text=a%20hall&remote=false&after=x").unwrap();
        let (offer, request) = (ListingKind::Offer, ListingKind::Request);
        assert_eq!(asked.filter.kinds, Some(vec![offer, request, offer]));
        assert_eq!(asked.filter.text.as_deref(), Some("a hall"));
        assert_eq!(asked.filter.remote, Some(false));
        assert_eq!(asked.after.as_deref(), Some("x"));
        for (query, word) in [
            ("kinds=THING", "kinds"),
            ("areas=atlantis", "areas"),
            ("resourceTypes=", "resourceTypes"),
            ("priorityAreas=x", "priorityAreas"),
            ("organisations=listing:1", "organisations"),
            ("text=a&text=b", "text"),
            ("remote=perhaps", "remote"),
            ("kind=OFFER", "kind"),
            ("placesLeft=true", "placesLeft"),
        ] {
            assert_eq!(read(query).unwrap_err().word, word);
        }
        let read = |query| Newest::<EventFilter>::read(query, &Snapshot::default());
        let asked = read("placesLeft=true&attendanceModes=online").unwrap();
        assert_eq!(asked.filter.places_left, Some(true));
        assert!(read("stillNeeded=true").is_err());
    }
}
